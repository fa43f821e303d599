package io.robustmq.broker;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * What publishers' loops know of a session that is in a group: whether its client is there and how
 * much it has to do. The session's loop writes it, any loop reads it when it chooses; what it reads
 * may be a moment old, and the session's loop deals with that ({@link SessionShares#takes}).
 */
final class ShareLoad {
    private static final int CONNECTED = 1;
    private static final int BLOCKED = 2;
    private static final int FULL = 4;

    /** How well a member can take a message. */
    enum Fit {
        NOW,
        /** It waits there, for the window or for the client. */
        LATER,
        NOT
    }

    private volatile int state;
    private volatile int window;

    /** QoS 1 and 2 messages that loops have chosen it for. */
    private final AtomicInteger assigned = new AtomicInteger();

    /** In flight and waiting, less those that have arrived: so those on their way count too. */
    private final AtomicInteger balance = new AtomicInteger();

    private int arrived;

    // the session's loop

    void connected(int receiveWindow) {
        window = receiveWindow;
    }

    void arrived() {
        arrived++;
    }

    void update(boolean connected, boolean blocked, boolean full, int unacknowledged) {
        int now = (connected ? CONNECTED : 0) | (blocked ? BLOCKED : 0) | (full ? FULL : 0);
        if (now != state) {
            state = now;
        }
        int withoutArrived = unacknowledged - arrived;
        if (withoutArrived != balance.getPlain()) {
            balance.setRelease(withoutArrived);
        }
    }

    // any loop

    /** A loop sends it one. */
    void assigned() {
        assigned.getAndIncrement();
    }

    /** One did not come to be sent. */
    void unassigned() {
        assigned.getAndDecrement();
    }

    /** QoS 1 and 2 messages that it has or gets, and has not acknowledged. */
    int unacknowledged() {
        return assigned.get() + balance.getAcquire();
    }

    boolean isConnected() {
        return (state & CONNECTED) != 0;
    }

    /**
     * @param kept the session outlives its connections
     */
    Fit fit(int qos, boolean kept) {
        int now = state;
        if (qos == 0) {
            return (now & (CONNECTED | BLOCKED)) == CONNECTED ? Fit.NOW : Fit.NOT;
        }
        if ((now & FULL) != 0) {
            return Fit.NOT;
        }
        if ((now & CONNECTED) == 0) {
            return kept ? Fit.LATER : Fit.NOT;
        }
        return (now & BLOCKED) == 0 && unacknowledged() < window ? Fit.NOW : Fit.LATER;
    }
}
