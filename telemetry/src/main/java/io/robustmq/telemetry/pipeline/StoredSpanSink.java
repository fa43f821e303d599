package io.robustmq.telemetry.pipeline;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;

/** Spans from the store to a collector. */
final class StoredSpanSink implements Sink<EncodedSpan> {
    private final OtlpSender sender;
    private final Patience patience;

    StoredSpanSink(PipelineSettings.Otlp settings) {
        InstantSource clock = InstantSource.system();
        this.sender = new OtlpSender(settings, OtlpSignal.TRACES, clock);
        this.patience = new Patience(clock);
    }

    @Override
    public String name() {
        return SpanSink.NAME;
    }

    @Override
    public String endpoint() {
        return sender.url();
    }

    @Override
    public void ship(List<EncodedSpan> batch) throws IOException, InterruptedException {
        patience.send(sender, EncodedSpan.request(batch), batch.getLast().ordinal());
    }

    @Override
    public void close() {
        sender.close();
    }
}
