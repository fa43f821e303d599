package io.robustmq.server;

import io.robustmq.journal.Disk;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The folder of durable data, locked so that no second process starts on it. The lock goes with the
 * process, however that ends; the empty file {@code LOCK} stays.
 */
final class DataDirectory implements AutoCloseable {
    private final Path directory;
    private final Disk disk;
    private @Nullable Closeable lock;

    DataDirectory(Path directory, Disk disk) {
        this.directory = directory.toAbsolutePath().normalize();
        this.disk = disk;
    }

    /** Creates it if missing. */
    void open() throws StartFailure {
        try {
            disk.createDirectories(directory);
            lock = disk.lock(directory.resolve("LOCK"));
        } catch (IOException unusable) {
            throw cannotUse("data.directory", directory, unusable);
        }
        if (lock == null) {
            throw new StartFailure(
                    ExitCode.CANNOT_CREATE,
                    "data.directory "
                            + directory
                            + " is in use by another process; stop it, or set data.directory to another folder");
        }
    }

    Path path() {
        return directory;
    }

    /**
     * @param key the configuration key that names {@code folder}
     */
    static StartFailure cannotUse(String key, Path folder, IOException why) {
        // what the file system refuses, another folder may allow; other reasons speak for
        // themselves
        String remedy =
                why instanceof FileSystemException
                        ? "; set " + key + " to a folder that this user can write to"
                        : "";
        return new StartFailure(
                ExitCode.CANNOT_CREATE,
                key
                        + " "
                        + folder.toAbsolutePath().normalize()
                        + " cannot be used: "
                        + reason(why)
                        + remedy,
                why);
    }

    /** Why, in words: exceptions of the file system often have only the path as message. */
    static String reason(IOException failure) {
        return switch (failure) {
            case AccessDeniedException denied -> "permission denied on " + denied.getFile();
            case FileAlreadyExistsException exists -> exists.getFile() + " is not a folder";
            case NoSuchFileException missing -> missing.getFile() + " cannot be created";
            case FileSystemException other when other.getReason() != null ->
                    other.getReason() + " on " + other.getFile();
            case IOException other ->
                    other.getMessage() == null ? other.toString() : other.getMessage();
        };
    }

    @Override
    public void close() {
        Closeable held = lock;
        lock = null;
        if (held != null) {
            try {
                held.close();
            } catch (IOException ignored) {
                // the lock goes with the process at the latest
            }
        }
    }
}
