package io.robustmq.journal;

import java.io.IOException;

/** Another journal, of this process or another, has the shard open. */
public final class JournalInUseException extends IOException {
    JournalInUseException(String message) {
        super(message);
    }
}
