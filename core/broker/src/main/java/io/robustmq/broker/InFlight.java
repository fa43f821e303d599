package io.robustmq.broker;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * QoS 1 and 2 deliveries sent and not done, by packet identifier and in the order sent.
 *
 * <p>Packet identifiers are handed out from 1 up to the most that were ever in flight at once and
 * are used again in turn, so the table is as large as the client's window and no larger.
 */
final class InFlight {
    private static final int FIRST_SLOTS = 8;

    private final DeliveryList order = new DeliveryList();
    private @Nullable Delivery[] byPacketId = new Delivery[0];
    // free identifiers, a ring: taken at head, given back at tail
    private char[] free = new char[0];
    private int head;
    private int freeCount;

    int size() {
        return order.size();
    }

    /** The oldest; the rest follow by {@link Delivery#next}. */
    @Nullable Delivery first() {
        return order.first();
    }

    @Nullable Delivery get(int packetId) {
        return packetId <= byPacketId.length && packetId > 0 ? byPacketId[packetId - 1] : null;
    }

    /** Gives the delivery an identifier. At most 65535 may be in flight. */
    void add(Delivery delivery) {
        if (freeCount == 0) {
            grow();
        }
        int packetId = free[head];
        head = head + 1 == free.length ? 0 : head + 1;
        freeCount--;
        delivery.packetId = packetId;
        byPacketId[packetId - 1] = delivery;
        order.addLast(delivery);
    }

    void remove(Delivery delivery) {
        int packetId = delivery.packetId;
        order.remove(delivery);
        byPacketId[packetId - 1] = null;
        int tail = head + freeCount;
        free[tail >= free.length ? tail - free.length : tail] = (char) packetId;
        freeCount++;
    }

    private void grow() {
        int old = byPacketId.length;
        int larger = old == 0 ? FIRST_SLOTS : Math.min(2 * old, 65_535);
        if (larger == old) {
            throw new IllegalStateException("more than 65535 deliveries in flight");
        }
        byPacketId = Arrays.copyOf(byPacketId, larger);
        free = new char[larger];
        head = 0;
        for (int packetId = old + 1; packetId <= larger; packetId++) {
            free[freeCount++] = (char) packetId;
        }
    }
}
