package io.robustmq.broker;

import io.robustmq.journal.Append;
import java.io.IOException;

/**
 * A record of one loop on its way into the log. What it comes to is told on that loop, in the order
 * of the log.
 */
abstract class LogEntry extends Append {
    private final Loop loop;

    /** Written by the journal's thread before it hands over to the loops. */
    private long offset = -1;

    LogEntry(Loop loop, byte[] record) {
        super(record);
        this.loop = loop;
    }

    final Loop loop() {
        return loop;
    }

    /** Once it is in the log. */
    final long offset() {
        return offset;
    }

    @Override
    public final void appended(long at, long epochMillis) {
        offset = at;
        loop.shared().log().commits().add(this);
    }

    @Override
    public final void failed(IOException why) {
        loop.executor().execute(() -> loop.refused(this, why));
    }

    /** On its loop, after all loops were handed what is for them. */
    final void tell() {
        loop.log().told(this);
        committed();
    }

    /** It is as durable as configured. On its loop. */
    abstract void committed();

    /** It is not in the log. On its loop. */
    abstract void refused(IOException why);
}
