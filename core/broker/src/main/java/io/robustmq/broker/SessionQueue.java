package io.robustmq.broker;

import io.robustmq.telemetry.event.MessageEvent.DropReason;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one client behind its in-flight window: because it is away, does not acknowledge,
 * or its socket is full.
 *
 * <p>Bound: {@link QueueBound}. When full, what comes is dropped and counted.
 */
final class SessionQueue {
    private final Session session;
    private final DeliveryList waiting = new DeliveryList();
    private final QueueBound bound;
    private int qos0;
    private int expiring;

    SessionQueue(Session session) {
        this.session = session;
        this.bound = new QueueBound(session);
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
        if (!bound.hasRoomFor((int) delivery.message.bytes())) {
            session.dropped(delivery, DropReason.QUEUE_FULL);
            return;
        }
        waiting.addLast(delivery);
        bound.add(delivery.message.bytes());
        count(delivery, 1);
        if (delivery.context != null) {
            session.queued(delivery.message.topic(), delivery.qos, delivery.context);
        }
        if (expiring == 1 && delivery.message.expires()) {
            session.home().hasExpiringMessages(session);
        }
    }

    void remove(Delivery delivery) {
        waiting.remove(delivery);
        bound.remove(delivery.message.bytes());
        count(delivery, -1);
    }

    boolean hasRoom() {
        return bound.fits(0);
    }

    /**
     * Takes out what it was given as a member of groups.
     *
     * @param filter of one group; null for all
     */
    List<Delivery> takeShared(@Nullable String filter) {
        List<Delivery> taken = new ArrayList<>();
        Delivery each = waiting.first();
        while (each != null) {
            Delivery next = each.next;
            if (each.share != null && (filter == null || filter.equals(each.share))) {
                remove(each);
                taken.add(each);
            }
            each = next;
        }
        return taken;
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

    private void count(Delivery delivery, int sign) {
        if (delivery.qos == 0) {
            qos0 += sign;
        }
        if (delivery.message.expires()) {
            expiring += sign;
        }
    }
}
