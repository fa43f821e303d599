package io.robustmq.placement;

import java.util.List;

/** What members say to each other beside Raft's messages. */
sealed interface Message {
    /**
     * Who the sender is, and what it knows of the group.
     *
     * @param isAsking the other is to say the same
     * @param initial the names of those who shall form the group, as the sender was told
     * @param founders none if the group is not formed as far as the sender knows
     * @param members those that the sender knows, with addresses
     * @param group those of them that take part in Raft now
     */
    record Hello(
            Member sender,
            boolean isAsking,
            List<String> initial,
            List<Member> founders,
            List<Member> members,
            List<MemberId> group)
            implements Message {
        static final int MAX_MEMBERS = 64;
    }

    /** A change for the leader to propose. It is answered by being agreed on. */
    record Forward(Operation.Change change) implements Message {}

    /** A node was heard of. */
    record Heartbeat(NodeEpoch node) implements Message {}

    /** The leader is to say when it led, and what was agreed then at least. */
    record AskBarrier(long request) implements Message {}

    /** All that was agreed before the question is up to {@code index} of Raft's log. */
    record BarrierAt(long request, long index) implements Message {}
}
