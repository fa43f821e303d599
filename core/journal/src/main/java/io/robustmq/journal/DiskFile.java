package io.robustmq.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * An open file of a {@link Disk}. Positions are bytes from the file's start. Read by any thread,
 * changed by one.
 */
public interface DiskFile extends Closeable {
    /** Reads at least one byte into {@code to}; -1 if {@code position} is at or past the end. */
    int read(ByteBuffer to, long position) throws IOException;

    /** Writes all of {@code from}, or throws, and then any part of it may be written. */
    void write(ByteBuffer from, long position) throws IOException;

    /**
     * Makes what was written durable. After an exception nothing is known of any byte written since
     * the last sync, and a later sync that succeeds says nothing about them: the kernel may have
     * forgotten that they are dirty.
     */
    void sync() throws IOException;

    void truncate(long size) throws IOException;

    long size() throws IOException;

    /** For sending the file's bytes without reading them; null if this is no file of the system. */
    @Nullable FileChannel channel();
}
