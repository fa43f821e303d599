package io.robustmq.broker;

import io.robustmq.telemetry.event.Tracing;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What one loop has for the sessions of another. It is handed over in one batch per iteration, so
 * that the other loop is woken once; a message is copied once, however many of its sessions want
 * it.
 *
 * <p>Bound: {@link #FULL_BYTES} that the other loop has not taken up. Above it the publishers who
 * add to it are not read ({@link Connection}) until half is taken; what one read of each brought
 * may go over it. Nothing is dropped here: the other loop never waits, so it catches up.
 */
final class Handoff {
    private static final long FULL_BYTES = 16L << 20;
    private static final int OVERHEAD_BYTES = 128;

    private final Loop from;
    private final Loop to;
    private final AtomicLong waitingBytes = new AtomicLong();
    private List<Item> batch = new ArrayList<>();
    private long batchBytes;

    /** One message and the sessions of the other loop that it is for. */
    private record Item(
            Message message, Route.Target[] targets, Tracing.@Nullable PublishTrace trace) {}

    Handoff(Loop from, Loop to) {
        this.from = from;
        this.to = to;
    }

    void add(Publication publication, Route.Target[] targets) {
        if (batch.isEmpty()) {
            from.needsFlush();
        }
        Message message = publication.message();
        batch.add(new Item(message, targets, publication.trace()));
        batchBytes += message.bytes() + OVERHEAD_BYTES;
        if (isFull()) {
            from.handoffIsFull();
        }
    }

    private boolean isFull() {
        return waitingBytes.get() + batchBytes > FULL_BYTES;
    }

    void flush() {
        if (batch.isEmpty()) {
            return;
        }
        List<Item> items = batch;
        long bytes = batchBytes;
        batch = new ArrayList<>(items.size());
        batchBytes = 0;
        waitingBytes.addAndGet(bytes);
        to.executor().execute(() -> take(items, bytes));
    }

    /** On the other loop. */
    private void take(List<Item> items, long bytes) {
        for (Item item : items) {
            to.takeOver(item.message(), item.targets(), item.trace());
        }
        long left = waitingBytes.addAndGet(-bytes);
        if (left <= FULL_BYTES / 2 && left + bytes > FULL_BYTES / 2) {
            from.executor().execute(from::handoffHasRoom);
        }
    }
}
