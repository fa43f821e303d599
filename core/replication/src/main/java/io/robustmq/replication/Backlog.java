package io.robustmq.replication;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The records of a writer that a replica may still need, by offset: first those that are
 * acknowledged, then those that wait for it. One thread.
 */
final class Backlog {
    private static final int FIRST_CAPACITY = 64;

    /** A record, and until it is acknowledged whoever waits for that. */
    private static final class Item {
        final Entry entry;
        final long bytesBefore;
        final long takenAt;
        @Nullable AppendOutcome outcome;

        Item(Entry entry, AppendOutcome outcome, long bytesBefore, long takenAt) {
            this.entry = entry;
            this.outcome = outcome;
            this.bytesBefore = bytesBefore;
            this.takenAt = takenAt;
        }
    }

    /** A ring; its size is a power of two. */
    private @Nullable Item[] items = new @Nullable Item[FIRST_CAPACITY];

    /** Offsets of the oldest item, of the oldest without acknowledgement, and after the newest. */
    private long first;

    private long waitingFrom;
    private long end;

    /** Of all records ever taken. */
    private long bytes;

    /** The offset of the next record, before the first was taken or sent. */
    void begin(long offset) {
        if (first == offset) {
            return;
        }
        // what was taken before the shard was opened gets its offsets now
        @Nullable Item[] moved = new @Nullable Item[items.length];
        for (long at = first; at < end; at++) {
            moved[(int) (at - first + offset) & items.length - 1] = item(at);
        }
        items = moved;
        end = offset + (end - first);
        first = offset;
        waitingFrom = offset;
    }

    void add(Entry entry, AppendOutcome outcome, long now) {
        if (end - first == items.length) {
            grow();
        }
        items[(int) end & items.length - 1] = new Item(entry, outcome, bytes, now);
        end++;
        bytes += entry.bytes();
    }

    private void grow() {
        @Nullable Item[] larger = new @Nullable Item[2 * items.length];
        for (long at = first; at < end; at++) {
            larger[(int) at & larger.length - 1] = items[(int) at & items.length - 1];
        }
        items = larger;
    }

    private Item item(long offset) {
        Item item = items[(int) offset & items.length - 1];
        if (item == null || offset < first || offset >= end) {
            throw new IllegalStateException(
                    "offset " + offset + " is not from " + first + " to before " + end);
        }
        return item;
    }

    long first() {
        return first;
    }

    /** After the last that is acknowledged. */
    long committedEnd() {
        return waitingFrom;
    }

    long end() {
        return end;
    }

    long waitingBytes() {
        return bytesBetween(waitingFrom, end);
    }

    /** Of the records from {@code from} to before {@code to}. */
    long bytesBetween(long from, long to) {
        return from >= to ? 0 : bytesBefore(to) - bytesBefore(from);
    }

    private long bytesBefore(long offset) {
        return offset == end ? bytes : item(offset).bytesBefore;
    }

    /** When the oldest that waits was taken; {@code now} if none does. */
    long oldestTakenAt(long now) {
        return waitingFrom == end ? now : item(waitingFrom).takenAt;
    }

    /** From {@code from} to before {@code to}, at least one, else at most so many bytes. */
    List<Entry> batch(long from, long to, int maxBytes) {
        List<Entry> batch = new ArrayList<>();
        int batchBytes = 0;
        for (long at = from; at < to; at++) {
            Entry entry = item(at).entry;
            batchBytes += entry.bytes();
            if (batchBytes > maxBytes && !batch.isEmpty()) {
                break;
            }
            batch.add(entry);
        }
        return batch;
    }

    /** Acknowledges those before {@code to}. What is told may add records. */
    void commit(long to) {
        while (waitingFrom < to) {
            Item item = item(waitingFrom);
            AppendOutcome outcome = item.outcome;
            item.outcome = null;
            waitingFrom++;
            if (outcome != null) {
                outcome.appended(waitingFrom - 1);
            }
        }
    }

    /** No replica needs those before {@code to}, which are acknowledged. */
    void release(long to) {
        for (long until = Math.min(to, waitingFrom); first < until; first++) {
            items[(int) first & items.length - 1] = null;
        }
    }

    /** Fails all that waits. */
    void fail(AppendOutcome.AppendFailure why) {
        while (waitingFrom < end) {
            Item item = item(waitingFrom);
            waitingFrom++;
            AppendOutcome outcome = item.outcome;
            item.outcome = null;
            if (outcome != null) {
                outcome.failed(why);
            }
        }
        release(end);
    }
}
