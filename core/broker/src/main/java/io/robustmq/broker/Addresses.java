package io.robustmq.broker;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Socket addresses as events have them. */
final class Addresses {
    private Addresses() {}

    /** {@code 127.0.0.1:1883}; empty if it has none. */
    static String text(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet
                ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
                : "";
    }

    /** {@code 127.0.0.1}; empty if it has none. */
    static String host(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet ? inet.getAddress().getHostAddress() : "";
    }
}
