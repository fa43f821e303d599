package io.robustmq.telemetry.event;

/**
 * The one way to log. Any thread; never blocks, never throws: when the queue behind it is full the
 * event is dropped and counted.
 */
public interface Events {
    /** Reports that {@code event} happened now. */
    void emit(Event event);

    /** The same, as part of a trace. */
    void emit(Event event, TraceContext trace);

    /**
     * Whether somebody wants every event about one of these for a while: then nothing about it is
     * left out by sampling. Costs a comparison when there is nobody.
     *
     * @param clientId empty if there is none, as the others
     * @param remoteAddr with the port
     */
    default boolean isTraced(String clientId, String remoteAddr, String topicName) {
        return false;
    }

    /** For what runs before there is anybody to listen. */
    Events NONE =
            new Events() {
                @Override
                public void emit(Event event) {}

                @Override
                public void emit(Event event, TraceContext trace) {}
            };
}
