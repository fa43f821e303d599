package io.robustmq.telemetry.catalogue;

import io.robustmq.telemetry.event.Doc;
import io.robustmq.telemetry.event.EventType;
import io.robustmq.telemetry.event.Flatten;
import io.robustmq.telemetry.event.Severity;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads event types one category after the other and collects what breaks the rules:
 *
 * <ul>
 *   <li>an event is a record with {@link EventType}, named {@code category.what_happened} after the
 *       interface that it is in;
 *   <li>a field has {@link Doc}, a type that JSON has, and a name that ends in its unit;
 *   <li>nothing is named twice, and a field name means one type, unit and attribute everywhere, for
 *       the log store has one column for it.
 * </ul>
 */
final class CatalogueReader {
    private static final Pattern EVENT_NAME =
            Pattern.compile("[a-z][a-z0-9_]*\\.[a-z][a-z0-9]*(_[a-z0-9]+)*");
    private static final Pattern FIELD_NAME = Pattern.compile("[a-z][a-z0-9]*(_[a-z0-9]+)*");
    private static final Pattern ATTRIBUTE_NAME =
            Pattern.compile("[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)+");

    /** How a name ends, by the unit of the field. */
    private static final Map<String, String> SUFFIX_OF_UNIT =
            Map.of("ms", "_millis", "us", "_micros", "s", "_seconds", "By", "_bytes", "1", "");

    private final List<String> problems = new ArrayList<>();
    private final Map<String, Class<?>> eventNames = new HashMap<>();
    private final Map<String, Field> fieldNames = new HashMap<>();

    List<String> problems() {
        return List.copyOf(problems);
    }

    static String categoryName(Class<?> category) {
        String name = category.getSimpleName();
        return snakeCase(name.endsWith("Event") ? name.substring(0, name.length() - 5) : name);
    }

    List<CataloguedEvent> readCategory(Class<?> category) {
        Class<?>[] types = category.getPermittedSubclasses();
        if (!category.isInterface() || types == null) {
            problems.add(category.getName() + " must be a sealed interface of records");
            return List.of();
        }
        List<CataloguedEvent> events = new ArrayList<>();
        for (Class<?> type : types) {
            CataloguedEvent event = readEvent(type);
            if (event != null) {
                events.add(event);
            }
        }
        return List.copyOf(events);
    }

    /** Null if it is no event at all. */
    @Nullable CataloguedEvent readEvent(Class<?> type) {
        String category = categoryName(type.getInterfaces()[0]);
        EventType declared = type.getAnnotation(EventType.class);
        if (!type.isRecord() || declared == null) {
            problems.add(type.getName() + " must be a record with @EventType");
            return null;
        }
        String name = declared.name();
        check(
                EVENT_NAME.matcher(name).matches() && name.startsWith(category + "."),
                name + " must be " + category + ".what_happened in lower snake case");
        Class<?> namesake = eventNames.putIfAbsent(name, type);
        check(namesake == null, name + " is the name of two types");
        check(isSentence(declared.cause()), name + ": cause must be a sentence");
        check(isSentence(declared.action()), name + ": action must be a sentence");
        List<Field> fields = new ArrayList<>();
        boolean severityVaries = readFields(name, type, List.of(), fields);
        List<Severity> severities =
                severityVaries ? List.of(Severity.values()) : List.of(declared.severity());
        return new CataloguedEvent(
                name,
                type,
                severities,
                declared.volume(),
                declared.cause(),
                declared.action(),
                List.copyOf(fields));
    }

    /**
     * Adds the fields of a record, flattening the records in it.
     *
     * @return true if one of the components is the severity of the occurrence; it is published as
     *     the record's level and not as a field
     */
    private boolean readFields(String event, Class<?> record, List<Method> path, List<Field> into) {
        boolean severityVaries = false;
        for (RecordComponent component : record.getRecordComponents()) {
            Class<?> type = component.getType();
            Method accessor = component.getAccessor();
            List<Method> accessors = new ArrayList<>(path);
            accessors.add(accessor);
            if (type == Severity.class && component.getName().equals("severity")) {
                severityVaries = true;
            } else if (type.isRecord() && type.isAnnotationPresent(Flatten.class)) {
                severityVaries |= readFields(event, type, accessors, into);
            } else {
                readField(event, component, List.copyOf(accessors), into);
            }
        }
        return severityVaries;
    }

