package io.robustmq.replication;

import io.robustmq.journal.Disk;
import io.robustmq.journal.DiskFile;
import io.robustmq.journal.LocalDisk;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The machine's disk, which refuses to write when the test says so. */
final class FaultyDisk implements Disk {
    private final Disk local = new LocalDisk();
    private volatile boolean full;

    void full(boolean now) {
        full = now;
    }

    private void checkRoom() throws IOException {
        if (full) {
            throw new IOException("No space left on device");
        }
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        checkRoom();
        local.createDirectories(directory);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return local.list(directory);
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        checkRoom();
        return new Faulty(local.create(file));
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        return new Faulty(local.open(file));
    }

    @Override
    public DiskFile openToRead(Path file) throws IOException {
        return local.openToRead(file);
    }

    @Override
    public void delete(Path fileOrDirectory) throws IOException {
        local.delete(fileOrDirectory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        local.rename(from, to);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        local.syncDirectory(directory);
    }

    @Override
    public long freeBytes(Path directory) {
        return local.freeBytes(directory);
    }

    @Override
    public @Nullable Closeable lock(Path file) throws IOException {
        return local.lock(file);
    }

    private final class Faulty implements DiskFile {
        private final DiskFile file;

        Faulty(DiskFile file) {
            this.file = file;
        }

        @Override
        public int read(ByteBuffer to, long position) throws IOException {
            return file.read(to, position);
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            checkRoom();
            file.write(from, position);
        }

        @Override
        public void sync() throws IOException {
            checkRoom();
            file.sync();
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public @Nullable FileChannel channel() {
            return file.channel();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
