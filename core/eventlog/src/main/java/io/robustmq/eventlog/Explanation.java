package io.robustmq.eventlog;

import io.robustmq.telemetry.event.Severity;
import java.time.Instant;
import java.util.List;

/**
 * What became of a client or a message, for a person on call. Immutable.
 *
 * @param subject what it is about, such as {@code client pump-7}
 * @param verdict the answer in a few sentences
 * @param findings what explains it, the most important first
 * @param story what happened, in order
 * @param missing what is not known, and why
 */
public record Explanation(
        String subject,
        String verdict,
        List<Finding> findings,
        List<Step> story,
        List<String> missing) {

    /**
     * A known pattern that was found.
     *
     * @param pattern a stable name, such as {@code two_clients_one_id}
     * @param action what to do, empty for nothing
     */
    public record Finding(String pattern, String text, String action) {}

    /**
     * Something that happened, or the same several times.
     *
     * @param times how many times this was recorded
     * @param until the same as from if it was once
     * @param firstSeq of the events that tell of it
     */
    public record Step(
            Instant from,
            Instant until,
            long times,
            Severity level,
            String text,
            long firstSeq,
            long lastSeq) {}
}
