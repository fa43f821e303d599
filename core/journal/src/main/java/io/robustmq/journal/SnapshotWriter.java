package io.robustmq.journal;

import java.io.DataOutputStream;
import java.io.IOException;

/** Writes a state for {@link Shard#saveSnapshot}. */
@FunctionalInterface
public interface SnapshotWriter {
    void write(DataOutputStream out) throws IOException;
}
