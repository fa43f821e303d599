package io.robustmq.broker;

import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A broker that is one of several: who it is among them, and where they reach it.
 *
 * @param home its name, which no other has and which its log keeps for ever: 1 to 200 bytes
 * @param address where others connect; port 0 takes any free one
 * @param tls null for none
 * @param digestInterval how often peers compare what they know of each other's subscriptions
 */
public record ClusterSettings(
        String home, InetSocketAddress address, @Nullable Tls tls, Duration digestInterval) {
    private static final int MAX_HOME = 200;

    /**
     * @param listening for those who come; it should want their certificates
     * @param dialing for connections to others
     */
    public record Tls(SslContext listening, SslContext dialing) {}

    public ClusterSettings {
        int bytes = home.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > MAX_HOME) {
            throw new IllegalArgumentException(
                    "a home's name has 1 to " + MAX_HOME + " bytes, this has " + bytes);
        }
    }

    public ClusterSettings(String home, InetSocketAddress address, @Nullable Tls tls) {
        this(home, address, tls, Duration.ofSeconds(10));
    }
}
