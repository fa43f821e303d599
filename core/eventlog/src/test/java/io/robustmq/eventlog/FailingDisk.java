package io.robustmq.eventlog;

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

/** The real disk, but that it takes nothing when told so. Any thread. */
final class FailingDisk implements Disk {
    private final Disk disk = new LocalDisk();
    private volatile boolean failing;

    void failing(boolean now) {
        failing = now;
    }

    private void check() throws IOException {
        if (failing) {
            throw new IOException("no space left");
        }
    }

    private final class File implements DiskFile {
        private final DiskFile file;

        File(DiskFile file) {
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
            check();
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

    @Override
    public void createDirectories(Path directory) throws IOException {
        check();
        disk.createDirectories(directory);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return disk.list(directory);
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        check();
        return new File(disk.create(file));
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        return new File(disk.open(file));
    }

    @Override
    public DiskFile openToRead(Path file) throws IOException {
        return new File(disk.openToRead(file));
    }

    @Override
    public void delete(Path fileOrDirectory) throws IOException {
        check();
        disk.delete(fileOrDirectory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        check();
        disk.rename(from, to);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        check();
        disk.syncDirectory(directory);
    }

    @Override
    public long freeBytes(Path directory) {
        return disk.freeBytes(directory);
    }

    @Override
    public @Nullable Closeable lock(Path file) throws IOException {
        return disk.lock(file);
    }
}
