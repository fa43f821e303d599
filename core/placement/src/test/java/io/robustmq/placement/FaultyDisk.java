package io.robustmq.placement;

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

/** A real disk that refuses what changes it, as long as a test wants. */
final class FaultyDisk implements Disk {
    static final String REFUSAL = "the disk refuses";

    private final Disk real = new LocalDisk();
    private volatile boolean refuses;

    void refuse(boolean from) {
        refuses = from;
    }

    private void check() throws IOException {
        if (refuses) {
            throw new IOException(REFUSAL);
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
        check();
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
        check();
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
            check();
            file.write(from, position);
        }

        @Override
        public void sync() throws IOException {
            check();
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
