package io.robustmq.telemetry.pipeline;

/**
 * A place in the store of spans: before record {@code seq}.
 *
 * @param spans how many spans were stored before it
 */
public record SpanPlace(long seq, long spans) {
    /** Where an empty store begins. */
    public static final SpanPlace BEGINNING = new SpanPlace(0, 0);
}
