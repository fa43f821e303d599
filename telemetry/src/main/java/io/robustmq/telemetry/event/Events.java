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

    /** For what runs before there is anybody to listen. */
    Events NONE =
            new Events() {
                @Override
                public void emit(Event event) {}

                @Override
                public void emit(Event event, TraceContext trace) {}
            };
}
