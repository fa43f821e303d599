package io.robustmq.telemetry.pipeline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Events that the store could not take, until it can. Any thread.
 *
 * <p>Bound: {@link #MOST_BYTES}; what comes then is dropped and counted.
 */
final class Held {
    private static final long MOST_BYTES = 16L << 20;

    private List<EventStore.Entry> entries = new ArrayList<>();
    private long bytes;
    private long dropped;

    synchronized void add(EventStore.Entry entry) {
        if (bytes + entry.record().length > MOST_BYTES) {
            dropped++;
            return;
        }
        entries.add(entry);
        bytes += entry.record().length;
    }

    synchronized boolean isEmpty() {
        return entries.isEmpty();
    }

    /** All, in the order of their counts, whoever brought them first. */
    synchronized List<EventStore.Entry> take() {
        List<EventStore.Entry> taken = entries;
        entries = new ArrayList<>();
        bytes = 0;
        taken.sort(Comparator.comparingLong(entry -> StoredEvent.ordinal(entry.record())));
        return taken;
    }

    synchronized long dropped() {
        return dropped;
    }
}
