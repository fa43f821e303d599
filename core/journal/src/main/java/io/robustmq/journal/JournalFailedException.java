package io.robustmq.journal;

import java.io.IOException;

/**
 * A write or sync failed (the cause), now or before this append, and the journal takes no more.
 * Whether the record will be there after a restart is not known.
 */
public final class JournalFailedException extends IOException {
    JournalFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
