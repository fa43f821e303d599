package io.robustmq.placement;

import java.util.List;
import java.util.zip.CRC32C;

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

    /** Nodes were heard of, each once. */
    record Heartbeats(List<NodeEpoch> nodes) implements Message {}

    /** The leader is to say when it led, and what was agreed then at least. */
    record AskBarrier(long request) implements Message {}

    /** All that was agreed before the question is up to {@code index} of Raft's log. */
    record BarrierAt(long request, long index) implements Message {}

    /**
     * The leader has no entries any more for this member, but a snapshot; also its heartbeat to
     * that member.
     *
     * @param transfer drawn when the leader began to offer it
     * @param items of the state
     */
    record Offer(
            int term, long queryRound, long sequence, long transfer, long items, SnapshotHead head)
            implements Message {}

    /**
     * All pieces before the {@code next} are there.
     *
     * @param session drawn when the member began to receive: it has nothing of an earlier one
     * @param isAgain those that were sent since are lost
     */
    record Ask(long transfer, long session, long next, boolean isAgain) implements Message {}

    /**
     * A chunk of the state.
     *
     * @param number from 0
     * @param crc CRC-32C of the bytes
     * @param bytes not to be changed any more
     */
    record Piece(long transfer, long session, long number, int crc, byte[] bytes)
            implements Message {
        static Piece of(long transfer, long session, long number, byte[] bytes) {
            return new Piece(transfer, session, number, crcOf(bytes), bytes);
        }

        boolean isWhole() {
            return crcOf(bytes) == crc;
        }

        static int crcOf(byte[] bytes) {
            CRC32C crc = new CRC32C();
            crc.update(bytes);
            return (int) crc.getValue();
        }
    }
}
