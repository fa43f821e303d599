package io.robustmq.telemetry.pipeline;

import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;

/** Spans to a collector. */
final class SpanSink implements Sink<FinishedSpan> {
    static final String NAME = "otlp-traces";

    private final OtlpSender sender;
    private final SpanWriter writer;

    SpanSink(PipelineSettings.Otlp settings, Resource resource) {
        this.sender = new OtlpSender(settings, OtlpSignal.TRACES, InstantSource.system());
        this.writer = new SpanWriter(resource);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String endpoint() {
        return sender.url();
    }

    @Override
    public void ship(List<FinishedSpan> batch) throws IOException, InterruptedException {
        sender.send(new EncodedRequest(writer.request(batch)));
    }

    @Override
    public void close() {
        sender.close();
    }
}
