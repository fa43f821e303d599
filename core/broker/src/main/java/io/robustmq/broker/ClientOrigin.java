package io.robustmq.broker;

import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection comes from.
 *
 * @param listener its name
 * @param transport {@code tcp}, {@code tls}, {@code ws}, {@code wss}, {@code quic} or {@code unix}
 * @param remoteAddress the client's; with a PROXY header the one that it tells
 * @param certificate the client's own, verified; null if it showed none
 * @param proxied what a trusted proxy tells of the TLS connection that it ended; null if nothing
 */
public record ClientOrigin(
        String listener,
        String transport,
        SocketAddress remoteAddress,
        @Nullable X509Certificate certificate,
        @Nullable Proxied proxied) {

    /**
     * @param serverName the host that the client asked for (SNI), empty if it is not told
     * @param commonName of the client's certificate, empty if it is not told, or not verified
     */
    public record Proxied(String serverName, String commonName) {}

    public ClientOrigin(
            String listener,
            String transport,
            SocketAddress remoteAddress,
            @Nullable X509Certificate certificate) {
        this(listener, transport, remoteAddress, certificate, null);
    }
}
