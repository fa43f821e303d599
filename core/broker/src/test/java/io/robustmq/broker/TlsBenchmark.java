package io.robustmq.broker;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import io.robustmq.testkit.TestCertificates;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * What TLS 1.3 costs the server by provider, µs: a whole handshake with an EC key, a record of 300
 * B that comes, one of 16 KiB that goes. The client is the JDK's, on the same thread, and its time
 * is not counted. A program; the first rounds warm up.
 */
final class TlsBenchmark {
    private static final int ROUNDS = 6;
    private static final int HANDSHAKES = 1_000;
    private static final int RECORDS = 100_000;
    private static final int SMALL = 300;
    private static final int LARGE = 16 << 10;

    private TlsBenchmark() {}

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("tls-benchmark");
        TestCertificates authority = TestCertificates.authority("authority");
        TlsSettings.Files files =
                new TlsSettings.Files(folder.resolve("s.pem"), folder.resolve("s.key"));
        authority.server("localhost", "127.0.0.1").write(files.certificate(), files.key());
        System.out.println("| round | provider | handshake | 300 B come | 16 KiB go |");
        System.out.println("|---|---|---|---|---|");
        for (int round = 1; round <= ROUNDS; round++) {
            for (TlsSettings.Provider provider :
                    List.of(TlsSettings.Provider.JDK, TlsSettings.Provider.OPENSSL)) {
                SslContext server =
                        TlsSet.load(settings(provider, files), Instant.now()).forHost(null);
                System.out.printf(
                        Locale.ROOT,
                        "| %d | %s | %.0f | %.2f | %.2f |%n",
                        round,
                        provider.name().toLowerCase(Locale.ROOT),
                        handshakes(server, authority),
                        come(server, authority.clientContext()),
                        go(server, authority.clientContext()));
            }
        }
    }

    private static TlsSettings settings(TlsSettings.Provider provider, TlsSettings.Files files) {
        return new TlsSettings(
                files,
                List.of(),
                null,
                TlsSettings.ClientCertificates.NONE,
                List.of("TLSv1.3"),
                List.of(),
                provider,
                Duration.ofSeconds(20),
                100,
                Duration.ofHours(1));
    }

    private static double handshakes(SslContext server, TestCertificates authority)
            throws Exception {
        long nanos = 0;
        for (int i = 0; i < HANDSHAKES; i++) {
            // a context of its own, or the session would be resumed
            Pair pair = new Pair(server, authority.clientContext());
            pair.handshake();
            nanos += pair.serverNanos;
            pair.close();
        }
        return nanos / 1e3 / HANDSHAKES;
    }

    private static double come(SslContext server, SSLContext client) throws Exception {
        Pair pair = new Pair(server, client);
        pair.handshake();
        pair.serverNanos = 0;
        for (int i = 0; i < RECORDS; i++) {
            pair.toServer(SMALL);
        }
        pair.close();
        return pair.serverNanos / 1e3 / RECORDS;
    }

    private static double go(SslContext server, SSLContext client) throws Exception {
        Pair pair = new Pair(server, client);
        pair.handshake();
        pair.serverNanos = 0;
        int records = RECORDS / 10;
        for (int i = 0; i < records; i++) {
            pair.toClient(LARGE);
        }
        pair.close();
        return pair.serverNanos / 1e3 / records;
    }

    /** A server and its client, with a wire of memory between them. */
    private static final class Pair {
        private final SSLEngine server;
        private final SSLEngine client;
        private final ByteBuffer up = ByteBuffer.allocateDirect(64 << 10);
        private final ByteBuffer down = ByteBuffer.allocateDirect(64 << 10);
        private final ByteBuffer sent = ByteBuffer.allocateDirect(LARGE);
        private final ByteBuffer got = ByteBuffer.allocateDirect(64 << 10);

        private long serverNanos;

        Pair(SslContext server, SSLContext client) {
            this.server = server.newEngine(ByteBufAllocator.DEFAULT);
            this.client = client.createSSLEngine();
            this.client.setUseClientMode(true);
        }

        void handshake() throws SSLException {
            client.beginHandshake();
            long begun = System.nanoTime();
            server.beginHandshake();
            serverNanos += System.nanoTime() - begun;
            int idle = 0;
            while (idle < 3) {
                boolean moved = turn(client, down, up);
                begun = System.nanoTime();
                moved |= turn(server, up, down);
                serverNanos += System.nanoTime() - begun;
                idle = moved ? 0 : idle + 1;
            }
            if (!done(client) || !done(server)) {
                throw new AssertionError(
                        client.getHandshakeStatus() + ", " + server.getHandshakeStatus());
            }
        }

        private static boolean done(SSLEngine engine) {
            HandshakeStatus status = engine.getHandshakeStatus();
            return status == HandshakeStatus.NOT_HANDSHAKING || status == HandshakeStatus.FINISHED;
        }

        /** Does all that it can; false if that was nothing. */
        private boolean turn(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
            boolean moved = false;
            while (true) {
                Runnable task = engine.getDelegatedTask();
                if (task != null) {
                    task.run();
                    moved = true;
                    continue;
                }
                int before = in.position() + out.position();
                if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                    sent.clear().limit(0);
                    engine.wrap(sent, out);
                } else {
                    in.flip();
                    got.clear();
                    engine.unwrap(in, got);
                    in.compact();
                }
                if (in.position() + out.position() == before
                        && engine.getHandshakeStatus() != HandshakeStatus.NEED_TASK) {
                    return moved;
                }
                moved = true;
            }
        }

        void toServer(int bytes) throws SSLException {
            wrap(client, up, bytes);
            long begun = System.nanoTime();
            int came = unwrap(server, up);
            serverNanos += System.nanoTime() - begun;
            check(came, bytes);
        }

        void toClient(int bytes) throws SSLException {
            long begun = System.nanoTime();
            wrap(server, down, bytes);
            serverNanos += System.nanoTime() - begun;
            check(unwrap(client, down), bytes);
        }

        private void wrap(SSLEngine from, ByteBuffer wire, int bytes) throws SSLException {
            sent.clear().limit(bytes);
            wire.clear();
            while (sent.hasRemaining()) {
                ok(from.wrap(sent, wire));
            }
            wire.flip();
        }

        private int unwrap(SSLEngine to, ByteBuffer wire) throws SSLException {
            got.clear();
            while (wire.hasRemaining()) {
                ok(to.unwrap(wire, got));
            }
            return got.position();
        }

        private static void ok(SSLEngineResult result) {
            if (result.getStatus() != SSLEngineResult.Status.OK) {
                throw new AssertionError(result.toString());
            }
        }

        private static void check(int came, int sent) {
            if (came != sent) {
                throw new AssertionError(came + " of " + sent + " bytes");
            }
        }

        void close() {
            client.closeOutbound();
            server.closeOutbound();
            ReferenceCountUtil.release(server);
        }
    }
}
