package io.robustmq.telemetry.pipeline;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A store of spans whose disk is memory, and fails, forgets and damages when told to. */
final class MemorySpanStore implements SpanStore {
    private final List<byte[]> records = new ArrayList<>();
    private int first;
    private boolean failing;
    private boolean failsOnceWritten;
    private @Nullable SpanPlace cursor;

    synchronized void failing(boolean now) {
        failing = now;
    }

    /** The next append fails when it is there already. */
    synchronized void failOnceWritten() {
        failsOnceWritten = true;
    }

    /** Retention: records before that are gone. */
    synchronized void forget(int upTo) {
        first = upTo;
    }

    synchronized void damage(int seq) {
        records.set(seq, new byte[] {99});
    }

    /** As a process leaves it that is killed before it says where it is. */
    synchronized void forgetCursor(@Nullable SpanPlace earlier) {
        cursor = earlier;
    }

    synchronized int size() {
        return records.size();
    }

    private @Nullable StoredSpans at(int seq) {
        try {
            return StoredSpans.decoded(ByteBuffer.wrap(records.get(seq)));
        } catch (IOException damaged) {
            return null;
        }
    }

    @Override
    public synchronized SpanPlace first() {
        for (int seq = first; seq < records.size(); seq++) {
            StoredSpans spans = at(seq);
            if (spans != null) {
                return new SpanPlace(first, spans.totalBefore());
            }
        }
        return last();
    }

    @Override
    public synchronized SpanPlace last() {
        for (int seq = records.size() - 1; seq >= first; seq--) {
            StoredSpans spans = at(seq);
            if (spans != null) {
                return new SpanPlace(records.size(), spans.total());
            }
        }
        return new SpanPlace(records.size(), cursor == null ? 0 : cursor.spans());
    }

    @Override
    public synchronized void append(StoredSpans spans) throws IOException {
        if (failing) {
            throw new IOException("no space left");
        }
        records.add(spans.encoded());
        notifyAll();
        if (failsOnceWritten) {
            failsOnceWritten = false;
            throw new IOException("nobody knows");
        }
    }

    @Override
    public void read(long seq, Reader reader) {
        for (int at = (int) seq; ; at++) {
            StoredSpans spans;
            synchronized (this) {
                at = Math.max(at, first);
                if (at >= records.size()) {
                    return;
                }
                spans = at(at);
            }
            if (spans != null && !reader.spans(at, 1000L + at, spans)) {
                return;
            }
        }
    }

    @Override
    public synchronized void await(long seq, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        long left = atMost.toMillis();
        while (records.size() <= seq && left > 0) {
            wait(left);
            left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        }
    }

    @Override
    public synchronized @Nullable SpanPlace cursor() {
        return cursor;
    }

    @Override
    public synchronized void keepCursor(SpanPlace place) {
        cursor = place;
    }
}
