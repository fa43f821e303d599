package io.robustmq.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A Prometheus server with the configuration of {@code alerts/}, but for the addresses of the nodes
 * and the intervals: it scrapes and evaluates every second.
 */
public final class Prometheus implements AutoCloseable {
    private static final int STEPS = 60;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path ALERTS = Repository.root().resolve("alerts");

    private static final Pattern RULE_FILE = Pattern.compile("- (\\S+\\.rules\\.yml)");

    private static final String ALERTMANAGER = "\"127.0.0.1:9093\"";
    private static final Pattern ALERTING = Pattern.compile("(?ms)^alerting:.*?\\n\\n");

    private final LocalServer server;

    private Prometheus(LocalServer server) {
        this.server = server;
    }

    public static Prometheus scraping(List<Integer> httpPorts, Path folder) throws Exception {
        return scraping(httpPorts, folder, ALERTS, "exemplar-storage", null);
    }

    /** One that tells an Alertmanager of its alerts. */
    public static Prometheus telling(
            Alertmanager alertmanager, List<Integer> httpPorts, Path folder) throws Exception {
        return telling(alertmanager, httpPorts, folder, ALERTS);
    }

    /** The same with the configuration and the rules of another folder than {@code alerts/}. */
    public static Prometheus telling(
            Alertmanager alertmanager, List<Integer> httpPorts, Path folder, Path alerts)
            throws Exception {
        return scraping(httpPorts, folder, alerts, "exemplar-storage", alertmanager);
    }

    /** One that asks for native histograms, which only protobuf has. */
    public static Prometheus withNativeHistograms(List<Integer> httpPorts, Path folder)
            throws Exception {
        return scraping(httpPorts, folder, ALERTS, "exemplar-storage,native-histograms", null);
    }

    private static Prometheus scraping(
            List<Integer> httpPorts,
            Path folder,
            Path alerts,
            String features,
            @Nullable Alertmanager alertmanager)
            throws Exception {
        String configuration =
                Files.readString(alerts.resolve("prometheus.yml"))
                        .replace(
                                "\"127.0.0.1:9091\"",
                                httpPorts.stream()
                                        .map(port -> "\"127.0.0.1:" + port + "\"")
                                        .collect(Collectors.joining(", ")))
                        .replace("15s", "1s");
        configuration =
                RULE_FILE
                        .matcher(configuration)
                        .replaceAll(rules -> "- " + alerts.resolve(rules.group(1)));
        configuration =
                alertmanager == null
                        ? ALERTING.matcher(configuration).replaceFirst("")
                        : configuration.replace(
                                ALERTMANAGER, "\"127.0.0.1:" + alertmanager.port() + "\"");
        Path file = Files.writeString(folder.resolve("prometheus.yml"), configuration);
        int port = FreePorts.one();
        ChildProcess process =
                ChildProcess.start(
                        "prometheus",
                        folder,
                        Map.of(),
                        List.of(
                                Part.PROMTOOL.program("prometheus").toString(),
                                "--config.file=" + file,
                                "--storage.tsdb.path=" + folder.resolve("tsdb"),
                                "--enable-feature=" + features,
                                "--web.listen-address=127.0.0.1:" + port));
        return new Prometheus(LocalServer.ready("Prometheus", port, process, "/-/ready"));
    }

    public String address() {
        return server.address();
    }

    /**
     * Evaluates a query now.
     *
     * @return the labels of each result
     * @throws AssertionError if Prometheus refuses the query
     */
    public List<Map<String, String>> results(String query)
            throws IOException, InterruptedException {
        List<Map<String, String>> results = new ArrayList<>();
        JsonNode data = get("/api/v1/query?query=" + encoded(query));
        if (!data.path("resultType").asText().equals("vector")) {
            throw new AssertionError(data.path("resultType") + " from " + query);
        }
        for (JsonNode result : data.path("result")) {
            results.add(labels(result.path("metric")));
        }
        return results;
    }

