package io.robustmq.telemetry.pipeline;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of many producers that never wait, and one consumer that does.
 *
 * <p>A producer claims a slot by moving {@code tail}, then fills it; the consumer stops at a slot
 * that is claimed and not yet filled. The consumer is woken only if it sleeps deeply: while events
 * keep coming it looks again by itself after a short nap, so that a producer pays for waking it at
 * most once per nap; or it sleeps until there is enough to be worth its while.
 */
final class Ring<T> {
    private static final long NAP_NANOS = 2_000_000;

    private static final int AWAKE = 0;
    private static final int ASLEEP = 1;

    private final int capacity;
    private final int mask;
    private final AtomicReferenceArray<@Nullable T> slots;
    private final AtomicLong tail = new AtomicLong();
    private final AtomicLong head = new AtomicLong();
    private final AtomicInteger consumerState = new AtomicInteger(AWAKE);
    private volatile @Nullable Thread consumer;

    /** So many must be there before a producer wakes the consumer. */
    private volatile int enough = 1;

    Ring(int capacity) {
        this.capacity = capacity;
        int size = Integer.highestOneBit(Math.max(2, capacity) * 2 - 1);
        this.mask = size - 1;
        this.slots = new AtomicReferenceArray<>(size);
    }

    int capacity() {
        return capacity;
    }

    /** How many it took so far. */
    long accepted() {
        return tail.get();
    }

    /** At rest exact, else a moment old. */
    int size() {
        long tailNow = tail.get();
        return (int) Math.max(0, tailNow - head.get());
    }

    /** False if it is full. Any thread. */
    boolean offer(T item) {
        long slot;
        do {
            slot = tail.get();
            if (slot - head.get() >= capacity) {
                return false;
            }
        } while (!tail.compareAndSet(slot, slot + 1));
        slots.set((int) slot & mask, item);
        if (consumerState.get() == ASLEEP
                && slot + 1 - head.get() >= enough
                && consumerState.compareAndSet(ASLEEP, AWAKE)) {
            LockSupport.unpark(consumer);
        }
        return true;
    }

    /** Moves up to {@code max} items to {@code into}; the consumer only. */
    int drainTo(List<T> into, int max) {
        long first = head.get();
        int moved = 0;
        while (moved < max) {
            int slot = (int) (first + moved) & mask;
            T item = slots.getAcquire(slot);
            if (item == null) {
                break;
            }
            slots.setPlain(slot, null);
            into.add(item);
            moved++;
        }
        head.setRelease(first + moved);
        return moved;
    }

    /** Waits until there may be something, at most so long; the consumer only. */
    void await(long nanos) {
        consumer = Thread.currentThread();
        LockSupport.parkNanos(this, Math.min(nanos, NAP_NANOS));
        if (nanos <= NAP_NANOS || !isEmpty()) {
            return;
        }
        sleep(1, nanos - NAP_NANOS);
    }

    /** Waits until there are so many, at most so long, without a nap; the consumer only. */
    void awaitSize(int wanted, long nanos) {
        consumer = Thread.currentThread();
        sleep(wanted, nanos);
    }

    private void sleep(int wanted, long nanos) {
        enough = wanted;
        consumerState.set(ASLEEP);
        if (size() < wanted) {
            LockSupport.parkNanos(this, nanos);
        }
        consumerState.set(AWAKE);
    }

    /** Makes {@link #await} return. Any thread. */
    void wake() {
        consumerState.set(AWAKE);
        LockSupport.unpark(consumer);
    }

    private boolean isEmpty() {
        return tail.get() == head.get();
    }
}
