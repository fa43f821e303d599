package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.catalogue.Catalogue;
import io.robustmq.telemetry.event.EventType;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The event types as the pipeline knows them, each made when it first occurs: reading them all
 * takes longer than a start should. Any thread.
 */
final class EventKinds {
    /** More types than there will be; what depends on the number is small. */
    static final int MAX = 512;

    private final Map<Class<?>, EventKind> kinds = new ConcurrentHashMap<>();
    private final AtomicReferenceArray<EventKind> byNumber = new AtomicReferenceArray<>(MAX);
    private final AtomicInteger numbers = new AtomicInteger();
    private final CategoryLevels levels;

    EventKinds(CategoryLevels levels) {
        this.levels = levels;
    }

    EventKind of(Class<?> type) {
        EventKind kind = kinds.get(type);
        return kind != null ? kind : kinds.computeIfAbsent(type, this::make);
    }

    /** Null if there is none of that name. */
    @Nullable EventKind named(String name) {
        for (EventKind kind : kinds.values()) {
            if (kind.isNamed(name)) {
                return kind;
            }
        }
        for (Class<?> type : Catalogue.types()) {
            EventType declared = type.getAnnotation(EventType.class);
            if (declared != null && declared.name().equals(name)) {
                return of(type);
            }
        }
        return null;
    }

    /** The one that has it. */
    EventKind numbered(int number) {
        return byNumber.get(number);
    }

    /** All there are, in the order of the catalogue. */
    List<EventKind> all() {
        return Catalogue.types().stream().map(this::of).toList();
    }

    private EventKind make(Class<?> type) {
        int number = numbers.getAndIncrement();
        if (number >= MAX) {
            throw new IllegalStateException("at most " + MAX + " event types, was " + number);
        }
        EventKind kind = new EventKind(number, type, levels);
        byNumber.set(number, kind);
        return kind;
    }
}
