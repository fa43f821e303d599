package io.robustmq.telemetry.pipeline;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Between the threads that emit and the dispatcher: a {@link Ring} of events as they are, and
 * behind it, for a burst, {@link Overflow}. While the ring is more than half full each thread that
 * puts an event in also moves some of the oldest out of it, so a burst finds room however little
 * the dispatcher gets to run. Nobody who emits ever waits.
 */
final class EventQueue {
    /** More than the one that was put in; what it costs stays below a microsecond. */
    private static final int MOVED_AT_ONCE = 2;

    private final Ring<Occurrence> ring;
    private final int crowded;
    private final String nodeId;
    private final @Nullable Identities identities;
    private final Consumer<Occurrence> lost;

    /** Held by whoever takes something out. */
    private final ReentrantLock taking = new ReentrantLock();

    private final Overflow overflow;
    private final List<Occurrence> moving = new ArrayList<>();

    // the dispatcher's
    private final List<Occurrence> taken = new ArrayList<>();
    private final List<ByteBuffer> takenEncoded = new ArrayList<>();

    /**
     * @param lost is told of what was in it and cannot be handed on, as its fields cannot be read
     */
    EventQueue(
            int capacity,
            long burstBytes,
            EventKinds kinds,
            String nodeId,
            @Nullable Identities identities,
            Consumer<Occurrence> lost) {
        this.lost = lost;
        this.ring = new Ring<>(capacity);
        this.crowded = capacity / 2;
        this.nodeId = nodeId;
        this.identities = identities;
        this.overflow = new Overflow(kinds, nodeId, burstBytes);
    }

    int capacity() {
        return ring.capacity();
    }

    /** Of the ring alone; at rest exact, else a moment old. */
    int size() {
        return ring.size();
    }

    /** False if it is full. Any thread. */
    boolean offer(Occurrence occurrence) {
        boolean isIn = ring.offer(occurrence);
        if (ring.size() > crowded && taking.tryLock()) {
            try {
                makeRoom();
            } finally {
                taking.unlock();
            }
        }
        return isIn;
    }

    private void makeRoom() {
        if (!overflow.hasRoom()) {
            return;
        }
        ring.drainTo(moving, MOVED_AT_ONCE);
        for (Occurrence occurrence : moving) {
            Overflow.Item item = item(occurrence);
            if (item == null || !overflow.add(occurrence.kind().number(), item)) {
                lost.accept(occurrence);
            }
        }
        moving.clear();
    }

    /** Takes the oldest out, up to {@code max}; false if there was none. The dispatcher only. */
    boolean take(List<? super Overflow.Item> into, int max) {
        // held for as short as can be: meanwhile nobody makes room
        taking.lock();
        try {
            if (overflow.isEmpty()) {
                ring.drainTo(taken, max);
            } else {
                overflow.drainTo(takenEncoded, max);
            }
        } finally {
            taking.unlock();
        }
        boolean any = !taken.isEmpty() || !takenEncoded.isEmpty();
        for (Occurrence occurrence : taken) {
            Overflow.Item item = item(occurrence);
            if (item == null) {
                lost.accept(occurrence);
            } else {
                into.add(item);
            }
        }
        for (ByteBuffer encoded : takenEncoded) {
            into.add(overflow.decoded(encoded));
        }
        taken.clear();
        takenEncoded.clear();
        return any;
    }

    /** Waits until there may be something, at most so long; the dispatcher only. */
    void await(long nanos) {
        ring.await(nanos);
    }

    /** Makes {@link #await} return. Any thread. */
    void wake() {
        ring.wake();
    }

    /** What is in {@link Overflow} is gone. */
    void close() {
        taking.lock();
        try {
            overflow.close();
        } finally {
            taking.unlock();
        }
    }

    /** Null if it cannot be read: a defect of its own, the others must not suffer. */
    private Overflow.@Nullable Item item(Occurrence occurrence) {
        Object[] values;
        try {
            values = occurrence.kind().read(occurrence.event(), identities);
        } catch (RuntimeException e) {
            return null;
        }
        FlatRecord flat =
                new FlatRecord(
                        FlatRecord.UNSTORED,
                        occurrence.time(),
                        occurrence.kind().event(),
                        occurrence.severity(),
                        occurrence.service(),
                        nodeId,
                        occurrence.suppressed(),
                        occurrence.trace(),
                        values);
        return new Overflow.Item(flat, occurrence.traced(), occurrence.local());
    }
}
