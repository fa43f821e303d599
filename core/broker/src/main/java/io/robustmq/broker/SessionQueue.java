package io.robustmq.broker;

import io.robustmq.telemetry.event.MessageEvent.DropReason;
import io.robustmq.telemetry.event.SessionEvent;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one client behind its in-flight window: because it is away, does not acknowledge,
 * or its socket is full.
 *
 * <p>Bound: {@code maxQueuedMessages} and {@code maxQueuedBytes}. When full, what comes is dropped
 * and counted, and {@code session.queue_filled} says so once until a quarter is free again.
 */
final class SessionQueue {
    private final Session session;
    private final DeliveryList waiting = new DeliveryList();
    private long bytes;
    private int qos0;
    private int expiring;
    private boolean full;

    SessionQueue(Session session) {
        this.session = session;
    }

    @Nullable Delivery first() {
        return waiting.first();
    }

    int size() {
        return waiting.size();
    }

    int qos0() {
        return qos0;
    }

    void add(Delivery delivery) {
        Loop home = session.home();
        BrokerSettings.Queues limits = home.shared().settings().queues();
        long size = delivery.message.bytes();
        if (waiting.size() >= limits.maxQueuedMessages()
                || bytes + size > limits.maxQueuedBytes()) {
            if (!full) {
                full = true;
                home.shared()
                        .events()
                        .emit(
                                new SessionEvent.QueueFilled(
                                        session.clientId(), waiting.size(), bytes));
            }
            session.dropped(delivery, DropReason.QUEUE_FULL);
            return;
        }
        waiting.addLast(delivery);
        account(delivery, 1);
        if (expiring == 1 && delivery.message.expires()) {
            home.hasExpiringMessages(session);
        }
    }

    void remove(Delivery delivery) {
        waiting.remove(delivery);
        account(delivery, -1);
        if (full) {
            BrokerSettings.Queues limits = session.home().shared().settings().queues();
            full =
                    waiting.size() > limits.maxQueuedMessages() / 4 * 3
                            || bytes > limits.maxQueuedBytes() / 4 * 3;
        }
    }

    /** Drops what has expired; false if nothing is left that can. */
    boolean removeExpired(long nowMillis) {
        Delivery each = waiting.first();
        while (each != null && expiring > 0) {
            Delivery next = each.next;
            if (each.message.isExpiredAt(nowMillis)) {
                remove(each);
                session.dropped(each, DropReason.EXPIRED);
            }
            each = next;
        }
        return expiring > 0;
    }

    /** Empties it; returns how many there were. */
    int discard() {
        int gone = waiting.size();
        Delivery each = waiting.first();
        while (each != null) {
            Delivery next = each.next;
            remove(each);
            if (each.trace != null) {
                each.trace.dropped(DropReason.SESSION_ENDED, System.nanoTime());
            }
            each = next;
        }
        return gone;
    }

    private void account(Delivery delivery, int sign) {
        long size = sign * delivery.message.bytes();
        bytes += size;
        if (delivery.qos == 0) {
            qos0 += sign;
        }
        if (delivery.message.expires()) {
            expiring += sign;
        }
        session.home().queued(sign, size);
    }
}
