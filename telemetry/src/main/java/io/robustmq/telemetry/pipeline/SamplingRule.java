package io.robustmq.telemetry.pipeline;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What share of some messages is traced: of those that all of it fits. As text {@code
 * topic=plant/+/alarm client=meter-* qos=1 ratio=0.5}, of which only the ratio must be there.
 * Immutable; any thread; allocates nothing where it is asked.
 *
 * @param topicFilter null fits all, also what has no topic
 * @param clientId null fits all; one that ends in {@code *} fits what begins so
 * @param qos {@link #ANY_QOS} fits all
 * @param ratio 0 to 1
 */
public record SamplingRule(
        @Nullable String topicFilter, @Nullable String clientId, int qos, double ratio) {
    public static final int ANY_QOS = -1;

    /** How it is written, for people. */
    public static final String FORM =
            "topic=FILTER client=ID or ID* qos=0 to 2 ratio=0 to 1, of which only ratio must be there, with a space between";

    /** As {@link #read} reads it. */
    public String text() {
        StringBuilder text = new StringBuilder();
        if (topicFilter != null) {
            text.append("topic=").append(topicFilter).append(' ');
        }
        if (clientId != null) {
            text.append("client=").append(clientId).append(' ');
        }
        if (qos != ANY_QOS) {
            text.append("qos=").append(qos).append(' ');
        }
        return text.append("ratio=").append(plain(ratio)).toString();
    }

    /** Without an exponent: 0.0001 and 1. */
    public static String plain(double ratio) {
        return BigDecimal.valueOf(ratio).stripTrailingZeros().toPlainString();
    }

    /** Null if it is not written so. */
    public static @Nullable SamplingRule read(String text) {
        String topicFilter = null;
        String clientId = null;
        int qos = ANY_QOS;
        double ratio = Double.NaN;
        List<String> seen = new ArrayList<>();
        for (String part : text.strip().split(" +")) {
            int equals = part.indexOf('=');
            String key = equals < 0 ? "" : part.substring(0, equals);
            String value = part.substring(equals + 1);
            if (seen.contains(key) || value.isEmpty()) {
                return null;
            }
            seen.add(key);
            switch (key) {
                case "topic" -> topicFilter = value;
                case "client" -> clientId = value;
                case "qos" -> qos = value.matches("[012]") ? value.charAt(0) - '0' : -2;
                case "ratio" ->
                        ratio = value.matches("[01](\\.\\d+)?") ? Double.parseDouble(value) : -1;
                default -> {
                    return null;
                }
            }
        }
        boolean isWrong =
                !(ratio >= 0 && ratio <= 1)
                        || qos < ANY_QOS
                        || topicFilter != null && !TopicFilters.isFilter(topicFilter);
        return isWrong ? null : new SamplingRule(topicFilter, clientId, qos, ratio);
    }

    /**
     * @param topicName empty of what is no message
     * @param ofQos {@link #ANY_QOS} of what is no message
     */
    boolean fits(String ofClient, String topicName, int ofQos) {
        return (qos == ANY_QOS || qos == ofQos)
                && (clientId == null || isClient(clientId, ofClient))
                && (topicFilter == null
                        || !topicName.isEmpty() && TopicFilters.matches(topicFilter, topicName));
    }

    private static boolean isClient(String pattern, String clientId) {
        int last = pattern.length() - 1;
        return pattern.charAt(last) == '*'
                ? clientId.regionMatches(0, pattern, 0, last)
                : pattern.equals(clientId);
    }
}
