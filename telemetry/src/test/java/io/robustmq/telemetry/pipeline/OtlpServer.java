package io.robustmq.telemetry.pipeline;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An OTLP/HTTP collector that answers as the test says. It understands nothing of it. */
final class OtlpServer implements AutoCloseable {
    private static final int HANG = -1;

    private final int port;
    private final Map<String, AtomicInteger> accepted = new ConcurrentHashMap<>();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile int status = 200;
    private volatile String lastBody = "";
    private @Nullable HttpServer server;

    OtlpServer() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + port);
    }

    void open() throws IOException {
        HttpServer opened =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10);
        opened.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        opened.createContext("/", this::answer);
        opened.start();
        server = opened;
    }

    void answer(int with) {
        status = with;
    }

    void hang() {
        status = HANG;
    }

    int requests() {
        return requests.get();
    }

    /** What came last, taken or not; the texts in it can be read. */
    String lastBody() {
        return lastBody;
    }

    /** Batches taken, by path. */
    int accepted(String path) {
        AtomicInteger count = accepted.get(path);
        return count == null ? 0 : count.get();
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        int bytes = body.length;
        lastBody = new String(body, StandardCharsets.ISO_8859_1);
        requests.incrementAndGet();
        int with = status;
        while (status == HANG) {
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                return;
            }
            with = 200;
        }
        if (with == 200 && bytes > 0) {
            accepted.computeIfAbsent(
                            exchange.getRequestURI().getPath(), path -> new AtomicInteger())
                    .incrementAndGet();
        }
        exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
        exchange.sendResponseHeaders(with, -1);
        exchange.close();
    }

    @Override
    public void close() {
        HttpServer open = server;
        server = null;
        if (open != null) {
            open.stop(0);
        }
    }
}