    private void readField(
            String event, RecordComponent component, List<Method> accessors, List<Field> into) {
        String name = snakeCase(component.getName());
        String place = event + "." + name;
        FieldType type = typeOf(component.getType());
        Doc doc = component.getAnnotation(Doc.class);
        if (type == null) {
            problems.add(place + " has a type that cannot be published: " + component.getType());
            return;
        }
        if (doc == null || doc.value().isBlank()) {
            problems.add(place + " has no @Doc");
            return;
        }
        check(FIELD_NAME.matcher(name).matches(), place + " is not lower snake case");
        check(!Envelope.has(name), place + " has the name of an envelope field");
        checkUnit(place, name, doc.unit());
        String attribute = doc.attribute().isEmpty() ? "robustmq." + name : doc.attribute();
        check(
                ATTRIBUTE_NAME.matcher(attribute).matches(),
                place + ": " + attribute + " is not an attribute name");
        Field field =
                new Field(
                        name,
                        type,
                        valuesOf(component.getType()),
                        doc.unit(),
                        doc.sensitivity(),
                        attribute,
                        doc.value(),
                        accessors);
        check(
                into.stream().noneMatch(other -> other.name().equals(name)),
                place + " is there twice");
        check(
                into.stream().noneMatch(other -> other.attribute().equals(attribute)),
                place + ": " + attribute + " is there twice");
        Field first = fieldNames.putIfAbsent(name, field);
        check(
                first == null || sameColumn(first, field),
                place + " has another type, unit, sensitivity or attribute than elsewhere");
        into.add(field);
    }

    private void checkUnit(String place, String name, String unit) {
        String suffix = SUFFIX_OF_UNIT.get(unit);
        if (!unit.isEmpty() && suffix == null) {
            problems.add(
                    place
                            + ": unit "
                            + unit
                            + " is not one of "
                            + new TreeSet<>(SUFFIX_OF_UNIT.keySet()));
        } else if (suffix != null) {
            check(
                    name.endsWith(suffix),
                    place + " must end in " + suffix + ", its unit is " + unit);
        }
        for (Map.Entry<String, String> known : SUFFIX_OF_UNIT.entrySet()) {
            boolean named = !known.getValue().isEmpty() && name.endsWith(known.getValue());
            check(
                    !named || known.getKey().equals(unit),
                    place
                            + " ends in "
                            + known.getValue()
                            + ", its unit must be "
                            + known.getKey());
        }
    }

    private static boolean sameColumn(Field one, Field other) {
        return one.type() == other.type()
                && one.unit().equals(other.unit())
                && one.sensitivity() == other.sensitivity()
                && one.attribute().equals(other.attribute());
    }

    private static boolean isSentence(String text) {
        return !text.isBlank() && Set.of('.', '!', '?').contains(text.charAt(text.length() - 1));
    }

    private static @Nullable FieldType typeOf(Class<?> type) {
        if (type == String.class || type.isEnum()) {
            return FieldType.STRING;
        }
        if (type == int.class || type == long.class) {
            return FieldType.INTEGER;
        }
        if (type == double.class) {
            return FieldType.NUMBER;
        }
        return type == boolean.class ? FieldType.BOOLEAN : null;
    }

    private static List<String> valuesOf(Class<?> type) {
        if (!type.isEnum()) {
            return List.of();
        }
        return Arrays.stream(type.getEnumConstants())
                .map(constant -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT))
                .toList();
    }

    /** {@code keepAliveSeconds} to {@code keep_alive_seconds}. */
    static String snakeCase(String camelCase) {
        StringBuilder snake = new StringBuilder();
        for (int i = 0; i < camelCase.length(); i++) {
            char c = camelCase.charAt(i);
            if (Character.isUpperCase(c) && i > 0) {
                snake.append('_');
            }
            snake.append(Character.toLowerCase(c));
        }
        return snake.toString();
    }

    private void check(boolean holds, String problem) {
        if (!holds) {
            problems.add(problem);
        }
    }
}
