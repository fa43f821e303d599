package io.robustmq.broker;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One place where connections come in, and what is around MQTT there: a PROXY header, then TLS,
 * then WebSocket, each if it is said.
 *
 * @param name in events and metrics; each listener of a broker has its own
 */
public record ListenerSettings(
        String name,
        Where where,
        @Nullable ProxySettings proxy,
        @Nullable TlsSettings tls,
        @Nullable WebSocketSettings webSocket) {

    /** What is bound. */
    public sealed interface Where {}

    /** A TCP port; port 0 takes any free one. */
    public record Tcp(InetSocketAddress address) implements Where {}

    /**
     * A Unix socket.
     *
     * @param mode of its file, from the moment that anybody can see it
     */
    public record Unix(Path path, Set<PosixFilePermission> mode) implements Where {
        public Unix {
            mode = Set.copyOf(mode);
        }
    }

    /** A UDP port for QUIC, which has its TLS within. */
    public record Quic(InetSocketAddress address) implements Where {}

    public ListenerSettings {
        if (where instanceof Quic && (tls == null || proxy != null || webSocket != null)) {
            throw new IllegalArgumentException(name + ": QUIC needs TLS and takes nothing else");
        }
    }

    public static ListenerSettings tcp(InetSocketAddress address) {
        return new ListenerSettings("tcp", new Tcp(address), null, null, null);
    }

    public static ListenerSettings tls(InetSocketAddress address, TlsSettings tls) {
        return new ListenerSettings("tls", new Tcp(address), null, tls, null);
    }

    public static ListenerSettings webSocket(
            InetSocketAddress address, WebSocketSettings webSocket) {
        return new ListenerSettings("ws", new Tcp(address), null, null, webSocket);
    }

    public static ListenerSettings secureWebSocket(
            InetSocketAddress address, TlsSettings tls, WebSocketSettings webSocket) {
        return new ListenerSettings("wss", new Tcp(address), null, tls, webSocket);
    }

    public static ListenerSettings quic(InetSocketAddress address, TlsSettings tls) {
        return new ListenerSettings("quic", new Quic(address), null, tls, null);
    }

    public static ListenerSettings unix(Path path, Set<PosixFilePermission> mode) {
        return new ListenerSettings("unix", new Unix(path, mode), null, null, null);
    }

    /** The same, behind a proxy that says whom it speaks for. */
    public ListenerSettings behind(ProxySettings said) {
        return new ListenerSettings(name, where, said, tls, webSocket);
    }

    /** {@code tcp}, {@code tls}, {@code ws}, {@code wss}, {@code quic} or {@code unix}. */
    String transport() {
        return switch (where) {
            case Quic quic -> "quic";
            case Unix unix -> "unix";
            case Tcp tcp -> {
                if (webSocket != null) {
                    yield tls == null ? "ws" : "wss";
                }
                yield tls == null ? "tcp" : "tls";
            }
        };
    }

    /** Nothing is around MQTT. */
    boolean isPlain() {
        return proxy == null && tls == null && webSocket == null;
    }
}
