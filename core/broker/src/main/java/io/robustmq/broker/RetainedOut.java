package io.robustmq.broker;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * Sends another home that has come for the first time the retained messages that there are, to be
 * stored: as fast as its socket takes them. What is published meanwhile comes to it anyway, and
 * each has a stamp, so the order does not matter. If the connection breaks it begins again with the
 * next. Belongs to the loop of the connection.
 */
final class RetainedOut {
    private static final int AT_ONCE = 256;
    private static final long BLOCKED_MILLIS = 10;
    private static final int[] STORED = {Cluster.STORED};

    private final Connection connection;
    private final Subscriber to;
    private final Loop loop;
    private final Stamp first;
    private final Queue<Message> left;

    /**
     * @param home which published what has no stamp
     */
    RetainedOut(Connection connection, Subscriber to, String home, List<Message> messages) {
        this.connection = connection;
        this.to = to;
        this.loop = connection.loop();
        this.first = new Stamp(0, home);
        this.left = new ArrayDeque<>(messages);
    }

    void send() {
        if (!connection.isConnected()) {
            return;
        }
        for (int i = 0; i < AT_ONCE && !left.isEmpty(); i++) {
            if (to.isBlocked()) {
                var unused =
                        loop.executor().schedule(this::send, BLOCKED_MILLIS, TimeUnit.MILLISECONDS);
                return;
            }
            Message message = left.remove();
            if (!message.isExpiredAt(loop.nowMillis())) {
                Message stamped = message.stamp() == null ? message.stamped(first) : message;
                to.publish(new Delivery(stamped, 0, true, STORED, false), false);
            }
        }
        if (left.isEmpty()) {
            PeerTalk.say(connection, PeerTalk.Kind.RETAINED_END);
        } else {
            loop.executor().execute(this::send);
        }
    }
}
