package io.robustmq.broker;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.robustmq.telemetry.event.ConnectionEvent;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection on its way to MQTT: the PROXY header, TLS, WebSocket, whatever its listener wants
 * before it, one after the other; then it has a {@link Connection}. Belongs to the channel's loop.
 */
final class Arriving {
    private final Entrance entrance;
    private final Channel channel;
    private final ListenerSettings settings;

    private SocketAddress remoteAddress;
    private @Nullable X509Certificate certificate;
    private ClientOrigin.@Nullable Proxied proxied;
    private boolean ended;

    Arriving(Entrance entrance, Channel channel) {
        this.entrance = entrance;
        this.channel = channel;
        this.settings = entrance.settings();
        this.remoteAddress = channel.remoteAddress();
    }

    void begin() {
        ProxySettings proxy = settings.proxy();
        if (proxy == null) {
            secure();
        } else {
            ProxyHeader.expect(this, proxy);
        }
    }

    /** The PROXY header has come. */
    void proxied(SocketAddress client, ClientOrigin.@Nullable Proxied told) {
        remoteAddress = client;
        proxied = told;
        if (entrance.mayComeFrom(client, channel)) {
            secure();
        }
    }

    private void secure() {
        if (settings.tls() == null) {
            upgrade();
        } else {
            TlsHandshake.expect(this, entrance.tls());
        }
    }

    /** The TLS handshake is over. */
    void secured(@Nullable X509Certificate client) {
        certificate = client;
        upgrade();
    }

    private void upgrade() {
        WebSocketSettings webSocket = settings.webSocket();
        if (webSocket == null) {
            serve();
        } else {
            WebSocketUpgrade.expect(this, webSocket);
        }
    }

    /** MQTT begins. */
    void serve() {
        if (!channel.isActive()) {
            return; // it ended while the last step was taken
        }
        Connection connection = connection();
        channel.pipeline().addLast(connection);
        connection.begin();
    }

    /** MQTT begins within WebSocket. */
    void serveWebSocket() {
        if (!channel.isActive()) {
            return;
        }
        Connection connection = connection();
        channel.pipeline().addLast(new WebSocketBytes(connection), connection);
        connection.begin();
    }

    private Connection connection() {
        return entrance.connection(
                channel,
                channel.eventLoop(),
                new ClientOrigin(
                        settings.name(),
                        settings.transport(),
                        remoteAddress,
                        certificate,
                        proxied));
    }

    /** It does not get to MQTT; told once, whatever comes after. */
    void failed(ConnectionEvent.Stage stage, String detail) {
        if (!ended) {
            ended = true;
            emitFailed(stage, detail);
            channel.close();
        }
    }

    /** The same for one that is answered, and closed by who answers. */
    void refused(ConnectionEvent.Stage stage, String detail) {
        if (!ended) {
            ended = true;
            emitFailed(stage, detail);
        }
    }

    private void emitFailed(ConnectionEvent.Stage stage, String detail) {
        entrance.shared()
                .events()
                .emit(
                        new ConnectionEvent.HandshakeFailed(
                                settings.name(), Addresses.text(remoteAddress), stage, detail));
    }

    /** Ends it if {@code handler} is still there after that time. */
    void limit(ChannelHandler handler, ConnectionEvent.Stage stage, long millis) {
        var timer =
                channel.eventLoop()
                        .schedule(
                                () -> {
                                    if (channel.pipeline().context(handler) != null) {
                                        failed(stage, "not over within " + millis + " ms");
                                    }
                                },
                                millis,
                                TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(closed -> timer.cancel(false));
    }

    Channel channel() {
        return channel;
    }

    Entrance entrance() {
        return entrance;
    }
}
