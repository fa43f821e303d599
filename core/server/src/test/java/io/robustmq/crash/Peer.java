package io.robustmq.crash;

/** One connection of {@link Loader}: answers packets with packets. */
abstract class Peer {
    final boolean v5 = true;
    final Out out = new Out(v5);

    /** Once what is in {@link #out} is written, the connection is closed. */
    boolean isDone;

    /** It was opened: says CONNECT, and whatever may follow it at once. */
    abstract void opened();

    abstract void packet(Packet packet);

    /** After the packets of one read. */
    void afterRead() {}

    static void demand(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException(what);
        }
    }
}
