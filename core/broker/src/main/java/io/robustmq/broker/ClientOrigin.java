package io.robustmq.broker;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection comes from.
 *
 * @param listener the name of the listener that accepted it
 * @param transport {@code tcp}, {@code tls}, {@code ws}, {@code wss}, {@code quic} or {@code unix}
 * @param remoteAddress of the client itself, also behind a proxy that tells it
 * @param certificate of the client, verified; null if it showed none
 */
public record ClientOrigin(
        String listener,
        String transport,
        SocketAddress remoteAddress,
        @Nullable X509Certificate certificate) {
    private static final String UNIX = "unix";

    /** Null if it has none, as on a Unix socket. */
    public @Nullable InetAddress inetAddress() {
        return remoteAddress instanceof InetSocketAddress inet ? inet.getAddress() : null;
    }

    /** Whether the client is on this machine. */
    public boolean isLocal() {
        InetAddress address = inetAddress();
        return address == null ? transport.equals(UNIX) : address.isLoopbackAddress();
    }
}
