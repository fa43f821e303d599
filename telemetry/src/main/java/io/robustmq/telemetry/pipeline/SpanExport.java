package io.robustmq.telemetry.pipeline;

import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The way of spans out of the process: from a queue that never blocks to the collector, or through
 * the store, if they are to outlive the process and the outages of the collector.
 */
final class SpanExport {
    /** What is not on disk yet would be lost with the process. */
    private static final long STORE_AFTER_NANOS = 200_000_000L;

    private final Worker<FinishedSpan> queue;
    private final @Nullable Stored stored;

    /** What is behind the queue then. */
    private static final class Stored {
        private final SpanLedger ledger;
        private final SpanStoring storing;
        private final Courier<EncodedSpan> courier;

        // from open on
        private volatile @Nullable SpanShipper shipper;
        private @Nullable ShipLoop loop;

        Stored(SpanLedger ledger, SpanStoring storing, Courier<EncodedSpan> courier) {
            this.ledger = ledger;
            this.storing = storing;
            this.courier = courier;
        }
    }

    private SpanExport(Worker<FinishedSpan> queue, @Nullable Stored stored) {
        this.queue = queue;
        this.stored = stored;
    }

    /**
     * @param resource whose spans they are
     */
    static SpanExport of(PipelineSettings.Otlp otlp, Resource resource, Courier.Listener listener) {
        int capacity = otlp.queueCapacity();
        if (!otlp.storesSpans()) {
            return new SpanExport(
                    new Worker<>(new SpanSink(otlp, resource), capacity, listener), null);
        }
        return stored(new StoredSpanSink(otlp), resource, capacity, listener);
    }

    static SpanExport stored(
            Sink<EncodedSpan> to, Resource resource, int capacity, Courier.Listener listener) {
        SpanLedger ledger = new SpanLedger();
        SpanStoring storing = new SpanStoring(ledger, resource);
        return new SpanExport(
                new Worker<>(storing, capacity, listener, STORE_AFTER_NANOS),
                new Stored(ledger, storing, new Courier<>(to, listener, ledger::dropped)));
    }

    /** Where spans are put; its owner starts and finishes it. */
    Worker<FinishedSpan> queue() {
        return queue;
    }

    /**
     * @param store null if there is none, which only one without needs
     * @throws IOException if the store cannot be read
     */
    void open(@Nullable SpanStore store) throws IOException {
        Stored here = stored;
        if (here == null) {
            return;
        }
        if (store == null) {
            throw new IllegalArgumentException("spans are to be stored, and there is no store");
        }
        SpanPlace last = store.last();
        SpanPlace cursor = store.cursor();
        SpanPlace at = cursor == null ? SpanPlace.BEGINNING : cursor;
        if (at.seq() > last.seq()) {
            at = store.first(); // the disk lost the end: what is there may have been shipped
        }
        here.ledger.opened(at, last);
        here.storing.open(store);
        SpanShipper shipping = new SpanShipper(here.courier, store, here.ledger, at);
        here.shipper = shipping;
        here.loop = new ShipLoop(here.courier, shipping);
    }

    void start() {
        if (stored != null && stored.loop != null) {
            stored.loop.start();
        }
    }

    /** Once the queue is empty: ships what is in the store, until then; the rest stays there. */
    void finish(long byNanos) throws InterruptedException {
        if (stored != null && stored.loop != null) {
            stored.loop.finish(byNanos);
            stored.loop.awaitFinished();
        }
    }

    /** The one that sends; its queue's is another if there is a store. */
    Sink<?> sink() {
        return stored == null ? queue.sink() : stored.courier.sink();
    }

    boolean up() {
        return stored == null ? queue.up() : stored.courier.up();
    }

    boolean isStored() {
        return stored != null;
    }

    long shipped() {
        return stored == null ? queue.shipped() : stored.ledger.shipped();
    }

    long dropped() {
        return queue.dropped() + (stored == null ? 0 : stored.ledger.dropped());
    }

    /** When the spans were stored that it is at, epoch millis; 0 if none wait. */
    long oldestMillis() {
        return stored == null || stored.shipper == null ? 0 : stored.shipper.oldestMillis();
    }

    /** The whole account; null without a store. */
    Ledger.@Nullable Balance balance() {
        return stored == null ? null : stored.ledger.balance(sink().name(), queue);
    }
}
