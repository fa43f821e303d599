package io.robustmq.eventlog;

import io.robustmq.telemetry.pipeline.EventKeys;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A client's address that is asked for: {@code 10.0.0.7}, {@code 10.0.0.7:51234}, {@code ::1},
 * {@code [::1]:51234}.
 *
 * @param host as events have it
 * @param port null for any
 */
record PeerAddress(String host, @Nullable String port) {

    static PeerAddress of(String text) {
        int close = text.indexOf(']');
        if (text.startsWith("[") && close > 0) {
            boolean withPort = text.startsWith(":", close + 1);
            return new PeerAddress(
                    normal(text.substring(1, close)), withPort ? text.substring(close + 2) : null);
        }
        int colon = text.indexOf(':');
        return colon >= 0 && colon == text.lastIndexOf(':')
                ? new PeerAddress(normal(text.substring(0, colon)), text.substring(colon + 1))
                : new PeerAddress(normal(text), null);
    }

    /** Events have IPv6 addresses without zeros left out. What is no address may be a hash. */
    private static String normal(String host) {
        try {
            return InetAddress.ofLiteral(host).getHostAddress();
        } catch (IllegalArgumentException noLiteral) {
            return host;
        }
    }

    /**
     * @param remoteAddr {@code host:port}
     */
    boolean matches(String remoteAddr) {
        return EventKeys.host(remoteAddr).equals(host)
                && (port == null || remoteAddr.endsWith(":" + port));
    }
}
