package io.robustmq.broker;

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

/** A real disk that refuses or delays what changes it, as long as a test wants. */
final class FaultyDisk implements Disk {
    static final String FULL = "No space left on device";
    static final String BROKEN = "Input/output error";

    private final Disk real = new LocalDisk();
    private volatile @Nullable String writesFail;
    private volatile @Nullable String syncsFail;
    private volatile CountDownLatch held = new CountDownLatch(0);

    void failWrites(String message) {
        writesFail = message;
    }

    void failSyncs(String message) {
        syncsFail = message;
    }

    void heal() {
        writesFail = null;
        syncsFail = null;
    }

    /** Writes wait from now on. */
    void hold() {
        held = new CountDownLatch(1);
    }

    void release() {
        held.countDown();
    }

    private static void check(@Nullable String fault) throws IOException {
        if (fault != null) {
            throw new IOException(fault);
        }
    }

    private void write() throws IOException {
        try {
            held.await();
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
        check(writesFail);
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
        check(writesFail);
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
        check(syncsFail);
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
            FaultyDisk.this.write();
            file.write(from, position);
        }

        @Override
        public void sync() throws IOException {
            check(syncsFail);
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
