package io.robustmq.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The machine's disk. Any thread. */
public final class LocalDisk implements Disk {

    @Override
    public void createDirectories(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        if (Files.isDirectory(absolute) || parent == null) {
            return;
        }
        createDirectories(parent);
        try {
            Files.createDirectory(absolute);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(absolute)) {
                throw e;
            }
        }
        syncDirectory(parent);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(files::add);
        }
        return files;
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        return new LocalFile(
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE));
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        return new LocalFile(
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    @Override
    public DiskFile openToRead(Path file) throws IOException {
        return new LocalFile(FileChannel.open(file, StandardOpenOption.READ));
    }

    @Override
    public void delete(Path fileOrDirectory) throws IOException {
        Files.delete(fileOrDirectory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public long freeBytes(Path directory) {
        try {
            return Files.getFileStore(directory).getUsableSpace();
        } catch (IOException nobodyKnows) {
            return -1;
        }
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public @Nullable Closeable lock(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        return lock == null ? null : channel;
    }

    private record LocalFile(@Override FileChannel channel) implements DiskFile {
        /**
         * A heap buffer is copied to one of the kernel's size outside the heap, kept per thread.
         */
        private static final int MAX_TRANSFER_BYTES = 1 << 20;

        @Override
        public int read(ByteBuffer to, long position) throws IOException {
            int limit = to.limit();
            to.limit(to.position() + Math.min(to.remaining(), MAX_TRANSFER_BYTES));
            try {
                return channel.read(to, position);
            } finally {
                to.limit(limit);
            }
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            long at = position;
            int limit = from.limit();
            while (from.position() < limit) {
                from.limit(Math.min(limit, from.position() + MAX_TRANSFER_BYTES));
                at += channel.write(from, at);
            }
        }

        @Override
        public void sync() throws IOException {
            channel.force(false);
        }

        @Override
        public void truncate(long size) throws IOException {
            channel.truncate(size);
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
