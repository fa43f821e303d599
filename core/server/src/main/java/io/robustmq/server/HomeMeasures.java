package io.robustmq.server;

import io.robustmq.telemetry.event.Latency;
import java.util.EnumMap;
import java.util.Map;

/** What a process counts of the homes that it serves, and of their clients' claims. Any thread. */
final class HomeMeasures {
    private final Latency openings = new Latency();
    private final Latency claims = new Latency();

    // guarded by this
    private final Map<Ended, Long> claimed = new EnumMap<>(Ended.class);
    private int waitingClaims;
    private long opened;
    private long adopted;
    private long failed;
    private long lost;

    /** Where a client that placement was asked for belongs. */
    enum Ended {
        HERE,
        ELSEWHERE,
        /** Nobody could say in time. */
        UNKNOWN;

        String label() {
            return switch (this) {
                case HERE -> "here";
                case ELSEWHERE -> "elsewhere";
                case UNKNOWN -> "unknown";
            };
        }
    }

    synchronized void opened(boolean isOwn, long nanos) {
        openings.record(nanos, 1);
        if (isOwn) {
            opened++;
        } else {
            adopted++;
        }
    }

    synchronized void failed() {
        failed++;
    }

    synchronized void lost() {
        lost++;
    }

    synchronized void claimBegun() {
        waitingClaims++;
    }

    synchronized void claimEnded(Ended how, long nanos) {
        waitingClaims--;
        claims.record(nanos, 1);
        claimed.merge(how, 1L, Long::sum);
    }

    /** How long homes took to open. */
    Latency openings() {
        return openings;
    }

    /** How long clients waited. */
    Latency claims() {
        return claims;
    }

    synchronized long claimed(Ended how) {
        return claimed.getOrDefault(how, 0L);
    }

    synchronized int waitingClaims() {
        return waitingClaims;
    }

    /** The process's own, as often as it was opened. */
    synchronized long opened() {
        return opened;
    }

    /** Those of others. */
    synchronized long adopted() {
        return adopted;
    }

    synchronized long failures() {
        return failed;
    }

    synchronized long losses() {
        return lost;
    }
}
