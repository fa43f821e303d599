package io.robustmq.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.Promtool;
import io.robustmq.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AlertsTest {
    private static final Path ALERTS = Repository.root().resolve("alerts");
    private static final Pattern ALERT = Pattern.compile("(?m)^ *- alert: (\\w+)$");

    static Stream<Path> unitTests() throws IOException {
        return list(ALERTS.resolve("tests")).stream();
    }

    @Test
    void every_alert_has_a_runbook_and_unit_tests_and_says_who_is_called() throws IOException {
        assertThat(faults(ALERTS)).isEmpty();
    }

    @Test
    @NeedsPart(Part.PROMTOOL)
    void the_rules_are_rules() throws Exception {
        Promtool.Verdict verdict = Promtool.checkRules(rules(ALERTS));

        assertThat(verdict.exitCode()).as(verdict.output()).isZero();
    }

    @ParameterizedTest
    @MethodSource("unitTests")
    @NeedsPart(Part.PROMTOOL)
    void the_unit_tests_of_the_alerts_hold(Path unitTest) throws Exception {
        Promtool.Verdict verdict = Promtool.testRules(unitTest);

        assertThat(verdict.exitCode()).as(verdict.output()).isZero();
    }

    /** The limits, times and labels of the rules are what the unit tests hold fast. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '\0',
            value = {
                "HighErrorRate;> 0.01;> 0.02",
                "HighErrorRate;> 0.01;>= 0.01",
                "HighErrorRate;for: 2m;for: 1m",
                "HighErrorRate;for: 2m;for: 3m",
                "HighErrorRate;level=\"error\";level=\"err\"",
                "HighErrorRate;(job, instance, service);(job, instance)",
                "HighErrorRate;[1m];[5m]",
                "BrokerDown;or absent(up{job=\"robustmq\"});",
                "BrokerDown;for: 1m;for: 30s",
                "SinkDown;sink_up == 0;sink_up == 1",
                "SinkDown;for: 2m;for: 1m",
                "EventsDropped;[5m];[1h]",
                "EventsDropped;[5m]) > 0;[5m]) > 50",
                "MetricsCardinalityOverflow;> 0;> 5",
                "MetricsCardinalityOverflow;> 0;>= 0",
                "MetricsCardinalityOverflow;for: 5m;for: 4m",
                "MetricsCardinalityOverflow;for: 5m;for: 6m",
                "MessagesDropped;slow_consumer|;",
                "MessagesDropped;slow_consumer|;expired|slow_consumer|",
                "MessagesDropped;for: 5m;for: 1m",
                "CertificateExpires;14 * 86400;15 * 86400",
                "CertificateExpires;14 * 86400;13 * 86400",
                "PlacementWithoutLeader;max by;min by",
                "PlacementWithoutLeader;for: 30s;for: 20s",
                "NodeExpired;[5m];[15m]",
                "NodeExpired;increase(robustmq_placement_nodes_expired_total[5m]);robustmq_placement_nodes_expired_total",
                "HomeNotServed;for: 30s;for: 20s",
                "HomeNotServed;for: 30s;for: 40s",
                "ShardUnderReplicated;for: 20m;for: 15m",
                "ShardUnderReplicated;for: 20m;for: 25m",
                "ReplicaLags;> 10000;>= 10000",
                "ReplicaLags;for: 5m;for: 4m",
                "LogWithoutQuorum;for: 15s;for: 5s",
                "LogWithoutQuorum;(job, shard);(job)",
                "PeerLinkDown;robustmq_homes - 1;robustmq_homes",
                "PeerLinkDown;for: 2m;for: 1m",
                "PeerQueueGrows;and deriv(robustmq_mqtt_peer_queued_messages[5m]) > 0;",
                "PeerQueueGrows;> 10000;> 1000",
            })
    @NeedsPart(Part.PROMTOOL)
    void a_changed_rule_fails_its_unit_tests(
            String alert, String from, String to, @TempDir Path folder) throws Exception {
        Path copy = copy(folder);
        String rules = Files.readString(rules(copy));
        int start = rules.indexOf("alert: " + alert);
        int next = rules.indexOf("- alert:", start);
        int end = next < 0 ? rules.length() : next;
        String rule = rules.substring(start, end);
        assertThat(rule).contains(from);
        String changed = rule.replace(from, to == null ? "" : to);
        Files.writeString(rules(copy), rules.substring(0, start) + changed + rules.substring(end));

        assertThat(Promtool.checkRules(rules(copy)).exitCode()).isZero();
        assertThat(Promtool.testRules(copy.resolve("tests/" + alert + ".yml")).exitCode())
                .isNotZero();
    }

    @Test
    void an_alert_without_runbook_or_tests_is_found(@TempDir Path folder) throws IOException {
        Path copy = copy(folder);
        Files.delete(copy.resolve("runbooks/SinkDown.md"));
        Files.delete(copy.resolve("tests/EventsDropped.yml"));
        Files.writeString(copy.resolve("runbooks/Gone.md"), "# Gone\n");
        String rules = Files.readString(rules(copy));
        Files.writeString(
                rules(copy),
                rules.replace("runbooks/BrokerDown.md", "runbooks/Elsewhere.md")
                        .replaceFirst("severity: ticket", "severity: maybe"));

        assertThat(faults(copy))
                .containsExactlyInAnyOrder(
                        "SinkDown has no runbooks/SinkDown.md",
                        "SinkDown has no severity page or ticket",
                        "EventsDropped has no tests/EventsDropped.yml",
                        "BrokerDown has no runbook_url: alerts/runbooks/BrokerDown.md",
                        "no alert for runbooks/Gone.md");
    }

    private static List<String> faults(Path alerts) throws IOException {
        List<String> faults = new ArrayList<>();
        String rules = Files.readString(rules(alerts));
        List<String> names = new ArrayList<>();
        for (String rule : rules.split("(?m)(?=^ *- alert: )")) {
            Matcher alert = ALERT.matcher(rule);
            if (alert.find()) {
                names.add(alert.group(1));
                faults.addAll(faultsOf(alert.group(1), rule, alerts));
            }
        }
        for (String kind : List.of("runbooks", "tests")) {
            for (Path file : list(alerts.resolve(kind))) {
                String name = file.getFileName().toString();
                if (!names.contains(name.substring(0, name.indexOf('.')))) {
                    faults.add("no alert for " + kind + "/" + name);
                }
            }
        }
        return faults;
    }

    private static List<String> faultsOf(String name, String rule, Path alerts) throws IOException {
        List<String> faults = new ArrayList<>();
        Path runbook = alerts.resolve("runbooks/" + name + ".md");
        if (!Files.exists(runbook)) {
            faults.add(name + " has no runbooks/" + name + ".md");
        } else if (!Files.readString(runbook).startsWith("# " + name + "\n")) {
            faults.add(name + "'s runbook has another title");
        }
        Path unitTest = alerts.resolve("tests/" + name + ".yml");
        if (!Files.exists(unitTest)) {
            faults.add(name + " has no tests/" + name + ".yml");
        } else if (!Files.readString(unitTest).contains("alertname: " + name + "\n")) {
            faults.add("tests/" + name + ".yml does not test it");
        }
        if (!rule.contains("runbook_url: alerts/runbooks/" + name + ".md\n")) {
            faults.add(name + " has no runbook_url: alerts/runbooks/" + name + ".md");
        }
        if (!rule.matches("(?s).*severity: (page|ticket)\n.*")) {
            faults.add(name + " has no severity page or ticket");
        }
        for (String annotation : List.of("summary", "description")) {
            if (!rule.contains(annotation + ": ")) {
                faults.add(name + " has no " + annotation);
            }
        }
        return faults;
    }

    private static Path rules(Path alerts) {
        return alerts.resolve("robustmq.rules.yml");
    }

    private static Path copy(Path to) throws IOException {
        for (String kind : List.of("tests", "runbooks")) {
            Files.createDirectory(to.resolve(kind));
            for (Path file : list(ALERTS.resolve(kind))) {
                Files.copy(file, to.resolve(kind).resolve(file.getFileName()));
            }
        }
        Files.copy(rules(ALERTS), rules(to));
        return to;
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
