package io.robustmq.replication;

import io.robustmq.journal.Shard;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * What a replica has promised for each of its segments, in a shard of its own that is read whole
 * when the node starts: so a segment's records are nothing but records. A record is, big-endian:
 *
 * <pre>
 *   0      1         ...
 *   | kind | segment | epoch 8 | version 8 |    1, promised
 *   | kind | segment | end 8 |                  2, whole: sealed, and all of it is here
 *   | kind | segment |                          3, gone
 *   | kind | id |                               4, what the node is called in ensembles
 * </pre>
 *
 * <p>A segment and an id are as {@link MessageCodec} draws them. A snapshot has {@code | bytes 2 |
 * id |} in UTF-8, empty if there is none, the number of segments, and for each {@code | bytes 2 |
 * segment | epoch 8 | version 8 | end 8 |}. One thread, but for appends that complete on the
 * journal's.
 */
final class Promises {
    /** Records between two snapshots. */
    private static final int SNAPSHOT_RECORDS = 1000;

    private static final byte PROMISED = 1;
    private static final byte WHOLE = 2;
    private static final byte GONE = 3;
    private static final byte NODE = 4;

    /**
     * @param wholeEnd after its last record; -1 while records may be appended
     */
    record Promise(long epoch, long version, long wholeEnd) {
        static final Promise NONE = new Promise(0, 0, -1);
    }

    private final Shard shard;
    private final Map<SegmentId, Promise> promises = new LinkedHashMap<>();
    private long snapshotAt;
    private long snapshotBefore;
    private String node = "";

    Promises(Shard shard) {
        this.shard = shard;
    }

    /** Reads what is there; a gap is an error, as nobody knows what was promised in it. */
    void open() throws IOException {
        Long from = shard.restore(this::restore);
        snapshotAt = from == null ? 0 : from;
        snapshotBefore = snapshotAt;
        shard.read(
                snapshotAt,
                (offset, epochMillis, payload) -> {
                    try {
                        Wire.complete(() -> fold(payload));
                    } catch (Wire.Malformed e) {
                        throw new IOException("promise " + offset + ": " + e.getMessage());
                    }
                    return true;
                });
    }

    Map<SegmentId, Promise> all() {
        return promises;
    }

    /** Who it is that promised; empty before {@link #identify}. */
    String node() {
        return node;
    }

    /** Once, before anything is promised. */
    void identify(String id) throws IOException {
        ByteBuffer record = ByteBuffer.allocate(1 + Wire.bytes(id)).put(NODE);
        Wire.put(record, id);
        try {
            append(record).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException why ? why : new IOException(e.getCause());
        }
        node = id;
    }

    void close() {
        shard.close();
    }

    Promise of(SegmentId segment) {
        return promises.getOrDefault(segment, Promise.NONE);
    }

    CompletableFuture<Long> promise(SegmentId segment, long epoch, long version) {
        ByteBuffer record = record(PROMISED, segment, 2 * Long.BYTES);
        return append(record.putLong(epoch).putLong(version));
    }

    CompletableFuture<Long> whole(SegmentId segment, long end) {
        return append(record(WHOLE, segment, Long.BYTES).putLong(end));
    }

    CompletableFuture<Long> gone(SegmentId segment) {
        return append(record(GONE, segment, 0));
    }

    private static ByteBuffer record(byte kind, SegmentId segment, int more) {
        ByteBuffer record = ByteBuffer.allocate(1 + Wire.bytes(segment) + more);
        record.put(kind);
        Wire.put(record, segment);
        return record;
    }

    private CompletableFuture<Long> append(ByteBuffer record) {
        return shard.append(record.array());
    }

    /** What was appended counts from now on. */
    void promised(SegmentId segment, long epoch, long version) {
        Promise before = of(segment);
        promises.put(
                segment,
                new Promise(
                        Math.max(before.epoch, epoch),
                        Math.max(before.version, version),
                        before.wholeEnd));
    }

    void isWhole(SegmentId segment, long end) {
        Promise before = of(segment);
        promises.put(segment, new Promise(before.epoch, before.version, end));
    }

    void isGone(SegmentId segment) {
        promises.remove(segment);
    }

    private boolean fold(ByteBuffer record) {
        byte kind = record.get();
        if (kind == NODE) {
            node = Wire.name(record);
            Wire.check(!record.hasRemaining(), "it goes on after its end");
            return true;
        }
        SegmentId segment = Wire.segmentId(record);
        switch (kind) {
            case PROMISED -> promised(segment, record.getLong(), record.getLong());
            case WHOLE -> isWhole(segment, record.getLong());
            case GONE -> isGone(segment);
            default -> throw new Wire.Malformed("no kind " + kind);
        }
        Wire.check(!record.hasRemaining(), "it goes on after its end");
        return true;
    }

    /**
     * What is to be kept by now, if anything is; it waits for the disk. Records that were appended
     * and do not count yet are read after it as well.
     *
     * @param countedBelow every record below this offset counts, and no other
     */
    @Nullable Snapshot snapshotDue(long countedBelow) {
        if (countedBelow - snapshotAt < SNAPSHOT_RECORDS) {
            return null;
        }
        Snapshot due =
                new Snapshot(
                        shard, countedBelow, snapshotBefore, new All(node, Map.copyOf(promises)));
        snapshotBefore = snapshotAt;
        snapshotAt = countedBelow;
        return due;
    }

    /** What counts. */
    record All(String node, Map<SegmentId, Promise> promises) {}

    /** All that counts at an offset, and where the one before the last was taken. */
    record Snapshot(Shard shard, long offset, long trim, All all) implements Runnable {
        @Override
        public void run() {
            try {
                shard.saveSnapshot(offset, this::write);
                shard.trim(trim);
            } catch (IOException e) {
                // the records are all there; the next one may work
            }
        }

        private void write(DataOutputStream out) throws IOException {
            byte[] id = all.node.getBytes(StandardCharsets.UTF_8);
            out.writeShort(id.length);
            out.write(id);
            out.writeInt(all.promises.size());
            for (Map.Entry<SegmentId, Promise> entry : all.promises.entrySet()) {
                ByteBuffer segment = ByteBuffer.allocate(Wire.bytes(entry.getKey()));
                Wire.put(segment, entry.getKey());
                out.writeShort(segment.capacity());
                out.write(segment.array());
                out.writeLong(entry.getValue().epoch);
                out.writeLong(entry.getValue().version);
                out.writeLong(entry.getValue().wholeEnd);
            }
        }
    }

    private Long restore(long offset, DataInputStream in) throws IOException {
        promises.clear();
        byte[] name = new byte[in.readUnsignedShort()];
        in.readFully(name);
        node = new String(name, StandardCharsets.UTF_8);
        for (int left = in.readInt(); left > 0; left--) {
            byte[] segment = new byte[in.readUnsignedShort()];
            in.readFully(segment);
            try {
                SegmentId id = Wire.complete(() -> Wire.segmentId(ByteBuffer.wrap(segment)));
                promises.put(id, new Promise(in.readLong(), in.readLong(), in.readLong()));
            } catch (Wire.Malformed e) {
                throw new IOException("snapshot of promises: " + e.getMessage());
            }
        }
        return offset;
    }
}
