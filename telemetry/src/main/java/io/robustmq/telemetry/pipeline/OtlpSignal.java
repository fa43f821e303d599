package io.robustmq.telemetry.pipeline;

/** The three kinds of data that OTLP carries, each to an address of its own. */
public enum OtlpSignal {
    LOGS("v1/logs", "logs.v1.LogsService"),
    TRACES("v1/traces", "trace.v1.TraceService"),
    METRICS("v1/metrics", "metrics.v1.MetricsService");

    private final String httpPath;
    private final String grpcService;

    OtlpSignal(String httpPath, String grpcService) {
        this.httpPath = httpPath;
        this.grpcService = grpcService;
    }

    /** Below the endpoint. */
    String httpPath() {
        return httpPath;
    }

    String grpcPath() {
        return "opentelemetry.proto.collector." + grpcService + "/Export";
    }
}
