package io.robustmq.telemetry.pipeline;

import java.io.ByteArrayOutputStream;
import java.util.List;

/** A way to write records as lines of text. Not thread-safe: one per sink. */
interface Lines {
    /** Appends the records, at least one, each with its line end. */
    void append(List<FlatRecord> records, ByteArrayOutputStream out);
}
