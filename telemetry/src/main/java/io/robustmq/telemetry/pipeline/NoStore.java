package io.robustmq.telemetry.pipeline;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps nothing: for a process that has no directory (yet), and something to say. What it is given
 * is seen on the console alone.
 */
public final class NoStore implements EventStore {
    private static final IOException NONE = new IOException("there is no store");

    @Override
    public long firstSeq() {
        return 0;
    }

    @Override
    public Place first() {
        return Place.BEGINNING;
    }

    @Override
    public Place last() {
        return Place.BEGINNING;
    }

    @Override
    public void append(List<? extends Entry> entries) {
        entries.forEach(entry -> entry.failed(NONE));
    }

    @Override
    public IOException failure() {
        return NONE;
    }

    @Override
    public void read(long seq, Reader reader) {
        // there is nothing
    }

    @Override
    public void await(long seq, Duration atMost) throws InterruptedException {
        Thread.sleep(atMost);
    }

    @Override
    public @Nullable Place cursor(String sink) {
        return null;
    }

    @Override
    public void keepCursor(String sink, Place place) {
        // the next process has a store of its own
    }
}
