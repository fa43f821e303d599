package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.pipeline.PipelineSettings.OtlpProtocol;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPInputStream;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Headers;
import okhttp3.Protocol;
import okio.Buffer;
import org.jspecify.annotations.Nullable;

/** A collector on one port that takes batches, but for what the test told it to do next. */
final class ScriptedCollector implements AutoCloseable {
    private final OtlpProtocol protocol;
    private final int port;
    private final Queue<Step> script = new ConcurrentLinkedQueue<>();
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final List<RecordedRequest> requests = new CopyOnWriteArrayList<>();
    private CountDownLatch closing = new CountDownLatch(1);
    private @Nullable MockWebServer server;

    /** Gives the answer, or does what keeps it from being given. */
    private interface Step {
        MockResponse answer() throws InterruptedException;
    }

    ScriptedCollector(OtlpProtocol protocol) throws IOException {
        this.protocol = protocol;
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
    }

    int port() {
        return port;
    }

    URI plain() {
        return URI.create("http://127.0.0.1:" + port);
    }

    URI encrypted() {
        return URI.create("https://127.0.0.1:" + port);
    }

    void start() throws Exception {
        start(null, false);
    }

    /**
     * @param tls null for none
     * @param mutual whether clients must have a certificate
     */
    void start(@Nullable SSLContext tls, boolean mutual) throws Exception {
        close();
        Running.await("the port is free", () -> starts(tls, mutual));
    }

    private boolean starts(@Nullable SSLContext tls, boolean mutual) {
        MockWebServer starting = new MockWebServer();
        if (tls != null) {
            starting.useHttps(tls.getSocketFactory());
            if (mutual) {
                starting.requireClientAuth();
            }
        } else if (protocol == OtlpProtocol.GRPC) {
            starting.setProtocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
        }
        starting.setDispatcher(
                new Dispatcher() {
                    @Override
                    public MockResponse dispatch(RecordedRequest request)
                            throws InterruptedException {
                        requests.add(request);
                        Step next = script.poll();
                        return next == null ? taken(new byte[0]) : next.answer();
                    }
                });
        starting.setServerSocketFactory(new Listening());
        try {
            starting.start(InetAddress.getLoopbackAddress(), port);
        } catch (IOException stillClosing) {
            return false;
        }
        server = starting;
        return true;
    }

    private final class Listening extends ServerSocketFactory {
        @Override
        public ServerSocket createServerSocket() throws IOException {
            return new ServerSocket() {
                @Override
                public Socket accept() throws IOException {
                    Socket connection = super.accept();
                    connections.add(connection);
                    return connection;
                }
            };
        }

        @Override
        public ServerSocket createServerSocket(int port) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ServerSocket createServerSocket(int port, int backlog) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ServerSocket createServerSocket(int port, int backlog, InetAddress address) {
            throw new UnsupportedOperationException();
        }
    }

    void next(MockResponse answer) {
        script.add(() -> answer);
    }

    /** Does not answer while it runs. */
    void hangNext() {
        CountDownLatch until = closing;
        script.add(() -> {
            until.await();
            return taken(new byte[0]);
        });
    }

    /** Resets the connection instead of answering. */
    void breakOffNext() {
        script.add(() -> {
            connections.forEach(ScriptedCollector::reset);
            return taken(new byte[0]);
        });
    }

    private static void reset(Socket connection) {
        try {
            connection.setSoLinger(true, 0);
            connection.close();
        } catch (IOException gone) {
            // all the better
        }
    }

    /** Success, with a message. */
    MockResponse taken(byte[] message) {
        return switch (protocol) {
            case HTTP ->
                    new MockResponse.Builder()
                            .code(200)
                            .setHeader("Content-Type", "application/x-protobuf")
                            .body(new Buffer().write(message))
                            .build();
            case GRPC -> grpc(0, Headers.of(), message);
        };
    }

    /** A failure by its HTTP status or gRPC code. */
    MockResponse failed(int httpStatus, int grpcCode) {
        return switch (protocol) {
            case HTTP -> new MockResponse.Builder().code(httpStatus).build();
            case GRPC -> grpc(grpcCode, Headers.of(), new byte[0]);
        };
    }

    /** In 7 seconds (HTTP) or 7.5 (gRPC). */
    MockResponse busy() {
        return switch (protocol) {
            case HTTP -> new MockResponse.Builder().code(503).setHeader("Retry-After", "7").build();
            case GRPC ->
                    grpc(
                            14,
                            Headers.of("grpc-status-details-bin", OtlpAnswerTest.retryInfo()),
                            new byte[0]);
        };
    }

    private static MockResponse grpc(int code, Headers more, byte[] message) {
        Buffer frame = new Buffer().writeByte(0).writeInt(message.length).write(message);
        return new MockResponse.Builder()
                .code(200)
                .setHeader("Content-Type", "application/grpc")
                .body(frame)
                .trailers(more.newBuilder().add("grpc-status", Integer.toString(code)).build())
                .build();
    }

    List<RecordedRequest> requests() {
        return requests;
    }

    RecordedRequest last() {
        return requests.getLast();
    }

    /** The last request's protobuf, out of compression and gRPC's frame. */
    byte[] lastMessage() throws IOException {
        InputStream body =
                new ByteArrayInputStream(Objects.requireNonNull(last().getBody()).toByteArray());
        boolean gzip = "gzip".equals(last().getHeaders().get("Content-Encoding"));
        if (protocol == OtlpProtocol.GRPC) {
            gzip = body.read() == 1;
            body.skipNBytes(4);
        }
        return (gzip ? new GZIPInputStream(body) : body).readAllBytes();
    }

    @Override
    public void close() {
        MockWebServer open = server;
        server = null;
        closing.countDown();
        closing = new CountDownLatch(1);
        if (open != null) {
            open.close();
        }
    }
}
