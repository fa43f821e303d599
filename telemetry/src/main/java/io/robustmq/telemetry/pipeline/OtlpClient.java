package io.robustmq.telemetry.pipeline;

import io.opentelemetry.exporter.internal.FailedExportException;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.exporter.otlp.metrics.OtlpGrpcMetricExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.GrpcStatusCode;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * OpenTelemetry's exporters, set up as the sinks need them: one try per call, for the sink tries
 * again itself and knows what became of each batch.
 */
final class OtlpClient {
    /** Says no for good: another try would get the same answer. */
    private static final Set<Integer> HTTP_REFUSALS = Set.of(400, 413, 415, 422);

    private static final Set<GrpcStatusCode> GRPC_REFUSALS =
            Set.of(GrpcStatusCode.INVALID_ARGUMENT, GrpcStatusCode.OUT_OF_RANGE);

    private static final Duration GRACE = Duration.ofSeconds(1);

    private final PipelineSettings.Otlp settings;

    OtlpClient(PipelineSettings.Otlp settings) {
        this.settings = settings;
    }

    String endpoint() {
        return settings.endpoint().toString();
    }

    LogRecordExporter logs() {
        return switch (settings.protocol()) {
            case GRPC ->
                    OtlpGrpcLogRecordExporter.builder()
                            .setEndpoint(endpoint())
                            .setTimeout(settings.timeout())
                            .setConnectTimeout(settings.timeout())
                            .setRetryPolicy(null)
                            .build();
            case HTTP ->
                    OtlpHttpLogRecordExporter.builder()
                            .setEndpoint(path("v1/logs"))
                            .setTimeout(settings.timeout())
                            .setConnectTimeout(settings.timeout())
                            .setRetryPolicy(null)
                            .build();
        };
    }

    SpanExporter spans() {
        return switch (settings.protocol()) {
            case GRPC ->
                    OtlpGrpcSpanExporter.builder()
                            .setEndpoint(endpoint())
                            .setTimeout(settings.timeout())
                            .setConnectTimeout(settings.timeout())
                            .setRetryPolicy(null)
                            .build();
            case HTTP ->
                    OtlpHttpSpanExporter.builder()
                            .setEndpoint(path("v1/traces"))
                            .setTimeout(settings.timeout())
                            .setConnectTimeout(settings.timeout())
                            .setRetryPolicy(null)
                            .build();
        };
    }

    MetricExporter metrics() {
        return switch (settings.protocol()) {
            case GRPC ->
                    OtlpGrpcMetricExporter.builder()
                            .setEndpoint(endpoint())
                            .setTimeout(settings.timeout())
                            .setConnectTimeout(settings.timeout())
                            .setRetryPolicy(null)
                            .build();
            case HTTP ->
                    OtlpHttpMetricExporter.builder()
                            .setEndpoint(path("v1/metrics"))
                            .setTimeout(settings.timeout())
                            .setConnectTimeout(settings.timeout())
                            .setRetryPolicy(null)
                            .build();
        };
    }

    /** Returns when the other end has confirmed. */
    void await(CompletableResultCode result) throws IOException, InterruptedException {
        result.join(settings.timeout().plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
        if (result.isSuccess()) {
            return;
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (!result.isDone()) {
            throw new IOException("no answer within " + settings.timeout().toMillis() + " ms");
        }
        Throwable cause = result.getFailureThrowable();
        String refusal = refusal(cause);
        if (refusal != null) {
            throw new Sink.RefusedException(refusal);
        }
        String answer = answer(cause);
        throw new IOException(answer == null ? "export failed" : answer, cause);
    }

    private static @Nullable String refusal(@Nullable Throwable cause) {
        boolean refused =
                switch (cause) {
                    case FailedExportException.HttpExportException http ->
                            http.getResponse() != null
                                    && HTTP_REFUSALS.contains(http.getResponse().getStatusCode());
                    case FailedExportException.GrpcExportException grpc ->
                            grpc.getResponse() != null
                                    && GRPC_REFUSALS.contains(grpc.getResponse().getStatusCode());
                    case null, default -> false;
                };
        return refused ? answer(cause) : null;
    }

    private static @Nullable String answer(@Nullable Throwable cause) {
        return switch (cause) {
            case FailedExportException.HttpExportException http when http.getResponse() != null ->
                    "HTTP "
                            + http.getResponse().getStatusCode()
                            + " "
                            + http.getResponse().getStatusMessage();
            case FailedExportException.GrpcExportException grpc when grpc.getResponse() != null ->
                    "gRPC "
                            + grpc.getResponse().getStatusCode()
                            + " "
                            + grpc.getResponse().getStatusDescription();
            case null, default -> null;
        };
    }

    private String path(String path) {
        String base = endpoint();
        return base.endsWith("/") ? base + path : base + "/" + path;
    }
}
