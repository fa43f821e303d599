package io.robustmq.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.telemetry.pipeline.Sampling;
import io.robustmq.telemetry.pipeline.SamplingRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What can be changed of sampling while nodes run: configuration keys below {@code tracing}, by the
 * same names and with the same values.
 */
enum SamplingField {
    RATIO,
    RULES,
    MAX_PER_SECOND,
    KEEP_SLOW,
    KEEP_FAILED,
    MAX_KEPT_PER_SECOND;

    private final String key = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** As the configuration calls it, without what its section is called. */
    String key() {
        return key;
    }

    /** Null if there is none of that key. */
    static @Nullable SamplingField of(String key) {
        for (SamplingField each : values()) {
            if (each.key.equals(key)) {
                return each;
            }
        }
        return null;
    }

    static String keys() {
        return Arrays.stream(values()).map(SamplingField::key).collect(Collectors.joining(", "));
    }

    // Values

    private ValueKind kind() {
        return ConfigKeys.TRACING.keys().stream()
                .filter(each -> each.name().equals(key))
                .findFirst()
                .orElseThrow()
                .kind();
    }

    /** What is allowed, as a sentence. */
    String rule() {
        return key + " must be " + kind().allowed();
    }

    /** As on command lines; null if it is not allowed. */
    @Nullable Object read(String text) {
        return kind().readText(text);
    }

    /** Null if it is not allowed. */
    @Nullable Object read(JsonNode json) {
        if (this == RULES) {
            List<Object> written = new ArrayList<>();
            json.forEach(each -> written.add(each.isTextual() ? each.textValue() : each));
            return json.isArray() ? SamplingRulesKind.rules(written) : null;
        }
        Object written =
                switch (json.getNodeType()) {
                    case STRING -> json.textValue();
                    case BOOLEAN -> json.booleanValue();
                    case NUMBER ->
                            json.canConvertToExactIntegral() && json.canConvertToLong()
                                    ? (Object) json.longValue()
                                    : (Object) json.doubleValue();
                    case NULL, ARRAY, OBJECT, BINARY, MISSING, POJO -> null;
                };
        return written == null ? null : kind().read(written);
    }

    Object of(Sampling sampling) {
        return switch (this) {
            case RATIO -> sampling.ratio();
            case RULES -> sampling.rules();
            case MAX_PER_SECOND -> sampling.maxPerSecond();
            case KEEP_SLOW -> sampling.keepSlow();
            case KEEP_FAILED -> sampling.keepFailed();
            case MAX_KEPT_PER_SECOND -> sampling.maxKeptPerSecond();
        };
    }

    static List<SamplingRule> rules(Object value) {
        return ((List<?>) value).stream().map(SamplingRule.class::cast).toList();
    }

    /** As it is read; rules are parted by commas. */
    String text(Object value) {
        return switch (this) {
            case RATIO -> SamplingRule.plain((Double) value);
            case RULES ->
                    rules(value).stream().map(SamplingRule::text).collect(Collectors.joining(","));
            case KEEP_SLOW -> ValueKind.Span.written((Duration) value);
            case MAX_PER_SECOND, KEEP_FAILED, MAX_KEPT_PER_SECOND -> value.toString();
        };
    }

    String json(Object value) {
        return switch (this) {
            case RULES ->
                    rules(value).stream()
                            .map(each -> HttpAnswers.quoted(each.text()))
                            .collect(Collectors.joining(",", "[", "]"));
            case KEEP_SLOW -> HttpAnswers.quoted(text(value));
            case RATIO, MAX_PER_SECOND, KEEP_FAILED, MAX_KEPT_PER_SECOND -> text(value);
        };
    }

    /** All but the rules, as {@code key=value}. */
    static String withoutRules(Sampling sampling) {
        return Arrays.stream(values())
                .filter(each -> each != RULES)
                .map(each -> each.key + '=' + each.text(each.of(sampling)))
                .collect(Collectors.joining(" "));
    }
}
