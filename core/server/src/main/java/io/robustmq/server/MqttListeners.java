package io.robustmq.server;

import io.robustmq.broker.BoundListener;
import io.robustmq.broker.ListenerSettings;
import io.robustmq.broker.ProxySettings;
import io.robustmq.broker.TlsSettings;
import io.robustmq.broker.WebSocketSettings;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the configuration says of MQTT's listeners, as the broker wants it, and back. */
final class MqttListeners {
    /** The folder in the data directory where a certificate for development is made. */
    private static final String DEVELOPMENT = "tls";

    private static final long FRAME_SPARE_BYTES = 64 * 1024;

    /** In the order of the file mode's bits, the lowest first. */
    private static final List<PosixFilePermission> BITS =
            List.of(
                    PosixFilePermission.OTHERS_EXECUTE,
                    PosixFilePermission.OTHERS_WRITE,
                    PosixFilePermission.OTHERS_READ,
                    PosixFilePermission.GROUP_EXECUTE,
                    PosixFilePermission.GROUP_WRITE,
                    PosixFilePermission.GROUP_READ,
                    PosixFilePermission.OWNER_EXECUTE,
                    PosixFilePermission.OWNER_WRITE,
                    PosixFilePermission.OWNER_READ);

    private final BrokerConfig.Mqtt mqtt;
    private final TlsSettings tls;
    private final WebSocketSettings webSocket;
    private final ProxySettings proxy;

    MqttListeners(BrokerConfig config) {
        this.mqtt = config.mqtt();
        this.tls = tls(mqtt.tls(), config.data().directory());
        this.webSocket = webSocket(mqtt);
        this.proxy = new ProxySettings(mqtt.proxy().timeout(), mqtt.proxy().trusted());
    }

    /** Those that are on, their hosts looked up. */
    List<ListenerSettings> settings() throws StartFailure {
        List<ListenerSettings> all = new ArrayList<>();
        for (Map.Entry<String, Optional<InetSocketAddress>> each : addresses().entrySet()) {
            if (each.getValue().isPresent()) {
                String name = each.getKey();
                InetSocketAddress address =
                        new Listener(key(name), each.getValue().get()).resolve();
                all.add(settings(name, address));
            }
        }
        Path socket = mqtt.unix().listen();
        if (!socket.toString().isEmpty()) {
            all.add(ListenerSettings.unix(socket, permissions(mqtt.unix().mode())));
        }
        return all;
    }

    private Map<String, Optional<InetSocketAddress>> addresses() {
        // plain TCP first: it is what is ready first
        Map<String, Optional<InetSocketAddress>> all = new LinkedHashMap<>();
        all.put("tcp", mqtt.listen());
        all.put("ws", mqtt.ws().listen());
        all.put("tls", mqtt.tls().listen());
        all.put("wss", mqtt.wss().listen());
        all.put("quic", mqtt.quic().listen());
        return all;
    }

    private ListenerSettings settings(String name, InetSocketAddress address) {
        return switch (name) {
            case "tcp" -> behind(ListenerSettings.tcp(address), mqtt.proxyProtocol());
            case "tls" -> behind(ListenerSettings.tls(address, tls), mqtt.tls().proxyProtocol());
            case "ws" ->
                    behind(
                            ListenerSettings.webSocket(address, webSocket),
                            mqtt.ws().proxyProtocol());
            case "wss" ->
                    behind(
                            ListenerSettings.secureWebSocket(address, tls, webSocket),
                            mqtt.wss().proxyProtocol());
            case "quic" -> ListenerSettings.quic(address, tls);
            case String other -> throw new IllegalStateException(other);
        };
    }

    private ListenerSettings behind(ListenerSettings listener, boolean proxied) {
        return proxied ? listener.behind(proxy) : listener;
    }

    private static TlsSettings tls(TransportConfig.Tls tls, Path data) {
        boolean none = tls.certificate().toString().isEmpty();
        boolean asksNobody = tls.clientCa().toString().isEmpty();
        return new TlsSettings(
                none
                        ? new TlsSettings.SelfSigned(data.resolve(DEVELOPMENT))
                        : new TlsSettings.Files(tls.certificate(), tls.key()),
                tls.sni(),
                asksNobody ? null : tls.clientCa(),
                tls.clientAuth(),
                tls.protocols(),
                tls.ciphers(),
                tls.provider(),
                tls.handshakeTimeout(),
                tls.maxHandshakes(),
                tls.reloadInterval());
    }

    private static WebSocketSettings webSocket(BrokerConfig.Mqtt mqtt) {
        long said = mqtt.ws().maxFrameSize();
        long most = said > 0 ? said : mqtt.maxPacketSize() + FRAME_SPARE_BYTES;
        return new WebSocketSettings(
                mqtt.ws().path(), Math.toIntExact(most), mqtt.connectTimeout());
    }

    private static Set<PosixFilePermission> permissions(String octal) {
        int mode = Integer.parseInt(octal, 8);
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (int bit = 0; bit < BITS.size(); bit++) {
            if ((mode & 1 << bit) != 0) {
                permissions.add(BITS.get(bit));
            }
        }
        return permissions;
    }

    /** What {@code failure} of the listener of that name means to the operator. */
    StartFailure failed(String name, Exception failure) {
        Optional<InetSocketAddress> address = addresses().getOrDefault(name, Optional.empty());
        return address.isPresent()
                ? new Listener(key(name), address.get()).failed(failure)
                : new StartFailure(
                        ExitCode.UNAVAILABLE, failure.getMessage() + "; set " + key(name), failure);
    }

    /** The key that says where a listener is. */
    private static String key(String name) {
        return name.equals("tcp") ? "mqtt.listen" : "mqtt." + name + ".listen";
    }

    /** As one writes it to say where a client should connect. */
    String url(BoundListener listener) {
        return switch (listener.transport()) {
            case "tcp" -> "mqtt://" + listener.text();
            case "tls" -> "mqtts://" + listener.text();
            case "ws", "wss" -> listener.transport() + "://" + listener.text() + mqtt.ws().path();
            case "quic" -> "quic://" + listener.text();
            case String other -> listener.text();
        };
    }
}
