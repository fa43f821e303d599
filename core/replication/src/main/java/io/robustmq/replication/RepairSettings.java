package io.robustmq.replication;

import java.time.Duration;

/**
 * @param replicas that a sealed segment should have
 * @param patience a node that has been away for so long does not come back
 * @param maxMoves segments that are copied at a time; how fast, the nodes' {@link ReplicaSettings}
 *     say
 * @param askAgainAfter how often is looked for what to do, and the copying nodes are asked
 * @param giveUpAfter another node is chosen when one has not copied a segment by then
 */
public record RepairSettings(
        int replicas,
        Duration patience,
        int maxMoves,
        Duration askAgainAfter,
        Duration giveUpAfter) {
    public static final RepairSettings STANDARD =
            new RepairSettings(
                    3, Duration.ofMinutes(5), 4, Duration.ofSeconds(2), Duration.ofMinutes(10));

    public RepairSettings {
        if (replicas < 1 || replicas > Segment.MAX_ENSEMBLE || maxMoves < 1) {
            throw new IllegalArgumentException(
                    "repair needs 1 to "
                            + Segment.MAX_ENSEMBLE
                            + " replicas and one move at least, was "
                            + replicas
                            + " and "
                            + maxMoves);
        }
    }
}
