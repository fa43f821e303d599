package io.robustmq.journal;

import java.io.IOException;

/**
 * A write or sync failed (the cause), now or before this append, and the shard takes no more until
 * it has mended itself. The record is not kept, unless the process ends before: then it may be
 * there when the shard is opened.
 */
public final class JournalFailedException extends IOException {
    public JournalFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
