package io.robustmq.telemetry.pipeline;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A store whose disk is memory, and fails, forgets and damages when told to. */
final class MemoryStore implements EventStore {
    private final List<byte @Nullable []> records = new ArrayList<>();
    private final Map<String, Place> cursors = new HashMap<>();
    private int first;
    private @Nullable IOException failure;
    private boolean hanging;
    private final List<Entry> held = new ArrayList<>();

    /** From now on nothing is told of what is appended, until {@link #goOn}. */
    synchronized void hang() {
        hanging = true;
    }

    void goOn() {
        List<Entry> waiting;
        synchronized (this) {
            hanging = false;
            waiting = List.copyOf(held);
            held.clear();
            waiting.forEach(entry -> records.add(entry.record()));
            notifyAll();
        }
        waiting.forEach(Entry::stored);
    }

    synchronized void failing(boolean now) {
        failure = now ? new IOException("no space left") : null;
    }

    /** Retention: events before that are gone. */
    synchronized void forget(int upTo) {
        first = upTo;
    }

    synchronized void damage(int seq) {
        records.set(seq, null);
    }

    synchronized int size() {
        return records.size();
    }

    /** What it has, without numbers. */
    synchronized List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (byte[] record : records) {
            if (record != null) {
                lines.add(new String(event(record).json(), StandardCharsets.UTF_8));
            }
        }
        return lines;
    }

    private static StoredEvent event(byte[] record) {
        try {
            return StoredEvent.decoded(ByteBuffer.wrap(record));
        } catch (IOException defect) {
            throw new AssertionError(defect);
        }
    }

    @Override
    public synchronized long firstSeq() {
        return first;
    }

    @Override
    public synchronized Place first() throws IOException {
        for (int seq = first; seq < records.size(); seq++) {
            byte[] record = records.get(seq);
            if (record != null) {
                return new Place(seq, event(record).countsBefore());
            }
        }
        return last();
    }

    @Override
    public synchronized Place last() throws IOException {
        byte[] record = records.isEmpty() ? null : records.getLast();
        return record == null ? Place.BEGINNING : new Place(records.size(), event(record).counts());
    }

    @Override
    public void append(List<? extends Entry> entries) {
        IOException why;
        synchronized (this) {
            if (hanging) {
                held.addAll(entries);
                return;
            }
            why = failure;
            if (why == null) {
                entries.forEach(entry -> records.add(entry.record()));
                notifyAll();
            }
        }
        for (Entry entry : entries) {
            if (why == null) {
                entry.stored();
            } else {
                entry.failed(why);
            }
        }
    }

    @Override
    public synchronized @Nullable IOException failure() {
        return failure;
    }

    @Override
    public void read(long seq, Reader reader) throws IOException {
        for (int at = (int) seq; ; at++) {
            byte[] record;
            synchronized (this) {
                at = Math.max(at, first);
                if (at >= records.size()) {
                    return;
                }
                record = records.get(at);
            }
            if (record != null && !reader.event(at, event(record))) {
                return;
            }
        }
    }

    @Override
    public synchronized void await(long seq, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        long left = atMost.toMillis();
        while (records.size() <= seq && left > 0) {
            wait(left);
            left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        }
    }

    @Override
    public synchronized @Nullable Place cursor(String sink) {
        return cursors.get(sink);
    }

    @Override
    public synchronized void keepCursor(String sink, Place place) {
        cursors.put(sink, place);
    }
}
