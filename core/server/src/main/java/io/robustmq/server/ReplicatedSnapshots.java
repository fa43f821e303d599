package io.robustmq.server;

import io.robustmq.journal.Append;
import io.robustmq.journal.RecordReader;
import io.robustmq.journal.SnapshotReader;
import io.robustmq.journal.SnapshotWriter;
import io.robustmq.telemetry.event.JournalEvent;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots of a replicated log, in a replicated shard of their own. Its records, big-endian:
 *
 * <pre>
 *   0      1        9
 *   | kind | id 8   | index 4  | bytes ... |                          1, a chunk
 *   | kind | id 8   | chunks 4 | offset 8 | bytes 8 | crc32c 4 |      2, the end: it is whole
 * </pre>
 *
 * <p>The chunks of a snapshot follow each other, and its end follows them. {@code id} is drawn for
 * each; {@code crc32c} is that of all its bytes. What has no end was given up, and is nothing. The
 * newest two that are whole are kept, as far as the shard's segments allow: what is older is
 * trimmed. Any thread; one at a time.
 */
final class ReplicatedSnapshots {
    static final int CHUNK_BYTES = 1 << 20;

    private static final byte CHUNK = 1;
    private static final byte END = 2;
    private static final int CHUNK_HEADER_BYTES = 13;
    private static final int END_BYTES = 33;
    private static final long UNKNOWN = -1;

    /** Chunks that wait for their acknowledgement. */
    private static final int MAX_UNDER_WAY = 8;

    /** Chunks that are read at once. */
    private static final int CHUNKS_AHEAD = 4;

    private final ReplicatedShard shard;
    private final ReplicatedReads reads;

    /** Where the newest whole one begins; only {@link #UNKNOWN} if nobody has looked. */
    private long newestBegins = UNKNOWN;

    ReplicatedSnapshots(ReplicatedShard shard, ReplicatedReads reads) {
        this.shard = shard;
        this.reads = reads;
    }

    /**
     * @param begins offset of its first chunk
     * @param at offset of its end
     */
    private record Whole(
            long begins, long at, long id, int chunks, long offset, long bytes, int crc) {}

    // Saving

    synchronized void save(long offset, SnapshotWriter writer) throws IOException {
        shard.checkMayWait();
        if (newestBegins == UNKNOWN) {
            Whole newest = wholeBefore(shard.committedEnd());
            newestBegins = newest == null ? shard.firstOffset() : newest.begins;
        }
        Chunks chunks = new Chunks(shard.cluster().random().nextLong());
        try {
            DataOutputStream out = new DataOutputStream(chunks);
            writer.write(out);
            out.flush();
            long begins = chunks.end(offset);
            shard.trim(newestBegins);
            newestBegins = begins;
        } finally {
            chunks.await();
        }
    }

    /** Cuts what is written to it in chunks, and appends them. */
    private final class Chunks extends OutputStream {
        private final long id;
        private final CRC32C crc = new CRC32C();
        private final Semaphore room = new Semaphore(MAX_UNDER_WAY);
        private ByteBuffer chunk = ByteBuffer.allocate(0);
        private int count;
        private long bytes;
        private volatile @Nullable IOException failure;
        private volatile long lastOffset;

        Chunks(long id) {
            this.id = id;
            begin();
        }

        private void begin() {
            chunk = ByteBuffer.allocate(CHUNK_BYTES);
            chunk.put(CHUNK).putLong(id).putInt(count);
        }

        @Override
        public void write(int oneByte) throws IOException {
            write(new byte[] {(byte) oneByte}, 0, 1);
        }

        @Override
        public void write(byte[] from, int begin, int length) throws IOException {
            crc.update(from, begin, length);
            bytes += length;
            int at = begin;
            int left = length;
            while (left > 0) {
                int part = Math.min(left, chunk.remaining());
                chunk.put(from, at, part);
                at += part;
                left -= part;
                if (!chunk.hasRemaining()) {
                    appendChunk();
                }
            }
        }

        private void appendChunk() throws IOException {
            append(chunk);
            count++;
            begin();
        }

        private void append(ByteBuffer record) throws IOException {
            acquire(1);
            IOException why = failure;
            if (why != null) {
                room.release();
                throw why;
            }
            byte[] payload = new byte[record.position()];
            record.get(0, payload);
            shard.append(List.of(new OneOf(payload)));
        }

        private void acquire(int permits) throws IOException {
            try {
                room.acquire(permits);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while a snapshot was saved", e);
            }
        }

        /** Where it begins. */
        long end(long offset) throws IOException {
            if (chunk.position() > CHUNK_HEADER_BYTES) {
                appendChunk();
            }
            ByteBuffer end = ByteBuffer.allocate(END_BYTES);
            end.put(END).putLong(id).putInt(count).putLong(offset).putLong(bytes);
            append(end.putInt((int) crc.getValue()));
            await();
            IOException why = failure;
            if (why != null) {
                throw why;
            }
            return lastOffset - count;
        }

