package io.robustmq.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.exporter.common.PrometheusScrapeHandler;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /metrics}, {@code /health/live} and {@code /health/ready}, read only, to anybody
 * who reaches the port.
 */
final class HttpEndpoint implements AutoCloseable {
    /** More connections than that are closed at once. */
    private static final int MAX_CONNECTIONS = 128;

    /** Seconds that a client may take to send a request, and to read the answer. */
    private static final int MAX_EXCHANGE_SECONDS = 30;

    private static final String INDEX =
            """
            <!doctype html><html lang="en"><title>RobustMQ</title><h1>RobustMQ</h1><ul>
            <li><a href="/metrics">/metrics</a> for Prometheus; OpenMetrics with exemplars if asked for
            <li><a href="/health/live">/health/live</a> 200 while the process runs
            <li><a href="/health/ready">/health/ready</a> 200 when all roles take work, 503 before
            </ul></html>
            """;

    private final InetSocketAddress listen;
    private final Readiness readiness;
    private final PrometheusScrapeHandler metrics;
    private @Nullable HttpServer server;
    private @Nullable ExecutorService threads;

    HttpEndpoint(InetSocketAddress listen, PrometheusRegistry registry, Readiness readiness) {
        this.listen = listen;
        this.readiness = readiness;
        this.metrics = new PrometheusScrapeHandler(registry);
    }

    void open() throws IOException {
        // the JDK's server takes its limits from nowhere else
        System.setProperty("jdk.httpserver.maxConnections", "" + MAX_CONNECTIONS);
        System.setProperty("sun.net.httpserver.maxReqTime", "" + MAX_EXCHANGE_SECONDS);
        System.setProperty("sun.net.httpserver.maxRspTime", "" + MAX_EXCHANGE_SECONDS);
        HttpServer created = HttpServer.create(listen, 0);
        created.createContext("/", this::answer);
        // One thread for each exchange, so that a client that sends or reads slowly delays nobody
        // else;
        // bounded by MAX_CONNECTIONS, as a connection has one exchange at a time.
        ExecutorService pool =
                Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http-", 0).factory());
        created.setExecutor(pool);
        created.start();
        server = created;
        threads = pool;
    }

    /** With the port in force. */
    InetSocketAddress localAddress() {
        HttpServer open = server;
        if (open == null) {
            throw new IllegalStateException("not open");
        }
        return open.getAddress();
    }

    @Override
    public void close() {
        HttpServer open = server;
        if (open != null) {
            open.stop(0);
            server = null;
        }
        ExecutorService pool = threads;
        if (pool != null) {
            pool.shutdownNow();
            threads = null;
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            send(exchange, 405, "text/plain", "only GET and HEAD here\n");
            return;
        }
        switch (exchange.getRequestURI().getPath()) {
            case "/" -> send(exchange, 200, "text/html", INDEX);
            case "/metrics" -> {
                try (ScrapeExchange scrape = new ScrapeExchange(exchange)) {
                    metrics.handleRequest(scrape);
                }
            }
            case "/health/live" ->
                    send(exchange, 200, "application/json", "{\"status\":\"live\"}\n");
            case "/health/ready" -> {
                boolean ready = readiness.waitingFor().isEmpty();
                send(exchange, ready ? 200 : 503, "application/json", readyJson());
            }
            case String unknown ->
                    send(
                            exchange,
                            404,
                            "text/plain",
                            "nothing here; there is /metrics, /health/live and /health/ready\n");
        }
    }

    private String readyJson() {
        String waiting =
                readiness.waitingFor().stream()
                        .map(role -> '"' + role.command() + '"')
                        .collect(Collectors.joining(","));
        return "{\"status\":\""
                + (waiting.isEmpty() ? "ready" : "waiting")
                + "\",\"waiting_for\":["
                + waiting
                + "]}\n";
    }

    private static void send(HttpExchange exchange, int status, String type, String text)
            throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        try (exchange) {
            exchange.sendResponseHeaders(status, head ? -1 : body.length);
            if (!head) {
                try (OutputStream out = exchange.getResponseBody()) {
                    out.write(body);
                }
            }
        }
    }
}
