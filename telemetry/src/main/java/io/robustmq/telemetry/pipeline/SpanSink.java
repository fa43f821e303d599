package io.robustmq.telemetry.pipeline;

import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Spans to a collector. */
final class SpanSink implements Sink<SpanData> {
    private final OtlpClient client;
    private @Nullable SpanExporter exporter;

    SpanSink(OtlpClient client) {
        this.client = client;
    }

    @Override
    public String name() {
        return "otlp-traces";
    }

    @Override
    public String endpoint() {
        return client.endpoint();
    }

    @Override
    public void ship(List<SpanData> batch) throws IOException, InterruptedException {
        SpanExporter open = exporter;
        if (open == null) {
            open = client.spans();
            exporter = open;
        }
        client.await(open.export(List.copyOf(batch)));
    }

    @Override
    public void close() {
        SpanExporter open = exporter;
        exporter = null;
        if (open != null) {
            open.shutdown();
        }
    }
}
