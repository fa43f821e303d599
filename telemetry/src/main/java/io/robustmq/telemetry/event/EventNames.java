package io.robustmq.telemetry.event;

/** Looks up what {@link EventType} says of a type, once per type. */
final class EventNames {
    private EventNames() {}

    private static final ClassValue<EventType> TYPES =
            new ClassValue<>() {
                @Override
                protected EventType computeValue(Class<?> type) {
                    EventType declared = type.getAnnotation(EventType.class);
                    if (declared == null) {
                        throw new IllegalStateException(
                                type.getName() + " is an Event without @EventType");
                    }
                    return declared;
                }
            };

    static Severity severityOf(Class<?> type) {
        return TYPES.get(type).severity();
    }
}
