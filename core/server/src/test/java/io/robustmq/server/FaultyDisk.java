package io.robustmq.server;

import io.robustmq.journal.Disk;
import io.robustmq.journal.DiskFile;
import io.robustmq.journal.LocalDisk;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** The machine's disk, but one that can be full or hang. Any thread. */
final class FaultyDisk implements Disk {
    private final LocalDisk real = new LocalDisk();
    private volatile boolean full;

    private volatile CountDownLatch hanging = new CountDownLatch(0);

    /** Syncs wait until {@link #goOn}. */
    void hang() {
        hanging = new CountDownLatch(1);
    }

    void goOn() {
        hanging.countDown();
    }

    /** No write succeeds while it is. */
    void full(boolean now) {
        full = now;
    }

    private void mayWrite() throws IOException {
        if (full) {
            throw new IOException("No space left on device");
        }
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        real.createDirectories(directory);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return real.list(directory);
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        mayWrite();
        return new Faulty(real.create(file));
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        return new Faulty(real.open(file));
    }

    @Override
    public DiskFile openToRead(Path file) throws IOException {
        return real.openToRead(file);
    }

    @Override
    public void delete(Path fileOrDirectory) throws IOException {
        real.delete(fileOrDirectory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        real.rename(from, to);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        real.syncDirectory(directory);
    }

    @Override
    public long freeBytes(Path directory) {
        return real.freeBytes(directory);
    }

    @Override
    public @Nullable Closeable lock(Path file) throws IOException {
        return real.lock(file);
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
            mayWrite();
            file.write(from, position);
        }

        @Override
        public void sync() throws IOException {
            try {
                hanging.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
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
