package io.robustmq.eventlog;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the events that an account is made of may lack.
 *
 * @param gaps sequence numbers that cannot be read, such as {@code 5-9}; empty if none
 * @param cut whether there are older ones that were not taken
 * @param since what was asked for; null for all there is
 */
public record Evidence(Kept kept, String gaps, boolean cut, @Nullable Instant since) {
    /**
     * The oldest event that the node keeps.
     *
     * @param since when it happened; null if there is none
     */
    public record Kept(long seq, @Nullable Instant since) {
        public static final Kept NOTHING = new Kept(0, null);

        public static Kept from(EventFields oldest) {
            return new Kept(oldest.number("seq"), oldest.time());
        }
    }
}
