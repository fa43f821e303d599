package io.robustmq.stack;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.robustmq.stack.LogPipeline.Line;
import io.robustmq.stack.LogQl.Sample;
import io.robustmq.testkit.Repository;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Stands for Loki, which cannot be had where this runs: takes events as Loki's OTLP endpoint does,
 * with the labels that collectors/loki/loki.yaml says, and answers the queries of {@link LogQl} by
 * Loki's HTTP API. It is no proof that Loki does the same, but that all before it does as Loki's
 * documentation wants it.
 */
final class LokiStandIn implements AutoCloseable {
    /** What comes after that takes the place of the oldest. */
    private static final int MAX_ENTRIES = 200_000;

    private static final int MAX_STEPS = 11_000;
    private static final Pattern INDEX_LABEL =
            Pattern.compile("action: index_label\\s+attributes: \\[(.+)]");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Set<String> indexLabels;
    private final HttpServer http;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ConcurrentLinkedDeque<LogEntry> entries = new ConcurrentLinkedDeque<>();
    private final AtomicInteger count = new AtomicInteger();

    private LokiStandIn(Set<String> indexLabels, HttpServer http) {
        this.indexLabels = indexLabels;
        this.http = http;
    }

    static LokiStandIn started() throws IOException {
        Matcher labels =
                INDEX_LABEL.matcher(
                        Files.readString(Repository.root().resolve("collectors/loki/loki.yaml")));
        if (!labels.find()) {
            throw new IllegalStateException("collectors/loki/loki.yaml names no index labels");
        }
        HttpServer http =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        LokiStandIn started = new LokiStandIn(Set.of(labels.group(1).split("\\s*,\\s*")), http);
        http.createContext("/otlp/v1/logs", started::take);
        http.createContext("/loki/api/v1/", started::answer);
        http.createContext("/ready", exchange -> send(exchange, 200, "ready"));
        http.setExecutor(started.threads);
        http.start();
        return started;
    }

    int port() {
        return http.getAddress().getPort();
    }

    Collection<LogEntry> entries() {
        return entries;
    }

    /** Lines of the last time up to now; of a query for numbers nothing. */
    List<Line> lines(String query, Instant from) {
        return switch (LogQl.read(query)) {
            case LogQl.Lines lines -> lines.pipeline().run(entries, nanos(from), Long.MAX_VALUE);
            case LogQl.Numbers _ -> throw new IllegalArgumentException("no lines from " + query);
        };
    }

    /** The labels of each series of lines or numbers between then and now. */
    Set<Map<String, String>> shown(String query, Instant from, long stepSeconds) {
        Set<Map<String, String>> shown = new java.util.HashSet<>();
        switch (LogQl.read(query)) {
            case LogQl.Lines lines ->
                    lines.pipeline()
                            .run(entries, nanos(from), Long.MAX_VALUE)
                            .forEach(line -> shown.add(line.labels()));
            case LogQl.Numbers numbers ->
                    series(numbers, nanos(from), nanos(Instant.now()), stepSeconds * 1_000_000_000)
                            .forEach((labels, values) -> shown.add(labels));
        }
        return shown;
    }

    /** Of labels and metadata alike. */
    List<String> values(String label) {
        return entries.stream()
                .flatMap(entry -> Stream.of(entry.labels(), entry.metadata()))
                .filter(names -> names.containsKey(label))
                .map(names -> names.getOrDefault(label, ""))
                .distinct()
                .sorted()
                .toList();
    }

    @Override
    public void close() {
        http.stop(0);
        threads.close();
    }