    /**
     * The labels of each series that has a number, not only NaN, since {@code from}, as a panel
     * over that time would show it.
     */
    public List<Map<String, String>> shown(String query, Instant from)
            throws IOException, InterruptedException {
        Instant now = Instant.now();
        long seconds = Math.max(1, Duration.between(from, now).toSeconds() / STEPS);
        List<Map<String, String>> shown = new ArrayList<>();
        JsonNode data =
                get(
                        "/api/v1/query_range?query=%s&start=%d&end=%d&step=%d"
                                .formatted(
                                        encoded(query),
                                        from.getEpochSecond(),
                                        now.getEpochSecond(),
                                        seconds));
        for (JsonNode series : data.path("result")) {
            for (JsonNode value : series.path("values")) {
                if (!value.path(1).asText().equals("NaN")) {
                    shown.add(labels(series.path("metric")));
                    break;
                }
            }
        }
        return shown;
    }

    /** The values of a label, among the series of a selector; of all series if that is empty. */
    public List<String> labelValues(String selector, String label)
            throws IOException, InterruptedException {
        String match = selector.isEmpty() ? "" : "?match[]=" + encoded(selector);
        List<String> values = new ArrayList<>();
        get("/api/v1/label/" + label + "/values" + match).forEach(v -> values.add(v.asText()));
        return values;
    }

    /** What a query that has one result, or none, evaluates to now; NaN if it has none. */
    public double value(String query) throws IOException, InterruptedException {
        JsonNode results = get("/api/v1/query?query=" + encoded(query)).path("result");
        if (results.size() > 1) {
            throw new AssertionError(results.size() + " results of " + query);
        }
        return results.isEmpty()
                ? Double.NaN
                : Double.parseDouble(results.path(0).path("value").path(1).asText());
    }

    /** The labels of every series that it has. */
    public List<Map<String, String>> series() throws IOException, InterruptedException {
        List<Map<String, String>> series = new ArrayList<>();
        for (JsonNode one : get("/api/v1/series?match[]=" + encoded("{__name__=~\".+\"}"))) {
            series.add(labels(one));
        }
        return series;
    }

    /** The labels of the exemplars of a selector. */
    public List<Map<String, String>> exemplars(String selector)
            throws IOException, InterruptedException {
        long now = System.currentTimeMillis() / 1000;
        List<Map<String, String>> exemplars = new ArrayList<>();
        JsonNode data =
                get(
                        "/api/v1/query_exemplars?query=%s&start=%d&end=%d"
                                .formatted(encoded(selector), now - 600, now + 60));
        for (JsonNode series : data) {
            for (JsonNode exemplar : series.path("exemplars")) {
                exemplars.add(labels(exemplar.path("labels")));
            }
        }
        return exemplars;
    }

    /** What it says of each alert rule: ok, err or unknown, by name. */
    public Map<String, String> ruleHealth() throws IOException, InterruptedException {
        Map<String, String> health = new TreeMap<>();
        for (JsonNode group : get("/api/v1/rules").path("groups")) {
            for (JsonNode rule : group.path("rules")) {
                health.put(rule.path("name").asText(), rule.path("health").asText());
            }
        }
        return health;
    }

    /** Names of the alerts that fire or are about to. */
    public List<String> alerts() throws IOException, InterruptedException {
        return get("/api/v1/alerts").path("alerts").findValuesAsText("alertname");
    }

    @Override
    public void close() {
        server.close();
    }

    public int port() {
        return server.port();
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        JsonNode answer = JSON.readTree(server.get(path.replace("[]", "%5B%5D")).body());
        if (!answer.path("status").asText().equals("success")) {
            throw new AssertionError(path + ": " + answer.path("error").asText());
        }
        return answer.path("data");
    }

    private static String encoded(String query) {
        return URLEncoder.encode(query, StandardCharsets.UTF_8);
    }

    private static Map<String, String> labels(JsonNode node) {
        Map<String, String> labels = new TreeMap<>();
        node.properties().forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        return labels;
    }
}
