package io.robustmq.server;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The folder of durable data, locked so that no second process writes to it. The lock is the
 * operating system's: it goes with the process, however that ends; the empty file {@code LOCK}
 * stays.
 */
final class DataDirectory implements AutoCloseable {
    private final Path directory;
    private @Nullable FileChannel lockFile;

    DataDirectory(Path directory) {
        this.directory = directory;
    }

    /** Creates it if missing. */
    void open() throws StartFailure {
        FileLock lock;
        try {
            Files.createDirectories(directory);
            lockFile =
                    FileChannel.open(
                            directory.resolve("LOCK"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            lock = lockFile.tryLock();
        } catch (OverlappingFileLockException inThisProcess) {
            lock = null;
        } catch (IOException unusable) {
            close();
            throw new StartFailure(
                    ExitCode.CANNOT_CREATE,
                    "data.directory "
                            + directory.toAbsolutePath().normalize()
                            + " cannot be used: "
                            + reason(unusable)
                            + "; set data.directory to a folder that this user can write to",
                    unusable);
        }
        if (lock == null) {
            close();
            throw new StartFailure(
                    ExitCode.CANNOT_CREATE,
                    "data.directory "
                            + directory.toAbsolutePath().normalize()
                            + " is in use by another process; stop it, or set data.directory to another folder");
        }
    }

    /** Why, in words: exceptions of the file system often have only the path as message. */
    static String reason(IOException failure) {
        return switch (failure) {
            case AccessDeniedException denied -> "permission denied on " + denied.getFile();
            case FileAlreadyExistsException exists -> exists.getFile() + " is not a folder";
            case FileSystemException other when other.getReason() != null ->
                    other.getReason() + " on " + other.getFile();
            case IOException other ->
                    other.getMessage() == null ? other.toString() : other.getMessage();
        };
    }

    @Override
    public void close() {
        FileChannel open = lockFile;
        lockFile = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException ignored) {
                // the lock goes with the process at the latest
            }
        }
    }
}
