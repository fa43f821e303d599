package io.robustmq.server;

import io.robustmq.replication.Entry;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Records of a log that were lately appended or read, by offset. Any thread.
 *
 * <p>Bound: {@code maxBytes} with what is around the payloads on the wire, half of it the last that
 * were appended, half of it those read.
 */
final class RecentRecords {
    private static final int FIRST_CAPACITY = 1024;

    private final long halfBytes;

    // the last that were appended: a ring whose size is a power of two
    private @Nullable Entry[] ring = new @Nullable Entry[FIRST_CAPACITY];
    private long first;
    private long end;
    private long appendedBytes;

    /** Pieces that were read, by their first offset, the one used longest ago first. */
    private final LinkedHashMap<Long, Piece> pieces = new LinkedHashMap<>(16, 0.75f, true);

    private final TreeMap<Long, Piece> byOffset = new TreeMap<>();
    private long readBytes;

    RecentRecords(long maxBytes) {
        halfBytes = maxBytes / 2;
    }

    /**
     * @param records follow each other from {@code offset} on
     */
    record Piece(long offset, List<Entry> records, long bytes) {
        static Piece of(long offset, List<Entry> records) {
            return new Piece(offset, records, records.stream().mapToLong(Entry::bytes).sum());
        }

        @Nullable Entry at(long wanted) {
            long index = wanted - offset;
            return index >= 0 && index < records.size() ? records.get((int) index) : null;
        }
    }

    /** The next one that was acknowledged. */
    synchronized void appended(long offset, Entry entry) {
        if (offset != end) {
            first = offset;
            end = offset;
            appendedBytes = 0;
            ring = new @Nullable Entry[FIRST_CAPACITY];
        }
        if (end - first == ring.length) {
            grow();
        }
        ring[(int) end & ring.length - 1] = entry;
        end++;
        appendedBytes += entry.bytes();
        while (appendedBytes > halfBytes) {
            int oldest = (int) first & ring.length - 1;
            Entry gone = ring[oldest];
            appendedBytes -= gone == null ? 0 : gone.bytes();
            ring[oldest] = null;
            first++;
        }
    }

    private void grow() {
        @Nullable Entry[] larger = new @Nullable Entry[2 * ring.length];
        for (long at = first; at < end; at++) {
            larger[(int) at & larger.length - 1] = ring[(int) at & ring.length - 1];
        }
        ring = larger;
    }

    synchronized void read(Piece piece) {
        Piece before = pieces.put(piece.offset, piece);
        byOffset.put(piece.offset, piece);
        readBytes += piece.bytes - (before == null ? 0 : before.bytes);
        Iterator<Map.Entry<Long, Piece>> oldest = pieces.entrySet().iterator();
        while (readBytes > halfBytes && oldest.hasNext()) {
            Piece gone = oldest.next().getValue();
            oldest.remove();
            byOffset.remove(gone.offset);
            readBytes -= gone.bytes;
        }
    }

    /** Null if it is not among them. */
    synchronized @Nullable Entry get(long offset) {
        if (offset >= first && offset < end) {
            return ring[(int) offset & ring.length - 1];
        }
        Map.Entry<Long, Piece> floor = byOffset.floorEntry(offset);
        Entry found = floor == null ? null : floor.getValue().at(offset);
        if (found != null) {
            pieces.get(floor.getKey());
        }
        return found;
    }
}
