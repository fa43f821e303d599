package io.robustmq.journal;

import java.io.DataInputStream;
import java.io.IOException;

/** Makes a state again from what a {@link SnapshotWriter} wrote. */
@FunctionalInterface
public interface SnapshotReader<T> {
    /**
     * @param offset records from it on are not in the state yet
     */
    T read(long offset, DataInputStream in) throws IOException;
}
