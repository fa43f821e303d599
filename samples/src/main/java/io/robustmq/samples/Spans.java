package io.robustmq.samples;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;

/**
 * Makes spans under a service name, and sends them by OTLP over gRPC if {@code
 * OTEL_EXPORTER_OTLP_ENDPOINT} says where to.
 */
final class Spans implements AutoCloseable {
    private final SdkTracerProvider provider;

    private Spans(SdkTracerProvider provider) {
        this.provider = provider;
    }

    static Spans of(String serviceName) {
        SdkTracerProviderBuilder builder =
                SdkTracerProvider.builder()
                        .setResource(
                                Resource.getDefault()
                                        .merge(
                                                Resource.create(
                                                        Attributes.of(
                                                                AttributeKey.stringKey(
                                                                        "service.name"),
                                                                serviceName))));
        String endpoint = System.getenv("OTEL_EXPORTER_OTLP_ENDPOINT");
        if (endpoint != null) {
            builder.addSpanProcessor(
                    BatchSpanProcessor.builder(
                                    OtlpGrpcSpanExporter.builder().setEndpoint(endpoint).build())
                            .build());
        }
        return new Spans(builder.build());
    }

    Tracer tracer() {
        return provider.get("io.robustmq.samples");
    }

    /** Sends what is left. */
    @Override
    public void close() {
        provider.close();
    }
}
