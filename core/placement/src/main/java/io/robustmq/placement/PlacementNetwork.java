package io.robustmq.placement;

import java.io.IOException;
import java.util.Collection;

/**
 * How members of the placement group reach each other. Messages may be lost, delayed, come twice
 * and in any order: Raft sends again what matters. Whoever can send one is believed, so an
 * implementation must know that it is a member's.
 */
public interface PlacementNetwork extends AutoCloseable {
    /** Takes what comes. */
    @FunctionalInterface
    interface Receiver {
        /** Any thread; never waits. */
        void message(byte[] message);
    }

    /** For a member that is alone. */
    PlacementNetwork NONE =
            new PlacementNetwork() {
                @Override
                public void open(Receiver receiver) {}

                @Override
                public void members(Collection<Member> members) {}

                @Override
                public boolean send(MemberId to, byte[] message) {
                    return false;
                }

                @Override
                public boolean greet(String address, byte[] message) {
                    return false;
                }

                @Override
                public void close() {}
            };

    /** Takes messages from now on. Once. */
    void open(Receiver receiver) throws IOException;

    /** All that may have to be reached from now on, the member itself among them. */
    void members(Collection<Member> members);

    /**
     * Sends to a member of the last {@link #members}. Never waits.
     *
     * @param message not changed afterwards; at most {@value RaftMessages#MAX_BYTES} bytes
     * @return false if it is sure not to arrive
     */
    boolean send(MemberId to, byte[] message);

    /** Sends to whoever is at an address ({@code host:port}). Never waits. */
    boolean greet(String address, byte[] message);

    /** Twice without harm. */
    @Override
    void close();
}
