package io.robustmq.broker;

import io.robustmq.journal.RecordReader;
import java.io.IOException;

/**
 * Reads what there is: what is damaged or gone the journal has reported, and everything else stays.
 */
interface StateReader extends RecordReader {
    @Override
    default boolean gap(long fromOffset, long toOffset, IOException why) {
        return true;
    }
}
