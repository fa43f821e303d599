package io.robustmq.replication;

import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/** Ways to do it wrong, each of which the simulation must find. */
enum Mutation {
    /** A replica answers for what is not on its disk yet. */
    ACK_BEFORE_DURABLE,
    /** A replica says that it is fenced, and takes what the old writer sends. */
    NO_FENCE,
    /** A replica does not know its promise any more after a crash. */
    FENCE_IS_FORGOTTEN,
    /** One replica's answer counts as all's. */
    QUORUM_OF_ONE,
    /** A recovery takes one replica's answer for all's. */
    RECOVERY_TRUSTS_ONE,
    /** A reader gets what may not have been acknowledged. */
    SERVES_UNCOMMITTED,
    /** The metadata changes a shard's head whatever version was expected. */
    HEAD_IS_OVERWRITTEN,
    /** A node says that it has a copy as soon as it is asked to make one. */
    COPIED_TOO_EARLY,
    /** A node that lost its disk comes back under the same name. */
    DISK_FORGETS;

    /** What arrives where {@code message} should. */
    static void deliver(
            Set<Mutation> on,
            SimRing ring,
            String from,
            Message message,
            BiConsumer<String, Message> node) {
        switch (message) {
            case Message.Appended appended when on.contains(QUORUM_OF_ONE) ->
                    ring.replicas().forEach(replica -> node.accept(replica, message));
            case Message.Fenced fenced when on.contains(RECOVERY_TRUSTS_ONE) ->
                    ring.replicas().forEach(replica -> node.accept(replica, message));
            case Message.Read read when on.contains(SERVES_UNCOMMITTED) && read.epoch() == 0 ->
                    node.accept(
                            from,
                            new Message.Read(
                                    read.segment(),
                                    0,
                                    Long.MAX_VALUE / 2,
                                    read.from(),
                                    read.maxBytes(),
                                    read.request()));
            default -> node.accept(from, message);
        }
    }

    /** Whom a message may seem to come from. */
    interface SimRing {
        List<String> replicas();
    }
}