    private void take(HttpExchange exchange) throws IOException {
        try (InputStream body = exchange.getRequestBody()) {
            boolean zipped =
                    "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
            byte[] request =
                    zipped ? new GZIPInputStream(body).readAllBytes() : body.readAllBytes();
            List<LogEntry> taken = OtlpLogs.read(request, indexLabels);
            entries.addAll(taken);
            count.addAndGet(taken.size());
            while (count.get() > MAX_ENTRIES) {
                entries.poll();
                count.decrementAndGet();
            }
            exchange.sendResponseHeaders(204, -1);
        } catch (IOException | RuntimeException e) {
            send(exchange, 400, "" + e.getMessage());
        } finally {
            exchange.close();
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath().substring("/loki/api/v1/".length());
        Map<String, String> parameters = parameters(exchange.getRequestURI().getRawQuery());
        ObjectNode answer = JSON.createObjectNode().put("status", "success");
        try {
            switch (path) {
                case "query_range", "query" ->
                        answer.set("data", query(parameters, path.equals("query")));
                case "labels" -> {
                    Set<String> names = new TreeSet<>();
                    entries.forEach(entry -> names.addAll(entry.labels().keySet()));
                    names.forEach(answer.putArray("data")::add);
                }
                default -> {
                    if (!path.startsWith("label/") || !path.endsWith("/values")) {
                        send(exchange, 404, "the stand-in for Loki does not know " + path);
                        return;
                    }
                    String label = path.substring(6, path.length() - 7);
                    values(label).forEach(answer.putArray("data")::add);
                }
            }
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            send(exchange, 200, answer.toString());
        } catch (IllegalArgumentException e) {
            send(exchange, 400, "" + e.getMessage());
        }
    }

    /** Times are numbers of nanoseconds or seconds. */
    private ObjectNode query(Map<String, String> parameters, boolean instant) {
        long end = time(parameters.getOrDefault(instant ? "time" : "end", ""), Instant.now());
        long start =
                instant
                        ? end
                        : time(
                                parameters.getOrDefault("start", ""),
                                Instant.now().minusSeconds(3600));
        ObjectNode data = JSON.createObjectNode();
        switch (LogQl.read(parameters.getOrDefault("query", ""))) {
            case LogQl.Lines lines -> {
                data.put("resultType", "streams");
                int limit = Integer.parseInt(parameters.getOrDefault("limit", "100"));
                streams(lines.pipeline().run(entries, start, end), limit, data.putArray("result"));
            }
            case LogQl.Numbers numbers -> {
                data.put("resultType", instant ? "vector" : "matrix");
                long step = step(parameters.getOrDefault("step", ""), end - start);
                numbers(series(numbers, start, end, step), instant, data.putArray("result"));
            }
        }
        return data;
    }

    private static void streams(List<Line> lines, int limit, ArrayNode result) {
        List<Line> latest =
                lines.stream()
                        .sorted(java.util.Comparator.comparingLong(Line::nanos).reversed())
                        .limit(limit)
                        .toList();
        Map<Map<String, String>, ArrayNode> streams = new LinkedHashMap<>();
        for (Line line : latest) {
            streams.computeIfAbsent(line.labels(), labels -> stream(result, "stream", labels))
                    .addArray()
                    .add("" + line.nanos())
                    .add(line.text());
        }
    }

    private static void numbers(
            Map<Map<String, String>, List<double[]>> series, boolean instant, ArrayNode result) {
        series.forEach((labels, values) -> {
            ArrayNode to = stream(result, "metric", labels);
            for (double[] value : values) {
                to.addArray().add(value[0]).add(Double.toString(value[1]));
            }
            if (instant) {
                ObjectNode one = (ObjectNode) result.get(result.size() - 1);
                one.set("value", to.get(0));
                one.remove("values");
            }
        });
    }

    private static ArrayNode stream(ArrayNode result, String name, Map<String, String> labels) {
        ObjectNode stream = result.addObject();
        labels.forEach(stream.putObject(name)::put);
        return stream.putArray("values");
    }

    private Map<Map<String, String>, List<double[]>> series(
            LogQl.Numbers numbers, long start, long end, long step) {
        Map<Map<String, String>, List<double[]>> series = new LinkedHashMap<>();
        if (step <= 0 || (end - start) / step > MAX_STEPS) {
            throw new IllegalArgumentException("more than " + MAX_STEPS + " steps");
        }
        List<LogEntry> all = new ArrayList<>(entries);
        for (long at = start; at <= end; at += step) {
            for (Sample sample : numbers.metric().at(at, all)) {
                series.computeIfAbsent(sample.labels(), labels -> new ArrayList<>())
                        .add(new double[] {at / 1e9, sample.value()});
            }
        }
        return series;
    }

    private static long step(String step, long range) {
        if (step.isEmpty()) {
            return Math.max(1_000_000_000, range / 250);
        }
        return LogPipeline.number(step).isPresent()
                ? (long) (Double.parseDouble(step) * 1e9)
                : LogQl.nanos(step);
    }

    private static long time(String time, Instant unless) {
        if (time.isEmpty()) {
            return nanos(unless);
        }
        double number = Double.parseDouble(time);
        return number > 1e15 ? Long.parseLong(time) : (long) (number * 1e9);
    }

    private static long nanos(Instant instant) {
        return Math.addExact(instant.getEpochSecond() * 1_000_000_000, instant.getNano());
    }

    private static Map<String, String> parameters(@org.jspecify.annotations.Nullable String query) {
        Map<String, String> parameters = new TreeMap<>();
        for (String pair : (query == null ? "" : query).split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parameters.put(
                        pair.substring(0, equals),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return parameters;
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
