package io.robustmq.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The disk as a journal sees it. {@link LocalDisk} is the machine's.
 *
 * <p>What is promised after a power cut: bytes of a file for which {@link DiskFile#sync} returned
 * after they were written, and files for which {@link #syncDirectory} returned after they were
 * created. Anything else may be there, in part, or not.
 */
public interface Disk {
    /** Creates {@code directory} and what is missing above it, durably. */
    void createDirectories(Path directory) throws IOException;

    /** The files in {@code directory}, in no order. */
    List<Path> list(Path directory) throws IOException;

    /** Creates a file that must not exist. */
    DiskFile create(Path file) throws IOException;

    /** Opens a file that must exist, to read and write. */
    DiskFile open(Path file) throws IOException;

    void delete(Path file) throws IOException;

    /** Makes creations and deletions in {@code directory} durable. */
    void syncDirectory(Path directory) throws IOException;

    /**
     * Takes the lock {@code file}, which is created if it is missing, until the answer is closed or
     * this process ends. Null if somebody holds it, in this process or another.
     */
    @Nullable Closeable lock(Path file) throws IOException;
}
