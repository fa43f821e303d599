package io.robustmq.broker;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.robustmq.testkit.TestCertificates;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * What TLS costs the server's thread, by provider: CPU time of handshakes and of records, without
 * sockets, so that a busy machine does not change it much. The client is always the JDK's.
 *
 * <p>{@code java -cp … io.robustmq.broker.TlsProviderBenchmark}
 */
final class TlsProviderBenchmark {
    private static final int HANDSHAKES = 300;
    private static final int RECORDS = 20_000;
    private static final ByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final SSLEngine server;
    private final SSLEngine client;
    private final ByteBuffer toServer = ByteBuffer.allocateDirect(64 * 1024);
    private final ByteBuffer toClient = ByteBuffer.allocateDirect(64 * 1024);
    private final ByteBuffer plain = ByteBuffer.allocateDirect(64 * 1024);
    private final ByteBuffer nothing = ByteBuffer.allocateDirect(0);
    private long serverNanos;

    private TlsProviderBenchmark(SslContext serverContext, SslContext clientContext) {
        server = serverContext.newEngine(ALLOCATOR);
        client = clientContext.newEngine(ALLOCATOR, "localhost", 1);
    }

    public static void main(String[] arguments) throws Exception {
        TestCertificates authority = TestCertificates.authority("authority");
        SslContext clientContext =
                SslContextBuilder.forClient()
                        .sslProvider(SslProvider.JDK)
                        .trustManager(authority.certificate())
                        .sessionCacheSize(1)
                        .build();
        for (int round = 0; round < 3; round++) {
            for (TestCertificates.Signed shown :
                    List.of(authority.server("localhost"), authority.serverWithRsa("localhost"))) {
                for (SslProvider provider : List.of(SslProvider.JDK, SslProvider.OPENSSL)) {
                    SslContext context =
                            SslContextBuilder.forServer(shown.key(), shown.certificate())
                                    .sslProvider(provider)
                                    .build();
                    report(round, shown.key().getAlgorithm(), provider, context, clientContext);
                }
            }
        }
    }

    private static void report(
            int round, String key, SslProvider provider, SslContext server, SslContext client)
            throws SSLException {
        long handshakes = 0;
        for (int i = 0; i < HANDSHAKES; i++) {
            TlsProviderBenchmark pair = new TlsProviderBenchmark(server, client);
            pair.handshake();
            handshakes += pair.serverNanos;
            pair.close();
        }
        TlsProviderBenchmark pair = new TlsProviderBenchmark(server, client);
        pair.handshake();
        long small = pair.send(200);
        long large = pair.send(16_000);
        String suite = pair.server.getSession().getCipherSuite();
        pair.close();
        System.out.printf(
                "round %d %-3s %-7s %s: handshake %.0f us, record of 200 B %.2f us, of 16 kB %.2f us%n",
                round,
                key,
                provider,
                suite,
                handshakes / 1e3 / HANDSHAKES,
                small / 1e3 / RECORDS,
                large / 1e3 / RECORDS);
    }

    private void handshake() throws SSLException {
        client.setUseClientMode(true);
        client.beginHandshake();
        long from = THREADS.getCurrentThreadCpuTime();
        server.beginHandshake();
        serverNanos += THREADS.getCurrentThreadCpuTime() - from;
        for (int step = 0; step < 40; step++) {
            advance(client, toClient, toServer);
            from = THREADS.getCurrentThreadCpuTime();
            advance(server, toServer, toClient);
            serverNanos += THREADS.getCurrentThreadCpuTime() - from;
        }
        if (server.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            throw new AssertionError(server.getHandshakeStatus());
        }
    }

    private void advance(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        in.flip();
        while (in.hasRemaining()) {
            plain.clear();
            int before = in.remaining();
            engine.unwrap(in, plain);
            tasks(engine);
            if (in.remaining() == before
                    && engine.getHandshakeStatus() != HandshakeStatus.NEED_UNWRAP) {
                break;
            }
        }
        in.compact();
        while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            engine.wrap(nothing, out);
            tasks(engine);
        }
    }

    private static void tasks(SSLEngine engine) {
        Runnable task = engine.getDelegatedTask();
        while (task != null) {
            task.run();
            task = engine.getDelegatedTask();
        }
    }

    /** CPU time of as many records that the server writes. */
    private long send(int bytes) throws SSLException {
        ByteBuffer payload = ByteBuffer.allocateDirect(bytes);
        for (int i = 0; i < RECORDS / 4; i++) {
            wrap(payload);
        }
        long from = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < RECORDS; i++) {
            wrap(payload);
        }
        return THREADS.getCurrentThreadCpuTime() - from;
    }

    private void wrap(ByteBuffer payload) throws SSLException {
        payload.clear();
        toClient.clear();
        server.wrap(payload, toClient);
    }

    private void close() {
        server.closeOutbound();
        client.closeOutbound();
    }
}
