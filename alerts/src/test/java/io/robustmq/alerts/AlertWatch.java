package io.robustmq.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.testkit.Alertmanager;
import io.robustmq.testkit.Alertmanager.Alert;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.Prometheus;
import io.robustmq.testkit.Repository;
import io.robustmq.testkit.RobustMq;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A Prometheus and an Alertmanager with what is in {@code alerts/}. So that nobody waits for hours,
 * it scrapes and evaluates each second instead of each 15, and every {@code for}, range and offset
 * of the rules is a {@link #FASTER}th of what it is. What the expressions compare is as it is.
 */
final class AlertWatch implements AutoCloseable {
    /** A range of a minute still has several scrapes then. */
    private static final int FASTER = 20;

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Pattern TIMES =
            Pattern.compile("(?<=for: |\\[|offset )(\\d+)([smhd])(?=]|\\s|\\))");

    private final Alertmanager alertmanager;
    private final Prometheus prometheus;
    private final Provocation look;
    private final Map<String, Alert> seen = new ConcurrentSkipListMap<>();
    private final Set<String> inhibited = ConcurrentHashMap.newKeySet();

    private AlertWatch(Alertmanager alertmanager, Prometheus prometheus) {
        this.alertmanager = alertmanager;
        this.prometheus = prometheus;
        look = Provocation.again("look at Alertmanager", this::look);
    }

    static AlertWatch of(Collection<Integer> httpPorts, Path folder) throws Exception {
        Path alerts = Repository.root().resolve("alerts");
        Path faster = Files.createDirectories(folder.resolve("faster"));
        Files.copy(alerts.resolve("prometheus.yml"), faster.resolve("prometheus.yml"));
        for (Path rules : AlertRule.files(alerts)) {
            Files.writeString(faster.resolve(rules.getFileName()), faster(Files.readString(rules)));
        }
        Alertmanager told = Alertmanager.started(folder, alerts.resolve("alertmanager.yml"));
        try {
            return new AlertWatch(
                    told, Prometheus.telling(told, List.copyOf(httpPorts), folder, faster));
        } catch (Exception | AssertionError e) {
            told.close();
            throw e;
        }
    }

    private static String faster(String rules) {
        return TIMES.matcher(rules).replaceAll(AlertWatch::faster);
    }

    private static String faster(MatchResult time) {
        long seconds =
                Long.parseLong(time.group(1))
                        * switch (time.group(2)) {
                            case "s" -> 1;
                            case "m" -> 60;
                            case "h" -> 3_600;
                            default -> 86_400;
                        };
        return seconds * 1_000 / FASTER + "ms";
    }

    private boolean look() throws Exception {
        for (Alert alert : alertmanager.alerts()) {
            if (alert.inhibited()) {
                inhibited.add(alert.name());
            }
            seen.putIfAbsent(alert.labels().toString(), alert);
        }
        TimeUnit.MILLISECONDS.sleep(250);
        return true;
    }

    /** The values that a label of this alert has had. */
    Set<String> labels(String alert, String label) {
        return labels(seen.values().stream().filter(a -> a.name().equals(alert)).toList(), label);
    }

    private static Set<String> labels(Collection<Alert> alerts, String label) {
        return alerts.stream()
                .map(a -> a.labels().getOrDefault(label, ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Waits until Alertmanager has told of all of them, at different times if need be. */
    void await(Duration limit, Collection<String> names) throws Exception {
        await("alerts", limit, names, () -> labels(seen.values(), "alertname"));
    }

    /** Waits until an alert has had all these values of a label. */
    void awaitLabels(Duration limit, String alert, String label, String... values)
            throws Exception {
        await(alert, limit, List.of(values), () -> labels(alert, label));
    }

    /** Waits until each of them has been hidden by another one. */
    void awaitInhibited(Duration limit, String... names) throws Exception {
        await("inhibited", limit, List.of(names), () -> inhibited);
    }

    private void await(
            String what, Duration limit, Collection<String> wanted, Supplier<Set<String>> had)
            throws Exception {
        Await.until(
                what + " " + wanted,
                limit,
                () -> had.get().containsAll(wanted) ? Optional.of(true) : Optional.empty(),
                () -> had.get() + ", of " + String.join("\n", seen.keySet()));
    }

    /** Waits until Prometheus has scraped this process, and not the one before on its port. */
    void awaitScraped(RobustMq node) throws Exception {
        double started = node.metrics().sum("process_start_time_seconds");
        String query = "process_start_time_seconds{instance=\"127.0.0.1:" + node.httpPort() + "\"}";
        Await.untilTrue(
                "a scrape of " + node.httpPort(), LIMIT, () -> prometheus.value(query) == started);
    }

    /** That whoever was told of an alert knows how bad it is, of what, and what to do. */
    void assertThatAllSayWhatToDo() {
        for (Alert alert : seen.values()) {
            Map<String, String> said = alert.annotations();
            assertThat(alert.labels().get("severity")).isIn("page", "ticket");
            assertThat(said)
                    .containsEntry("runbook_url", "alerts/runbooks/" + alert.name() + ".md");
            for (String text : List.of("summary", "description")) {
                assertThat(said.get(text)).isNotBlank().doesNotContain("{{", "<no value>", "NaN");
            }
        }
    }

    @Override
    public void close() {
        try (alertmanager;
                prometheus) {
            look.close();
        }
    }
}
