package io.robustmq.telemetry.pipeline;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes spans from the store to the collector, from where it was when the process before ended:
 * each at least once.
 */
final class SpanShipper implements ShipLoop.Steps {
    private static final int MAX_BATCH = 512;
    private static final int MAX_BATCH_BYTES = 1 << 20;
    private static final Duration IDLE = Duration.ofMillis(500);

    private final Courier<EncodedSpan> courier;
    private final SpanStore store;
    private final SpanLedger ledger;
    private final List<EncodedSpan> batch = new ArrayList<>(MAX_BATCH);
    private SpanPlace kept;
    private volatile long oldestMillis;

    /** The last batch was as large as one may be. */
    private boolean full;

    /**
     * @param at where it goes on
     */
    SpanShipper(Courier<EncodedSpan> courier, SpanStore store, SpanLedger ledger, SpanPlace at) {
        this.courier = courier;
        this.store = store;
        this.ledger = ledger;
        this.kept = at;
    }

    /** When the spans were stored that it is at, epoch millis; 0 if it has shipped all. */
    long oldestMillis() {
        return oldestMillis;
    }

    @Override
    public boolean ship() throws InterruptedException {
        full = false;
        SpanPlace cursor = ledger.cursor();
        Read read = new Read(cursor);
        try {
            store.read(cursor.seq(), read);
        } catch (IOException e) {
            // the journal has reported it; it may be better in a while
        }
        boolean gone = read.at.seq() > cursor.seq();
        if (gone) {
            oldestMillis = read.epochMillis;
            long refused = batch.isEmpty() ? 0 : courier.ship(batch);
            gone = refused >= 0;
            if (gone) {
                oldestMillis = full ? oldestMillis : 0;
                ledger.advanced(read.at, batch.size() - refused, refused);
            }
        }
        batch.clear();
        if (!gone) {
            oldestMillis = 0;
        }
        return gone;
    }

    /** Collects a batch. */
    private final class Read implements SpanStore.Reader {
        private SpanPlace at;
        private long epochMillis;
        private long bytes;

        Read(SpanPlace cursor) {
            at = cursor;
        }

        @Override
        public boolean spans(long seq, long storedMillis, StoredSpans spans) {
            // written twice: the disk failed when the first was already there
            boolean again = spans.total() <= at.spans();
            if (!again) {
                epochMillis = epochMillis == 0 ? storedMillis : epochMillis;
                bytes += spans.request().length;
                try {
                    batch.addAll(EncodedSpan.of(spans));
                } catch (IOException e) {
                    // not one that we wrote: its spans are counted as dropped
                }
            }
            at = new SpanPlace(seq + 1, Math.max(at.spans(), spans.total()));
            boolean more = batch.size() < MAX_BATCH && bytes < MAX_BATCH_BYTES;
            full |= !more;
            return more;
        }
    }

    @Override
    public boolean isBehind() {
        return full;
    }

    @Override
    public void await() throws InterruptedException {
        store.await(ledger.cursor().seq(), IDLE);
    }

    @Override
    public void keepPlace() {
        SpanPlace cursor = ledger.cursor();
        if (!cursor.equals(kept)) {
            store.keepCursor(cursor);
            kept = cursor;
        }
    }

    @Override
    public void close() {
        courier.sink().close();
    }
}
