package io.robustmq.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the files are. Any thread. */
public interface Disk {
    /** Creates {@code directory} and what is missing above it, durably. */
    void createDirectories(Path directory) throws IOException;

    /** The files and directories in {@code directory}, in no order. */
    List<Path> list(Path directory) throws IOException;

    /** Creates a file that must not exist. */
    DiskFile create(Path file) throws IOException;

    /** Opens a file that must exist, to read and write. */
    DiskFile open(Path file) throws IOException;

    /** Opens a file that must exist, to read only. */
    DiskFile openToRead(Path file) throws IOException;

    /** Deletes a file or an empty directory. */
    void delete(Path fileOrDirectory) throws IOException;

    /** Gives a file or directory another name in the same directory, in place of what has it. */
    void rename(Path from, Path to) throws IOException;

    /** Makes creations, deletions and renames in {@code directory} durable. */
    void syncDirectory(Path directory) throws IOException;

    /** Bytes that can still be written in {@code directory}; -1 if nobody knows. */
    long freeBytes(Path directory);

    /**
     * Takes the lock {@code file}, which is created if it is missing, until the answer is closed or
     * this process ends. Null if somebody holds it, in this process or another.
     */
    @Nullable Closeable lock(Path file) throws IOException;
}
