package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever clients call themselves, nothing of it is in the metrics. */
class CardinalityTest {
    private static final int CLIENTS = 10_000;
    private static final int AT_ONCE = 8;
    private static final int LONGEST = 65_535;

    /** In every client id and topic, so that each of them would be found. */
    private static final String MARK = "0dd-";

    /** What a JVM has only when it has done something; nothing of ours. */
    private static final Pattern MAY_APPEAR =
            Pattern.compile(
                    "jvm_(gc|memory_pool|buffer_pool)_.*|jvm_threads_state\\{.*|robustmq_metrics_overflow_series\\{.*");

    private static final Pattern COMMENT = Pattern.compile("# (HELP|TYPE) [a-zA-Z_:][\\w:]* .+");
    private static final String LABEL = "[a-zA-Z_]\\w*=\"(?:[^\"\\\\]|\\\\[\"\\\\n])*+\"";
    private static final Pattern SERIES =
            Pattern.compile(
                    "(?<key>[a-zA-Z_:][\\w:]*(?:\\{"
                            + LABEL
                            + "(?:,"
                            + LABEL
                            + ")*+})?) (?<value>\\S+)");

    @TempDir private Path folder;

    @Test
    void no_client_id_makes_a_series() throws Exception {
        try (Standalone node =
                TestStandalone.in(
                        folder,
                        "metrics.client-classes=client=" + MARK + "sensor-* class=sensors")) {
            node.open();
            int port = TestStandalone.mqttPort(node);
            publishAs(port, MARK + "first");
            List<String> firstText = metrics(node);
            Set<String> before = series(firstText);

            long sensors = connectAll(port);
            List<String> text = metrics(node);
            Set<String> after = series(text);

            assertThat(text).noneMatch(line -> line.contains(MARK));
            assertThat(text)
                    .contains(
                            "robustmq_mqtt_class_publish_received_total{class=\"sensors\"} "
                                    + (double) sensors,
                            "robustmq_mqtt_class_publish_received_total{class=\"other\"} "
                                    + (double) (CLIENTS - sensors + 1));
            after.removeAll(before);
            assertThat(after).allMatch(key -> MAY_APPEAR.matcher(key).matches());
        }
    }

    /** How many of them were sensors. */
    private static long connectAll(int port) throws Exception {
        List<Future<?>> all = new ArrayList<>();
        long sensors = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            for (int i = 0; i < CLIENTS; i++) {
                String id = id(i);
                sensors += id.startsWith(MARK + "sensor-") ? 1 : 0;
                all.add(
                        threads.submit(() -> {
                            publishAs(port, id);
                            return null;
                        }));
            }
            for (Future<?> each : all) {
                Object unused = each.get();
            }
        }
        return sensors;
    }

    private static void publishAs(int port, String id) throws Exception {
        try (RawClient client = RawClient.connected(port, id, RawClient.Hello.PLAIN)) {
            client.publish(MARK + "topic/" + Math.abs(id.hashCode()), false, "x");
            client.disconnect();
        }
    }

    /** What would do harm, in one kind of text or another, if it were taken as it is. */
    private static String id(int i) {
        String unique = MARK + i;
        return switch (i % 12) {
            case 0 -> unique + "\"} 1";
            case 1 -> unique + "\\\",le=\"" + i + "\"} 1 # ";
            case 2 -> unique + "\\";
            case 3 -> unique + "客户端\uD83D\uDE80é\u0301";
            case 4 -> "/" + unique + "/+/#";
            case 5 -> "";
            case 6 -> "{class=\"" + unique + "\"}";
            case 7 -> "\u202E\u200B\u00A0 " + unique + " ";
            case 8 -> MARK + "sensor-" + i + "\"} 1";
            case 9 -> "# HELP robustmq_" + unique + " x";
            case 10 -> unique + "x".repeat(i % 1200 == 10 ? LONGEST - unique.length() : 300);
            default -> "overflow,class=" + unique;
        };
    }

    private static Set<String> series(List<String> text) {
        Set<String> keys = new TreeSet<>();
        for (String line : text) {
            Matcher series = SERIES.matcher(line);
            if (series.matches()) {
                assertThat(Double.parseDouble(number(series.group("value")))).as(line).isNotNull();
                assertThat(keys.add(series.group("key"))).as("once: " + line).isTrue();
            } else {
                assertThat(line).matches(COMMENT);
            }
        }
        assertThat(keys).hasSizeGreaterThan(100);
        return keys;
    }

    private static String number(String written) {
        return written.replace("Inf", "Infinity");
    }

    private static List<String> metrics(Standalone node) throws Exception {
        HttpResponse<String> answer =
                HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(
                                                URI.create(TestStandalone.url(node) + "/metrics"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body().lines().toList();
    }
}