        /** Until nothing is under way. */
        void await() throws IOException {
            acquire(MAX_UNDER_WAY);
            room.release(MAX_UNDER_WAY);
        }

        private final class OneOf extends Append {
            OneOf(byte[] payload) {
                super(payload);
            }

            @Override
            public void appended(long offset, long epochMillis) {
                lastOffset = offset;
                room.release();
            }

            @Override
            public void failed(IOException why) {
                failure = why;
                room.release();
            }
        }
    }

    // Restoring

    synchronized <T> @Nullable T restore(SnapshotReader<T> reader) throws IOException {
        shard.checkMayWait();
        Whole whole = wholeBefore(shard.committedEnd());
        while (whole != null) {
            Source source = new Source(whole);
            T restored = null;
            String problem = null;
            try {
                restored =
                        reader.read(
                                whole.offset, new DataInputStream(new BufferedInputStream(source)));
                problem = source.end();
            } catch (IOException | RuntimeException e) {
                // what is not whole may have been read as anything
                problem = source.end();
                if (problem == null) {
                    throw e;
                }
            }
            if (problem == null) {
                newestBegins = whole.begins;
                return restored;
            }
            String where = shard.name() + ", record " + whole.at;
            shard.cluster()
                    .events()
                    .emit(new JournalEvent.SnapshotDamaged(shard.name(), where, problem));
            whole = wholeBefore(whole.begins);
        }
        return null;
    }

    /** The newest whose end is below that offset; null if there is none. */
    private @Nullable Whole wholeBefore(long below) throws IOException {
        long at = below - 1;
        while (at >= shard.firstOffset()) {
            ByteBuffer record = record(at);
            if (record == null || record.remaining() < CHUNK_HEADER_BYTES) {
                at--;
                continue;
            }
            byte kind = record.get();
            long id = record.getLong();
            int number = record.getInt();
            if (kind == END && record.remaining() == END_BYTES - CHUNK_HEADER_BYTES) {
                Whole whole =
                        new Whole(
                                at - number,
                                at,
                                id,
                                number,
                                record.getLong(),
                                record.getLong(),
                                record.getInt());
                if (whole.begins >= shard.firstOffset()) {
                    return whole;
                }
                return null; // its chunks are trimmed, and all before them
            }
            at -= kind == CHUNK ? Math.max(1, number + 1L) : 1;
        }
        return null;
    }

    private @Nullable ByteBuffer record(long at) throws IOException {
        List<ByteBuffer> found = records(at, 1);
        return found.isEmpty() ? null : found.getFirst();
    }

    /** From there on, up to the first that is not there. */
    private List<ByteBuffer> records(long from, int count) throws IOException {
        List<ByteBuffer> found = new ArrayList<>(count);
        reads.readEach(
                LongStream.range(from, from + count).toArray(),
                0,
                count,
                new RecordReader() {
                    @Override
                    public boolean record(long offset, long epochMillis, ByteBuffer payload) {
                        found.add(payload);
                        return true;
                    }

                    @Override
                    public boolean gap(long first, long to, IOException why) {
                        return false;
                    }
                });
        return found;
    }

    /** What is there is not what should be. */
    private static final class Torn extends IOException {
        Torn(String message) {
            super(message);
        }
    }

    /** The bytes of one, some chunks at a time. */
    private final class Source extends InputStream {
        private final Whole whole;
        private final CRC32C crc = new CRC32C();
        private final ArrayDeque<ByteBuffer> ahead = new ArrayDeque<>();
        private ByteBuffer chunk = ByteBuffer.allocate(0);
        private int next;
        private long bytes;

        Source(Whole whole) {
            this.whole = whole;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int from, int count) throws IOException {
            while (!chunk.hasRemaining()) {
                if (next == whole.chunks) {
                    return -1;
                }
                open();
            }
            int part = Math.min(count, chunk.remaining());
            chunk.get(to, from, part);
            crc.update(to, from, part);
            bytes += part;
            return part;
        }

        private void open() throws IOException {
            if (ahead.isEmpty()) {
                int count = Math.min(CHUNKS_AHEAD, whole.chunks - next);
                ahead.addAll(records(whole.begins + next, count));
            }
            ByteBuffer record = ahead.poll();
            if (record == null
                    || record.remaining() < CHUNK_HEADER_BYTES
                    || record.get() != CHUNK
                    || record.getLong() != whole.id
                    || record.getInt() != next) {
                throw new Torn("chunk " + next + " of " + whole.chunks + " is not there");
            }
            chunk = record;
            next++;
        }

        /** Reads what is left; null if all of it was there and matches, else what is wrong. */
        @Nullable String end() throws IOException {
            byte[] part = new byte[1 << 16];
            try {
                while (read(part, 0, part.length) >= 0) {
                    // only for the checksum
                }
            } catch (Torn e) {
                return e.getMessage();
            }
            return bytes == whole.bytes && (int) crc.getValue() == whole.crc
                    ? null
                    : "the checksum differs";
        }
    }
}
