package io.robustmq.broker;

import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Socket addresses as events have them. */
final class Addresses {
    private Addresses() {}

    /** {@code 127.0.0.1:1883}, {@code [::1]:1883}, {@code unix:/path}; empty if it has none. */
    static String text(@Nullable SocketAddress address) {
        return switch (address) {
            case InetSocketAddress inet -> NetUtil.toSocketAddressString(inet);
            case DomainSocketAddress unix -> "unix:" + unix.path();
            case null, default -> "";
        };
    }

    /** {@code 127.0.0.1}; empty if it has none. */
    static String host(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet ? inet.getAddress().getHostAddress() : "";
    }
}
