package io.robustmq.journal;

import java.io.IOException;

/**
 * {@link AppendQueue} holds as much as it may; nothing was written, and a later append may succeed.
 */
public final class JournalFullException extends IOException {
    public JournalFullException(String message) {
        super(message);
    }
}
