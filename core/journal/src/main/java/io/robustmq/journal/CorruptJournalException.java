package io.robustmq.journal;

import java.io.IOException;
import java.nio.file.Path;

/** A file holds what no crash can explain: bytes that had been synced are not there or differ. */
public final class CorruptJournalException extends IOException {
    private final transient Path file;
    private final long position;
    private final String detail;

    CorruptJournalException(Path file, long position, String detail) {
        super(file + " is corrupt at byte " + position + ": " + detail);
        this.file = file;
        this.position = position;
        this.detail = detail;
    }

    public Path file() {
        return file;
    }

    /** Bytes from the file's start. */
    public long position() {
        return position;
    }

    public String detail() {
        return detail;
    }
}
