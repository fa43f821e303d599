package io.robustmq.replication;

import io.robustmq.journal.Append;
import io.robustmq.journal.Shard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The records of one replicated segment in a shard of the local journal: the record with offset n
 * is the shard's record n - first offset, with the same keys. Its payload:
 *
 * <pre>
 *   0        4              12        13        13+4k
 *   | crc32c | epoch millis | keys: k | key ... | payload ... |
 * </pre>
 *
 * <p>The crc is {@link Entry}'s, so that what a reader gets is checked from its writer on.
 *
 * <p>The journal mends itself after a failure and takes records again, which it would put in the
 * place of those that failed. So from a failure until the replica has been told of all that failed,
 * every append fails. The journal mends only after it has told, and both hold this object's lock.
 */
final class LocalSegment {
    private static final int HEADER_BYTES = 13;

    private final SegmentId id;
    private final Shard shard;
    private final Executor home;

    // under this
    private int failuresUntold;

    /**
     * @param home the replica's thread
     */
    LocalSegment(SegmentId id, Shard shard, Executor home) {
        this.id = id;
        this.shard = shard;
        this.home = home;
    }

    Shard shard() {
        return shard;
    }

    long end() {
        return id.firstOffset() + shard.nextOffset();
    }

    void append(long from, List<Entry> entries, ReplicaStorage.Written told) {
        Batch batch = new Batch(entries.size(), told);
        List<OneOf> appends = new ArrayList<>(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            long local = from - id.firstOffset() + i;
            appends.add(new OneOf(batch, encoded(entries.get(i)), entries.get(i).keys(), local));
        }
        synchronized (this) {
            if (failuresUntold > 0) {
                IOException why = new IOException("records before these failed");
                batch.failing(why);
                batch.tell();
            } else {
                shard.append(appends);
            }
        }
    }

    private static byte[] encoded(Entry entry) {
        int keys = entry.keys().length;
        byte[] payload = entry.payload();
        ByteBuffer bytes =
                ByteBuffer.allocate(HEADER_BYTES + keys * Integer.BYTES + payload.length);
        bytes.putInt(entry.crc()).putLong(entry.epochMillis()).put((byte) keys);
        for (int key : entry.keys()) {
            bytes.putInt(key);
        }
        return bytes.put(payload).array();
    }

    private static Entry decoded(ByteBuffer from) throws IOException {
        int crc = from.getInt();
        long epochMillis = from.getLong();
        int[] keys = new int[from.get()];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = from.getInt();
        }
        byte[] payload = new byte[from.remaining()];
        from.get(payload);
        Entry entry = Entry.stored(epochMillis, keys, payload, crc);
        if (!entry.isWhole()) {
            throw new IOException("a record does not match its writer's crc");
        }
        return entry;
    }

    /** From {@code from} to before {@code to}, at least one, otherwise at most so many bytes. */
    List<Entry> read(long from, long to, int maxBytes) throws IOException {
        List<Entry> entries = new ArrayList<>();
        int[] bytes = {0};
        shard.read(
                from - id.firstOffset(),
                (offset, epochMillis, payload) -> {
                    bytes[0] += payload.remaining() + Entry.HEADER_BYTES;
                    if (!entries.isEmpty() && bytes[0] > maxBytes) {
                        return false;
                    }
                    long at = id.firstOffset() + offset;
                    if (at != from + entries.size()) {
                        throw new IOException("record " + at + " where others should be");
                    }
                    entries.add(decoded(payload));
                    return at + 1 < to;
                });
        if (entries.isEmpty()) {
            throw new IOException("record " + from + " of " + id + " is not here");
        }
        return entries;
    }

    /** Records that are told of together, when the last of them was written or failed. */
    private final class Batch {
        private final ReplicaStorage.Written told;
        private int left;
        private @Nullable IOException why;

        Batch(int size, ReplicaStorage.Written told) {
            left = size;
            this.told = told;
        }

        void failing(IOException because) {
            synchronized (LocalSegment.this) {
                if (why == null) {
                    why = because;
                    failuresUntold++;
                }
            }
        }

        void oneLess() {
            boolean last;
            synchronized (LocalSegment.this) {
                last = --left == 0;
            }
            if (last) {
                tell();
            }
        }

        void tell() {
            home.execute(() -> {
                IOException because;
                synchronized (LocalSegment.this) {
                    because = why;
                    failuresUntold -= because == null ? 0 : 1;
                }
                told.written(end(), because);
            });
        }
    }

    private static final class OneOf extends Append {
        private final Batch batch;
        private final long expected;

        OneOf(Batch batch, byte[] payload, int[] keys, long expected) {
            super(payload, keys);
            this.batch = batch;
            this.expected = expected;
        }

        @Override
        public void appended(long offset, long epochMillis) {
            if (offset != expected) {
                batch.failing(new IOException("written at " + offset + ", not at " + expected));
            }
            batch.oneLess();
        }

        @Override
        public void failed(IOException why) {
            batch.failing(why);
            batch.oneLess();
        }
    }
}
