package io.robustmq.replication;

import java.time.Duration;

/**
 * @param maxReadBytes of records in one answer, if it has more than one
 * @param copyBytesPerSecond of records that are fetched from other replicas
 * @param maxCopies segments that are fetched at a time; the others wait
 * @param askAgainAfter another replica is asked when one was silent for so long
 */
public record ReplicaSettings(
        int maxReadBytes, long copyBytesPerSecond, int maxCopies, Duration askAgainAfter) {
    public static final ReplicaSettings STANDARD =
            new ReplicaSettings(1 << 20, 32 << 20, 2, Duration.ofSeconds(1));

    public ReplicaSettings {
        if (maxReadBytes < 1 || maxReadBytes > 4 << 20) {
            throw new IllegalArgumentException(
                    "an answer has 1 to " + (4 << 20) + " bytes of records, was " + maxReadBytes);
        }
        if (copyBytesPerSecond < 1 || maxCopies < 1) {
            throw new IllegalArgumentException(
                    "copies need some bytes per second and one at a time, was "
                            + copyBytesPerSecond
                            + " and "
                            + maxCopies);
        }
    }
}
