package io.robustmq.telemetry.pipeline;

import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Spans into the store, for {@link SpanShipper} to send. */
final class SpanStoring implements Sink<FinishedSpan> {
    private final SpanLedger ledger;
    private final SpanWriter writer;
    private @Nullable SpanStore store;

    SpanStoring(SpanLedger ledger, Resource resource) {
        this.ledger = ledger;
        this.writer = new SpanWriter(resource);
    }

    void open(SpanStore to) {
        store = to;
    }

    @Override
    public String name() {
        return "span-store";
    }

    @Override
    public String endpoint() {
        return "shard spans";
    }

    /** The same batch again has the same total, by which the reader knows it. */
    @Override
    public void ship(List<FinishedSpan> batch) throws IOException, InterruptedException {
        SpanStore to = store;
        if (to == null) {
            throw new IOException("there is no store");
        }
        byte[] request = writer.request(batch);
        if (request.length > SpanStore.MAX_RECORD_BYTES) {
            throw new RefusedException(
                    batch.size()
                            + " spans of "
                            + request.length
                            + " bytes, a record has at most "
                            + SpanStore.MAX_RECORD_BYTES);
        }
        long total = ledger.storedTotal() + batch.size();
        to.append(new StoredSpans(total, batch.size(), request));
        ledger.stored(total);
    }

    @Override
    public void close() {
        // the store is closed by who opened it
    }
}
