package io.robustmq.journal;

import java.io.IOException;

/**
 * The log is another's now: it was opened elsewhere since, and this one takes nothing any more.
 * Whether the record is kept, that one knows.
 */
public final class JournalFencedException extends IOException {
    public JournalFencedException(String message) {
        super(message);
    }
}
