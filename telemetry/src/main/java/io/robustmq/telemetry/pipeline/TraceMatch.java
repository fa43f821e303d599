package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.TraceTarget;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a trace on demand is about, and whether something is that. Immutable; any thread.
 *
 * @param text an address as events have it, without the port unless it is about one port
 */
record TraceMatch(TraceTarget kind, String text, boolean withPort) {
    private static final int MAX_BYTES = 65_535;

    /**
     * Throws IllegalArgumentException, with what is wrong, if there is no such client, topic or
     * address.
     */
    static TraceMatch of(TraceTarget kind, String text) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "the target must have 1 to " + MAX_BYTES + " bytes, has " + bytes);
        }
        return switch (kind) {
            case CLIENT -> new TraceMatch(kind, text, false);
            case TOPIC -> {
                if (!TopicFilters.isFilter(text)) {
                    throw new IllegalArgumentException(
                            "the topic must be a topic filter, with + and # as whole levels and # at the end, was "
                                    + text);
                }
                yield new TraceMatch(kind, text, false);
            }
            case ADDRESS -> address(text);
        };
    }

    private static TraceMatch address(String text) {
        TraceMatch bare = literal(text, "");
        if (bare != null) {
            return bare;
        }
        int colon = text.lastIndexOf(':');
        TraceMatch withPort =
                colon > 0 && text.substring(colon + 1).matches("\\d{1,5}")
                        ? literal(text.substring(0, colon), text.substring(colon))
                        : null;
        if (withPort == null) {
            throw new IllegalArgumentException(
                    "the address must be an IP address, with or without :port, such as 10.0.0.7 or [::1]:4711, was "
                            + text);
        }
        return withPort;
    }

    /** In the form that events have; a name is not looked up. */
    private static @Nullable TraceMatch literal(String host, String port) {
        try {
            boolean bracketed = host.startsWith("[") && host.endsWith("]");
            String inner = bracketed ? host.substring(1, host.length() - 1) : host;
            String canonical = InetAddress.ofLiteral(inner).getHostAddress();
            return new TraceMatch(TraceTarget.ADDRESS, canonical + port, !port.isEmpty());
        } catch (IllegalArgumentException noAddress) {
            return null;
        }
    }

    boolean isClient(String clientId) {
        return text.equals(clientId);
    }

    boolean isAddress(String remoteAddr) {
        return withPort
                ? text.equals(remoteAddr)
                : remoteAddr.startsWith(text) && remoteAddr.lastIndexOf(':') == text.length();
    }

    /** A filter that somebody subscribed to is that if it says no more than this one. */
    boolean isFilterWithin(String filter) {
        return text.equals(filter) || isTopic(filter);
    }

    /** An event without a topic is about none. */
    boolean isTopic(String topic) {
        return !topic.isEmpty() && TopicFilters.matches(text, topic);
    }
}
