package io.robustmq.telemetry.pipeline;

import io.opentelemetry.exporter.internal.otlp.traces.TraceRequestMarshaler;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;

/** Spans to a collector. */
final class SpanSink implements Sink<SpanData> {
    static final String NAME = "otlp-traces";

    private final OtlpSender sender;

    SpanSink(PipelineSettings.Otlp settings) {
        this.sender = new OtlpSender(settings, OtlpSignal.TRACES, InstantSource.system());
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
    public void ship(List<SpanData> batch) throws IOException, InterruptedException {
        sender.send(TraceRequestMarshaler.create(batch));
    }

    @Override
    public void close() {
        sender.close();
    }
}
