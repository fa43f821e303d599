package io.robustmq.telemetry.pipeline;

import io.opentelemetry.exporter.internal.otlp.traces.TraceRequestMarshaler;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Spans into the store, for {@link SpanShipper} to send. */
final class SpanStoring implements Sink<SpanData> {
    private final SpanLedger ledger;
    private @Nullable SpanStore store;

    SpanStoring(SpanLedger ledger) {
        this.ledger = ledger;
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
    public void ship(List<SpanData> batch) throws IOException, InterruptedException {
        SpanStore to = store;
        if (to == null) {
            throw new IOException("there is no store");
        }
        TraceRequestMarshaler request = TraceRequestMarshaler.create(batch);
        int size = request.getBinarySerializedSize();
        if (size > SpanStore.MAX_RECORD_BYTES) {
            throw new RefusedException(
                    batch.size()
                            + " spans of "
                            + size
                            + " bytes, a record has at most "
                            + SpanStore.MAX_RECORD_BYTES);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(size);
        request.writeBinaryTo(bytes);
        long total = ledger.storedTotal() + batch.size();
        to.append(new StoredSpans(total, batch.size(), bytes.toByteArray()));
        ledger.stored(total);
    }

    @Override
    public void close() {
        // the store is closed by who opened it
    }
}
