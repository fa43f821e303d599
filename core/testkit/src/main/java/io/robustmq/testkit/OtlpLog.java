package io.robustmq.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A log record as the Collector wrote it. Values of attributes are told as texts, whatever their
 * type; {@code json} has the types.
 */
public record OtlpLog(
        String eventName,
        String severityText,
        int severityNumber,
        String body,
        Map<String, String> attributes,
        Map<String, String> resource,
        String traceId,
        String spanId,
        JsonNode json) {

    static OtlpLog of(Map<String, String> resource, JsonNode log) {
        return new OtlpLog(
                log.path("eventName").asText(),
                log.path("severityText").asText(),
                log.path("severityNumber").asInt(),
                text(log.path("body")),
                attributes(log.path("attributes")),
                resource,
                log.path("traceId").asText(),
                log.path("spanId").asText(),
                log);
    }

    /** OTLP JSON: {@code [{"key":…,"value":{"stringValue":…}}]}. */
    static Map<String, String> attributes(JsonNode list) {
        Map<String, String> attributes = new LinkedHashMap<>();
        for (JsonNode attribute : list) {
            attributes.put(attribute.path("key").asText(), text(attribute.path("value")));
        }
        return attributes;
    }

    private static String text(JsonNode value) {
        if (!value.elements().hasNext()) {
            return "";
        }
        JsonNode inner = value.elements().next();
        return inner.isValueNode() ? inner.asText() : inner.toString();
    }
}
