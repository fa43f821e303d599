package io.robustmq.telemetry.pipeline;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.msgpack.core.MessageInsufficientBufferException;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePackException;
import org.msgpack.core.MessagePacker;
import org.msgpack.core.MessageUnpacker;

/**
 * One connection of the forward protocol (version 1): greeting, where the receiver asks for a key,
 * then batches, each acknowledged before the next.
 *
 * <pre>
 *   receiver: ["HELO", {"nonce": …, "auth": salt or empty, "keepalive": true}]
 *   we:       ["PING", our name, our salt, digest of the key, user name, digest of the password]
 *   receiver: ["PONG", taken, why not, its name, digest of the key]
 *   we:       [tag, records, {"size": 3, "chunk": id, "compressed": "gzip"}]
 *   receiver: {"ack": id}
 * </pre>
 *
 * A receiver without key says nothing before the first acknowledgement.
 */
final class ForwardConnection implements AutoCloseable {
    /** By which the receiver tells its clients apart, in its own lines only. */
    private static final String OUR_NAME = "robustmq";

    private static final int SALT_BYTES = 16;

    private final PipelineSettings.Fluent settings;
    private final PipelineSettings.FluentOptions options;
    private final Closeable transport;
    private final SecureRandom random;
    private final MessagePacker out;
    private final ForwardReader in;

    /**
     * @param transport what is closed: a TLS socket would first say goodbye, and wait for a write
     */
    private ForwardConnection(
            PipelineSettings.Fluent settings,
            Socket socket,
            Closeable transport,
            SecureRandom random)
            throws IOException {
        this.settings = settings;
        this.options = settings.options();
        this.transport = transport;
        this.random = random;
        this.out = MessagePack.newDefaultPacker(new BufferedOutputStream(socket.getOutputStream()));
        this.in = new ForwardReader(unpacker(socket));
    }

    private static MessageUnpacker unpacker(Socket socket) throws IOException {
        return MessagePack.newDefaultUnpacker(new BufferedInputStream(socket.getInputStream()));
    }

    /**
     * @param tls null for none
     */
    static ForwardConnection open(
            PipelineSettings.Fluent settings, TlsFiles.@Nullable Loaded tls, SecureRandom random)
            throws IOException, InterruptedException {
        Opening opening = new Opening(settings, tls);
        return TimeLimit.within(
                settings.options().timeout(),
                () -> opening.step,
                opening,
                () -> {
                    ForwardConnection open =
                            new ForwardConnection(settings, opening.connect(), opening, random);
                    if (!settings.options().sharedKey().isEmpty()) {
                        opening.step = "no greeting that asks for the shared key";
                        open.greet();
                    }
                    return open;
                });
    }

    /** What is closed if it takes too long. */
    private static final class Opening implements Closeable {
        private final PipelineSettings.Fluent settings;
        private final TlsFiles.@Nullable Loaded tls;
        private volatile String step = "no connection";
        private volatile @Nullable Socket socket;

        Opening(PipelineSettings.Fluent settings, TlsFiles.@Nullable Loaded tls) {
            this.settings = settings;
            this.tls = tls;
        }

        Socket connect() throws IOException {
            String host = settings.address().getHostString();
            IOException failure = new UnknownHostException(host);
            for (InetAddress address : InetAddress.getAllByName(host)) {
                Socket plain = new Socket();
                socket = plain;
                try {
                    plain.setTcpNoDelay(true);
                    plain.connect(new InetSocketAddress(address, settings.address().getPort()));
                    return tls == null ? plain : encrypt(plain, tls);
                } catch (IOException e) {
                    plain.close();
                    failure = e;
                }
            }
            throw failure;
        }

        private Socket encrypt(Socket plain, TlsFiles.Loaded with) throws IOException {
            step = "no TLS";
            SSLSocket encrypted =
                    (SSLSocket)
                            with.context()
                                    .getSocketFactory()
                                    .createSocket(
                                            plain,
                                            settings.address().getHostString(),
                                            settings.address().getPort(),
                                            true);
            SSLParameters parameters = encrypted.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS"); // the name must be right
            encrypted.setSSLParameters(parameters);
            encrypted.startHandshake();
            return encrypted;
        }

        @Override
        public void close() throws IOException {
            Socket open = socket;
            if (open != null) {
                open.close();
            }
        }
    }

    private void greet() throws IOException {
        try {
            ForwardReader.Helo helo = in.helo();
            byte[] key = utf8(options.sharedKey().value());
            byte[] random16 = new byte[SALT_BYTES];
            random.nextBytes(random16);
            String salt = HexFormat.of().formatHex(random16);
            boolean wantsUser = helo.authSalt().length > 0;
            out.packArrayHeader(6)
                    .packString("PING")
                    .packString(OUR_NAME)
                    .packString(salt)
                    .packString(sha512(utf8(salt), utf8(OUR_NAME), helo.nonce(), key))
                    .packString(wantsUser ? options.userName() : "")
                    .packString(wantsUser ? passwordDigest(helo) : "")
                    .flush();
            ForwardReader.Pong pong = in.pong();
            if (!pong.taken()) {
                throw new IOException("it refuses the connection: " + Reasons.quoted(pong.why()));
            }
            String expected = sha512(utf8(salt), utf8(pong.name()), helo.nonce(), key);
            if (!MessageDigest.isEqual(utf8(expected), utf8(pong.digest()))) {
                throw new IOException("it does not know the shared key itself");
            }
        } catch (MessagePackException garbage) {
            throw garbage(garbage);
        }
    }

    private String passwordDigest(ForwardReader.Helo helo) {
        return sha512(helo.authSalt(), utf8(options.userName()), utf8(options.password().value()));
    }

    /** Returns when the receiver has acknowledged. */
    void send(byte[] entries, int records, boolean compressed)
            throws IOException, InterruptedException {
        byte[] id = new byte[SALT_BYTES];
        random.nextBytes(id);
        String chunk = Base64.getEncoder().encodeToString(id);
        TimeLimit.within(
                options.timeout(),
                () -> "it does not take a batch",
                transport,
                () -> write(entries, records, compressed, chunk));
        String acknowledged =
                TimeLimit.within(
                        settings.ackTimeout(),
                        () -> "no acknowledgement",
                        transport,
                        this::readAnswer);
        if (!acknowledged.equals(chunk)) {
            throw new IOException("it acknowledged another batch than it was sent");
        }
    }

    private boolean write(byte[] entries, int records, boolean compressed, String chunk)
            throws IOException {
        out.packArrayHeader(3).packString(settings.tag());
        out.packBinaryHeader(entries.length).addPayload(entries);
        out.packMapHeader(compressed ? 3 : 2).packString("size").packInt(records);
        out.packString("chunk").packString(chunk);
        if (compressed) {
            out.packString("compressed").packString("gzip");
        }
        out.flush();
        return true;
    }

    private String readAnswer() throws IOException {
        try {
            return in.acknowledged();
        } catch (MessagePackException garbage) {
            throw garbage(garbage);
        }
    }

    private static IOException garbage(MessagePackException why) {
        return new IOException(
                why instanceof MessageInsufficientBufferException
                        ? "it closed the connection"
                        : "its answer is not the forward protocol",
                why);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String sha512(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-512");
            Arrays.stream(parts).forEach(digest::update);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public void close() {
        try {
            transport.close();
        } catch (IOException e) {
            // it is given up in any case
        }
    }
}
