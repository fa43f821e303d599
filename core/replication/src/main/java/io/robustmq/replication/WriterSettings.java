package io.robustmq.replication;

import java.time.Duration;

/**
 * How a writer replicates, and when it gives a segment up for the next.
 *
 * @param copies that a record should have
 * @param rolling when the next segment is begun
 * @param sending how records go to replicas
 * @param waiting what is taken without being acknowledged
 */
public record WriterSettings(Copies copies, Rolling rolling, Sending sending, Waiting waiting) {
    public static final WriterSettings STANDARD =
            new WriterSettings(
                    new Copies(3, 2),
                    new Rolling(
                            256 << 20,
                            Duration.ofHours(1),
                            Duration.ofSeconds(2),
                            32 << 20,
                            Duration.ofSeconds(10)),
                    new Sending(1 << 20, 8 << 20, Duration.ofMillis(500), Duration.ofMillis(500)),
                    new Waiting(64 << 20, Duration.ofSeconds(30)));

    /**
     * @param replicas of a segment, if there are so many nodes
     * @param quorum that must have a record before it is acknowledged; with fewer nodes than this
     *     no segment is begun. With more than half of {@code replicas} a segment can be recovered
     *     while a minority of them is away
     */
    public record Copies(int replicas, int quorum) {
        public Copies {
            if (replicas < 1
                    || replicas > Segment.MAX_ENSEMBLE
                    || quorum < 1
                    || quorum > replicas) {
                throw new IllegalArgumentException(
                        "replicas must be 1 to "
                                + Segment.MAX_ENSEMBLE
                                + " and the quorum 1 to replicas, were "
                                + replicas
                                + " and "
                                + quorum);
            }
        }
    }

    /**
     * @param bytes of records in a segment
     * @param age of a segment with records; also of one with fewer replicas than wanted, if there
     *     are more nodes by now, after {@code distrust}
     * @param silence a replica that said nothing for so long has failed
     * @param lagBytes a replica that has so much less than what is acknowledged lags
     * @param distrust for so long a replica that failed is not chosen again
     */
    public record Rolling(
            long bytes, Duration age, Duration silence, long lagBytes, Duration distrust) {}

    /**
     * @param batchBytes of the records of one message, if it has more than one
     * @param windowBytes of records on their way to a replica
     * @param againAfter what is not answered for so long is sent again
     * @param heartbeat a replica hears of its writer at least so often
     */
    public record Sending(
            int batchBytes, long windowBytes, Duration againAfter, Duration heartbeat) {
        public Sending {
            if (batchBytes < 1 || batchBytes > 4 << 20) {
                throw new IllegalArgumentException(
                        "a batch has 1 to " + (4 << 20) + " bytes, was " + batchBytes);
            }
        }
    }

    /**
     * Beyond either, new appends are refused; what was taken goes on waiting.
     *
     * @param bytes of records without acknowledgement
     * @param time that the oldest of them has waited
     */
    public record Waiting(long bytes, Duration time) {}
}
