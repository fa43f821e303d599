package io.robustmq.broker;

import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalFullException;
import io.robustmq.protocol.ReasonCode;
import java.io.IOException;

/** What a client is told when the log did not take what it sent. */
final class StorageFault {
    private static final String[] FULL = {"No space left", "Disk quota exceeded"};

    private StorageFault() {}

    /** 0x97 where there is no room, 0x83 for any other fault of the disk. */
    static int reasonCode(IOException why) {
        if (why instanceof JournalFullException) {
            return ReasonCode.QUOTA_EXCEEDED;
        }
        for (Throwable cause = why; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            for (String full : FULL) {
                if (message.contains(full)) {
                    return ReasonCode.QUOTA_EXCEEDED;
                }
            }
        }
        return ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;
    }

    static String detail(IOException why) {
        return "it could not be stored: " + why.getMessage();
    }

    static String tooLarge(int payloadBytes) {
        return "a message and whom it is for are stored as one record of at most "
                + Journal.MAX_PAYLOAD_BYTES
                + " bytes, the payload has "
                + payloadBytes;
    }
}
