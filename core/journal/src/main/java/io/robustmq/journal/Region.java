package io.robustmq.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * Whole frames of one segment, as they are on disk, to be sent without reading them.
 *
 * @param channel of its own; closed with the region
 * @param position of the first frame
 * @param nextOffset of the record after the last one
 */
public record Region(FileChannel channel, long position, int bytes, long nextOffset)
        implements Closeable {
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
