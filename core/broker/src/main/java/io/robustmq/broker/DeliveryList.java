package io.robustmq.broker;

import org.jspecify.annotations.Nullable;

/** Deliveries in order, linked through themselves: an empty list costs two fields. */
final class DeliveryList {
    private @Nullable Delivery first;
    private @Nullable Delivery last;
    private int size;

    @Nullable Delivery first() {
        return first;
    }

    int size() {
        return size;
    }

    void addLast(Delivery delivery) {
        Delivery before = last;
        delivery.previous = before;
        delivery.next = null;
        if (before == null) {
            first = delivery;
        } else {
            before.next = delivery;
        }
        last = delivery;
        size++;
    }

    void remove(Delivery delivery) {
        Delivery before = delivery.previous;
        Delivery after = delivery.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
        }
        delivery.previous = null;
        delivery.next = null;
        size--;
    }
}
