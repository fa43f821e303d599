package io.robustmq.broker;

import org.jspecify.annotations.Nullable;

/**
 * A session's messages that are in memory, by their number: about to be sent, or sent and not
 * acknowledged. Their bytes are known to the loop. Belongs to it.
 */
final class LoadedDeliveries {
    private static final Delivery[] NONE = {};
    private static final int FIRST_SLOTS = 8;

    private final Loop loop;

    /** A ring, a power of two long. */
    private @Nullable Delivery[] ring = NONE;

    private long bytes;

    LoadedDeliveries(Loop loop) {
        this.loop = loop;
    }

    @Nullable Delivery get(long number) {
        if (ring.length == 0) {
            return null;
        }
        Delivery found = ring[at(number)];
        return found != null && found.number == number ? found : null;
    }

    /**
     * @param base none is below it
     */
    void put(long number, Delivery delivery, long base) {
        int span = (int) (number - base) + 1;
        if (span > ring.length) {
            @Nullable Delivery[] old = ring;
            ring = new @Nullable Delivery[Math.max(FIRST_SLOTS, Integer.highestOneBit(span) << 1)];
            for (Delivery each : old) {
                if (each != null) {
                    ring[at(each.number)] = each;
                }
            }
        }
        delivery.number = number;
        ring[at(number)] = delivery;
        count(delivery.message.bytes());
    }

    void remove(long number) {
        Delivery delivery = get(number);
        if (delivery != null) {
            ring[at(number)] = null;
            count(-delivery.message.bytes());
        }
    }

    void clear() {
        ring = NONE;
        count(-bytes);
    }

    private void count(long more) {
        bytes += more;
        loop.loaded(more);
    }

    private int at(long number) {
        return (int) number & ring.length - 1;
    }
}
