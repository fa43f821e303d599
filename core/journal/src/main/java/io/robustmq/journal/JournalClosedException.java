package io.robustmq.journal;

import java.io.IOException;

/** The journal is not open, or not any more; nothing was written. */
public final class JournalClosedException extends IOException {
    public JournalClosedException(String message) {
        super(message);
    }
}
