package io.robustmq.server;

import io.robustmq.broker.AddressRange;
import io.robustmq.broker.TlsSettings;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The listeners of MQTT but for plain TCP; {@link TransportKeys} says what each value may be and
 * means. One whose address is empty is off.
 */
final class TransportConfig {
    private TransportConfig() {}

    record Tls(
            Optional<InetSocketAddress> listen,
            boolean proxyProtocol,
            Path certificate,
            Path key,
            List<TlsSettings.Named> sni,
            Path clientCa,
            TlsSettings.ClientCertificates clientAuth,
            List<String> protocols,
            List<String> ciphers,
            TlsSettings.Provider provider,
            Duration handshakeTimeout,
            int maxHandshakes,
            Duration reloadInterval) {}

    record Ws(
            Optional<InetSocketAddress> listen,
            boolean proxyProtocol,
            String path,
            long maxFrameSize) {}

    record Wss(Optional<InetSocketAddress> listen, boolean proxyProtocol) {}

    record Quic(Optional<InetSocketAddress> listen) {}

    record Unix(Path listen, String mode) {}

    record Proxy(List<AddressRange> trusted, Duration timeout) {}
}
