package io.robustmq.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.exporter.common.PrometheusScrapeHandler;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.robustmq.telemetry.event.AuditEvent;
import io.robustmq.telemetry.event.Events;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /metrics}, {@code /health/live} and {@code /health/ready}, read only, to anybody
 * who reaches the port, and below {@code /api/} what is added, to who has the {@link AdminToken}.
 */
final class HttpEndpoint implements AutoCloseable {
    /** More connections than that are closed at once. */
    private static final int MAX_CONNECTIONS = 128;

    /** Seconds that a client may take to send a request, and to read the answer. */
    private static final int MAX_EXCHANGE_SECONDS = 30;

    private static final long CHECK_MILLIS = 500;

    private static final String INDEX =
            """
            <!doctype html><html lang="en"><title>RobustMQ</title><h1>RobustMQ</h1><ul>
            <li><a href="/metrics">/metrics</a> for Prometheus; if asked for, OpenMetrics with exemplars or protobuf with native histograms
            <li><a href="/health/live">/health/live</a> 200 while the process runs
            <li><a href="/health/ready">/health/ready</a> 200 when all roles take work, 503 before
            <li>/api/v1/ for who has the node's admin token
            </ul></html>
            """;

    private final InetSocketAddress listen;
    private final Readiness readiness;
    private final AdminToken admins;
    private final Events events;
    private final PrometheusScrapeHandler metrics;
    private final Map<String, HttpRoute> routes = new ConcurrentHashMap<>();

    /** Of the exchanges under way. */
    private final Set<HttpWatch> watches = ConcurrentHashMap.newKeySet();

    private @Nullable HttpServer server;
    private @Nullable ExecutorService threads;
    private @Nullable ScheduledExecutorService timer;

    HttpEndpoint(
            InetSocketAddress listen,
            PrometheusRegistry registry,
            Readiness readiness,
            AdminToken admins,
            Events events) {
        this.listen = listen;
        this.readiness = readiness;
        this.admins = admins;
        this.events = events;
        this.metrics = new PrometheusScrapeHandler(registry);
    }

    /** From now on; in place of what answered on its path before. */
    void add(HttpRoute route) {
        routes.put(route.path(), route);
    }

    void open() throws IOException {
        // the JDK's server takes its limits from nowhere else; the limit on an answer is ours
        System.setProperty("jdk.httpserver.maxConnections", "" + MAX_CONNECTIONS);
        System.setProperty("sun.net.httpserver.maxReqTime", "" + MAX_EXCHANGE_SECONDS);
        add(HttpRoute.get("/", (to, watch) -> HttpAnswers.send(to, 200, "text/html", INDEX)));
        add(
                HttpRoute.get(
                        "/metrics",
                        (to, watch) -> {
                            try (ScrapeExchange scrape = new ScrapeExchange(to)) {
                                metrics.handleRequest(scrape);
                            }
                        }));
        add(
                HttpRoute.get(
                        "/health/live",
                        (to, watch) ->
                                HttpAnswers.send(
                                        to, 200, "application/json", "{\"status\":\"live\"}\n")));
        add(
                HttpRoute.get(
                        "/health/ready",
                        (to, watch) -> {
                            boolean ready = readiness.waitingFor().isEmpty();
                            HttpAnswers.send(
                                    to, ready ? 200 : 503, "application/json", readyJson());
                        }));
        HttpServer created = HttpServer.create(listen, 0);
        ScheduledExecutorService watching =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("http-watch").factory());
        var unused =
                watching.scheduleAtFixedRate(
                        this::checkAll, CHECK_MILLIS, CHECK_MILLIS, TimeUnit.MILLISECONDS);
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
        timer = watching;
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
        ScheduledExecutorService watching = timer;
        if (watching != null) {
            watching.shutdownNow();
            timer = null;
        }
    }

    private void checkAll() {
        long now = System.nanoTime();
        watches.forEach(watch -> watch.check(now));
    }

    private void answer(HttpExchange exchange) throws IOException {
        HttpWatch watch = new HttpWatch(Thread.currentThread());
        watch.allow(TimeUnit.SECONDS.toNanos(MAX_EXCHANGE_SECONDS));
        watches.add(watch);
        try {
            answer(exchange, watch);
        } finally {
            watches.remove(watch);
        }
    }

    private void answer(HttpExchange exchange, HttpWatch watch) throws IOException {
        HttpRoute route = route(exchange.getRequestURI().getPath());
        if (route == null) {
            HttpAnswers.send(
                    exchange,
                    404,
                    "text/plain",
                    "nothing here; there is "
                            + String.join(", ", new TreeSet<>(routes.keySet()))
                            + "\n");
        } else if (!route.takes(exchange.getRequestMethod())) {
            exchange.getResponseHeaders().set("Allow", route.allowed());
            HttpAnswers.send(exchange, 405, "text/plain", "only " + route.allowed() + " here\n");
        } else if (!route.isForAdmins() || isAdmin(exchange)) {
            route.answer().to(exchange, watch);
        }
    }

    private @Nullable HttpRoute route(String path) {
        HttpRoute exact = routes.get(path);
        if (exact != null) {
            return exact;
        }
        for (HttpRoute each : routes.values()) {
            if (each.isForBelow() && path.startsWith(each.path())) {
                return each;
            }
        }
        return null;
    }

    /** False if it was refused. */
    private boolean isAdmin(HttpExchange exchange) throws IOException {
        String refusal = admins.refusal(exchange.getRequestHeaders().getFirst("Authorization"));
        if (refusal != null) {
            String path = exchange.getRequestURI().getPath();
            events.emit(
                    new AuditEvent.AccessRefused(
                            AdminRequest.admin(exchange, "nobody").refused(),
                            exchange.getRequestMethod() + " " + path,
                            refusal));
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
            HttpAnswers.refuse(exchange, 401, refusal);
        }
        return refusal == null;
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
}
