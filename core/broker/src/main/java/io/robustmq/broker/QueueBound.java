package io.robustmq.broker;

import io.robustmq.telemetry.event.SessionEvent;

/**
 * How much waits for one client, and whether there is room for more: {@code maxQueuedMessages} and
 * {@code maxQueuedBytes}. {@code session.queue_filled} says once that there is none, until a
 * quarter is free again. Belongs to the session's loop.
 */
final class QueueBound {
    private final Session session;
    private int messages;
    private long bytes;
    private boolean full;

    QueueBound(Session session) {
        this.session = session;
    }

    int messages() {
        return messages;
    }

    boolean fits(int more) {
        if (session.isPeer()) {
            return true; // what a home has not got waits, as long as the log may grow
        }
        BrokerSettings.Queues limits = limits();
        return messages < limits.maxQueuedMessages() && bytes + more <= limits.maxQueuedBytes();
    }

    /** The same for what has come, and reported if there is no room for it. */
    boolean hasRoomFor(int more) {
        boolean fits = fits(more);
        if (!fits && !full) {
            full = true;
            session.home()
                    .shared()
                    .events()
                    .emit(new SessionEvent.QueueFilled(session.clientId(), messages, bytes));
        }
        return fits;
    }

    void add(long size) {
        messages++;
        bytes += size;
        count(1, size);
    }

    void remove(long size) {
        messages--;
        bytes -= size;
        count(-1, -size);
        if (full) {
            BrokerSettings.Queues limits = limits();
            full =
                    messages > limits.maxQueuedMessages() / 4 * 3
                            || bytes > limits.maxQueuedBytes() / 4 * 3;
        }
    }

    /** What went did so for something that came: that it is full is not said again. */
    void stillFull() {
        full = true;
    }

    /** Nothing waits any more. */
    void clear() {
        count(-messages, -bytes);
        messages = 0;
        bytes = 0;
    }

    private void count(int more, long moreBytes) {
        if (session.isPeer()) {
            Counters counters = session.home().counters();
            counters.add(Counters.PEER_QUEUED_MESSAGES, more);
            counters.add(Counters.PEER_QUEUED_BYTES, moreBytes);
        } else {
            session.home().queued(more, moreBytes);
        }
    }

    private BrokerSettings.Queues limits() {
        return session.home().shared().settings().queues();
    }
}
