package io.robustmq.eventlog;

import io.robustmq.journal.RecordReader;
import io.robustmq.journal.Tail;
import io.robustmq.telemetry.pipeline.StoredEvent;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Hands over events as they are stored. One thread reads; {@link #close} from any. */
public final class EventFollower implements Closeable {
    private final Tail tail;
    private final EventFilter filter;
    private long next;

    EventFollower(Tail tail, EventQuery query, long from) {
        this.tail = tail;
        this.filter = new EventFilter(query);
        this.next = from;
    }

    /** Who is told. */
    public interface Listener {
        void event(EventSearch.Found event) throws IOException;

        void gap(EventSearch.Gap gap) throws IOException;
    }

    /**
     * Waits for what comes, {@code mostNanos} at most, and tells all there is that is wanted: it
     * may be nothing.
     *
     * @return false when the store or this is closed
     */
    public boolean read(Listener listener, long mostNanos) throws IOException {
        return tail.read(
                new RecordReader() {
                    @Override
                    public boolean record(long offset, long epochMillis, ByteBuffer payload)
                            throws IOException {
                        missing(offset, listener);
                        next = offset + 1;
                        boolean wanted;
                        try {
                            wanted = filter.wants(payload);
                        } catch (IOException noEvent) {
                            gap(offset, offset + 1, noEvent);
                            return true;
                        }
                        if (wanted) {
                            byte[] json = StoredEvent.decoded(payload).json(offset);
                            listener.event(new EventSearch.Found(offset, json));
                        }
                        return true;
                    }

                    @Override
                    public boolean gap(long from, long to, IOException why) throws IOException {
                        missing(from, listener);
                        next = to;
                        String reason = why.getMessage();
                        listener.gap(
                                new EventSearch.Gap(
                                        from, to, reason == null ? why.toString() : reason));
                        return true;
                    }
                },
                mostNanos);
    }

    /** The tail begins with the oldest there is when what was asked for is older. */
    private void missing(long from, Listener listener) throws IOException {
        if (from > next) {
            listener.gap(new EventSearch.Gap(next, from, "retention removed them"));
        }
    }

    /** After the last one looked at. */
    public long next() {
        return next;
    }

    @Override
    public void close() {
        tail.close();
    }
}
