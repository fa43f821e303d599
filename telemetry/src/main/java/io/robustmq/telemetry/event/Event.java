package io.robustmq.telemetry.event;

/**
 * One thing that happened. A record; each record type is one published event with a stable name
 * ({@link EventType}) and published fields (its components, {@link Doc}).
 *
 * <p>Components may be {@code String}, {@code int}, {@code long}, {@code double}, {@code boolean},
 * an enum, or a record marked {@link Flatten}. Nothing is null: an unknown text is {@code ""}, and
 * zero is a value.
 */
public sealed interface Event
        permits ConnectionEvent,
                AuthenticationEvent,
                MessageEvent,
                SubscriptionEvent,
                SessionEvent,
                JournalEvent,
                ReplicationEvent,
                PlacementEvent,
                PipelineEvent,
                AuditEvent,
                ForeignEvent {

    /** The severity of this occurrence: the type's, but for {@link ForeignEvent.Line}. */
    default Severity severity() {
        return EventNames.severityOf(getClass());
    }

    /**
     * What repeats are counted under: occurrences of one type with the same key share one throttle.
     * The default puts all occurrences of a type under one key.
     */
    default String throttleKey() {
        return "";
    }
}
