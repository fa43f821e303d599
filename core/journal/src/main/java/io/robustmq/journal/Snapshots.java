package io.robustmq.journal;

import io.robustmq.telemetry.event.JournalEvent;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * States folded from a shard's records, in files beside its segments. Any thread; one at a time.
 * Big-endian.
 *
 * <pre>
 *   0        4         6   8        16
 *   | "RMQS" | version | 0 | offset | state ... | crc32c of all before |
 * </pre>
 *
 * A snapshot is written under another name, synced and then renamed, so one with its own name is
 * whole unless the disk damaged it. The newest two are kept: if the newest is damaged there is
 * another.
 */
final class Snapshots {
    private static final int MAGIC = 0x524D5153;
    private static final int HEADER_BYTES = 16;
    private static final int CRC_BYTES = 4;
    private static final int KEPT = 2;
    private static final int BUFFER_BYTES = 64 << 10;

    private final Home home;

    Snapshots(Home home) {
        this.home = home;
    }

    synchronized void save(long offset, SnapshotWriter writer) throws IOException {
        Path path = Names.file(home.directory(), offset, Names.SNAPSHOT);
        Path unfinished = path.resolveSibling(Names.name(path) + Names.UNFINISHED);
        boolean saved = false;
        deleteIfThere(unfinished); // of a time when the disk refused even that
        try {
            try (DiskFile file = home.disk().create(unfinished)) {
                write(file, offset, writer);
                file.sync();
            }
            home.disk().rename(unfinished, path);
            saved = true;
            home.disk().syncDirectory(home.directory());
        } finally {
            if (!saved) {
                deleteIfThere(unfinished);
            }
        }
        TreeMap<Long, Path> all = all();
        while (all.size() > KEPT) {
            deleteIfThere(all.pollFirstEntry().getValue());
        }
    }

    private void deleteIfThere(Path path) {
        try {
            home.disk().delete(path);
        } catch (IOException e) {
            // opening the shard or the next snapshot tries again
        }
    }

    private static void write(DiskFile file, long offset, SnapshotWriter writer)
            throws IOException {
        Sink sink = new Sink(file);
        DataOutputStream out = new DataOutputStream(sink);
        out.writeInt(MAGIC);
        out.writeShort(SegmentHeader.VERSION);
        out.writeShort(0);
        out.writeLong(offset);
        writer.write(out);
        out.flush();
        sink.end();
    }

    synchronized <T> @Nullable T restore(SnapshotReader<T> reader) throws IOException {
        TreeMap<Long, Path> all = all();
        while (!all.isEmpty()) {
            long offset = all.lastKey();
            Path path = all.pollLastEntry().getValue();
            try (DiskFile file = home.disk().openToRead(path)) {
                String problem = problem(file, offset);
                if (problem != null) {
                    problem = problem(file, offset); // a bad read is not damage
                }
                if (problem == null) {
                    Source state = new Source(file, HEADER_BYTES, file.size() - CRC_BYTES, null);
                    return reader.read(offset, new DataInputStream(new BufferedInputStream(state)));
                }
                home.events()
                        .emit(
                                new JournalEvent.SnapshotDamaged(
                                        home.shard(), path.toString(), problem));
            }
        }
        return null;
    }

    private TreeMap<Long, Path> all() throws IOException {
        TreeMap<Long, Path> all = new TreeMap<>();
        for (Path path : home.disk().list(home.directory())) {
            Names.offset(path, Names.SNAPSHOT).ifPresent(offset -> all.put(offset, path));
        }
        return all;
    }

    /** What is wrong with it, null if nothing. */
    static @Nullable String problem(DiskFile file, long offset) throws IOException {
        long size = file.size();
        if (size < HEADER_BYTES + CRC_BYTES) {
            return size + " bytes, has at least " + (HEADER_BYTES + CRC_BYTES);
        }
        CRC32C crc = new CRC32C();
        DataInputStream in =
                new DataInputStream(
                        new BufferedInputStream(
                                new Source(file, 0, size - CRC_BYTES, crc), BUFFER_BYTES));
        int magic = in.readInt();
        short version = in.readShort();
        in.readShort();
        long said = in.readLong();
        in.skipNBytes(size - CRC_BYTES - HEADER_BYTES);
        int stored = new DataInputStream(new Source(file, size - CRC_BYTES, size, null)).readInt();
        if (stored != (int) crc.getValue()) {
            return "the checksum differs";
        }
        if (magic != MAGIC || version != SegmentHeader.VERSION || said != offset) {
            return "not a snapshot of this version at offset " + offset;
        }
        return null;
    }

    /** Writes to a file, and the checksum at the end. */
    private static final class Sink extends OutputStream {
        private final DiskFile file;
        private final CRC32C crc = new CRC32C();
        private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        private long position;

        Sink(DiskFile file) {
            this.file = file;
        }

        @Override
        public void write(int oneByte) throws IOException {
            if (!buffer.hasRemaining()) {
                drain();
            }
            buffer.put((byte) oneByte);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            int at = from;
            int left = count;
            while (left > 0) {
                if (!buffer.hasRemaining()) {
                    drain();
                }
                int part = Math.min(left, buffer.remaining());
                buffer.put(bytes, at, part);
                at += part;
                left -= part;
            }
        }

        private void drain() throws IOException {
            buffer.flip();
            crc.update(buffer.array(), 0, buffer.limit());
            int bytes = buffer.limit();
            file.write(buffer, position);
            position += bytes;
            buffer.clear();
        }

        void end() throws IOException {
            drain();
            file.write(
                    ByteBuffer.allocate(CRC_BYTES).putInt((int) crc.getValue()).flip(), position);
        }
    }

    /** Reads a part of a file. */
    private static final class Source extends InputStream {
        private final DiskFile file;
        private final long end;
        private final @Nullable CRC32C crc;
        private long position;

        Source(DiskFile file, long position, long end, @Nullable CRC32C crc) {
            this.file = file;
            this.position = position;
            this.end = end;
            this.crc = crc;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int from, int count) throws IOException {
            int most = (int) Math.min(count, end - position);
            if (count == 0) {
                return 0;
            }
            if (most == 0) {
                return -1;
            }
            int bytes = file.read(ByteBuffer.wrap(to, from, most), position);
            if (bytes > 0) {
                position += bytes;
                if (crc != null) {
                    crc.update(to, from, bytes);
                }
            }
            return bytes;
        }
    }
}
