package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.catalogue.Catalogue;
import io.robustmq.telemetry.catalogue.CataloguedEvent;
import io.robustmq.telemetry.catalogue.Field;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.EventType;
import io.robustmq.telemetry.event.Sensitivity;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.Volume;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One event type inside the pipeline: its number, and how to read its fields quickly. */
final class EventKind {
    private final int number;
    private final Class<? extends Event> type;
    private final String name;
    private final boolean throttled;
    private final boolean sampled;
    private final CategoryLevels.Cell level;
    private final EventSeries series = new EventSeries();

    /** Read at first use, not on the thread that emits. */
    private volatile @Nullable CataloguedEvent event;

    /** Made at first use: most types never occur in a short life. */
    private volatile MethodHandle @Nullable [] accessors;

    /** Made at first use, which is when something is traced on demand. */
    private volatile @Nullable EventSubject subject;

    EventKind(int number, Class<?> type, CategoryLevels levels) {
        EventType declared = type.getAnnotation(EventType.class);
        if (declared == null) {
            throw new IllegalArgumentException(type.getName() + " has no @EventType");
        }
        this.number = number;
        this.type = type.asSubclass(Event.class);
        this.name = declared.name();
        this.throttled =
                switch (declared.volume()) {
                    case LIFECYCLE -> false;
                    case MESSAGE -> false; // sampled at the source
                    case CONNECTION, FAULT -> true;
                };
        this.sampled = declared.volume() == Volume.MESSAGE;
        this.level = levels.of(name.substring(0, name.indexOf('.')));
    }

    int number() {
        return number;
    }

    String name() {
        return name;
    }

    boolean isNamed(String other) {
        return name.equals(other);
    }

    CataloguedEvent event() {
        CataloguedEvent read = event;
        if (read == null) {
            read = Catalogue.read(type);
            event = read;
        }
        return read;
    }

    EventSeries series() {
        return series;
    }

    boolean throttled() {
        return throttled;
    }

    /** Whether who emits lets only a sample of them through. */
    boolean sampled() {
        return sampled;
    }

    /** Whether the level of its category is not above that. */
    boolean takes(Severity severity) {
        return level.takes(severity);
    }

    EventSubject subject() {
        EventSubject made = subject;
        if (made == null) {
            made =
                    new EventSubject(
                            accessor("client_id"),
                            accessor("topic_name"),
                            accessor("topic_filter"),
                            accessor("remote_addr"));
            subject = made;
        }
        return made;
    }

    /** Null if it has no such field. */
    private @Nullable MethodHandle accessor(String fieldName) {
        for (Field field : event().fields()) {
            if (field.name().equals(fieldName)) {
                return accessor(MethodHandles.publicLookup(), field.accessors());
            }
        }
        return null;
    }

    /**
     * The values of the fields in their order: {@code Long}, {@code Double}, {@code Boolean} or
     * {@code String}.
     */
    Object[] read(Event occurrence, @Nullable Identities identities) {
        MethodHandle[] handles = accessors;
        if (handles == null) {
            handles = makeAccessors();
            accessors = handles;
        }
        List<Field> fields = event().fields();
        Object[] values = new Object[handles.length];
        try {
            for (int i = 0; i < handles.length; i++) {
                Object value = (Object) handles[i].invokeExact((Object) occurrence);
                values[i] = canonical(value, fields.get(i), identities);
            }
        } catch (Throwable e) {
            throw new IllegalStateException("cannot read the fields of " + type.getName(), e);
        }
        return values;
    }

    private static Object canonical(
            @Nullable Object value, Field field, @Nullable Identities identities) {
        return switch (value) {
            // against the contract of Event; better than no record
            case null -> "";
            case Integer number -> (long) number;
            case Enum<?> constant -> field.values().get(constant.ordinal());
            case String text
                    when identities != null && field.sensitivity() == Sensitivity.IDENTITY ->
                    identities.hashed(text);
            default -> value;
        };
    }

    private MethodHandle[] makeAccessors() {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        return event().fields().stream()
                .map(field -> accessor(lookup, field.accessors()))
                .toArray(MethodHandle[]::new);
    }

    private static MethodHandle accessor(MethodHandles.Lookup lookup, List<Method> path) {
        try {
            MethodHandle whole = lookup.unreflect(path.getFirst());
            for (Method next : path.subList(1, path.size())) {
                whole = MethodHandles.filterReturnValue(whole, lookup.unreflect(next));
            }
            return whole.asType(MethodType.methodType(Object.class, Object.class));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(path + " must be public", e);
        }
    }
}
