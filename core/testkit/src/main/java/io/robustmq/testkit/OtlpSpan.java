package io.robustmq.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * A span as the Collector wrote it.
 *
 * @param kind 1 internal, 2 server, 3 client, 4 producer, 5 consumer
 * @param parentSpanId empty for a root
 * @param statusCode 0 unset, 1 ok, 2 error
 */
public record OtlpSpan(
        String name,
        int kind,
        String traceId,
        String spanId,
        String parentSpanId,
        int statusCode,
        long durationNanos,
        Map<String, String> attributes,
        Map<String, String> resource,
        JsonNode json) {

    static OtlpSpan of(Map<String, String> resource, JsonNode span) {
        return new OtlpSpan(
                span.path("name").asText(),
                span.path("kind").asInt(),
                span.path("traceId").asText(),
                span.path("spanId").asText(),
                span.path("parentSpanId").asText(),
                span.path("status").path("code").asInt(),
                span.path("endTimeUnixNano").asLong() - span.path("startTimeUnixNano").asLong(),
                OtlpLog.attributes(span.path("attributes")),
                resource,
                span);
    }
}
