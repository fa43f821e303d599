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
import java.util.Set;
import java.util.TreeSet;
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
    private static final String RULES = "robustmq.rules.yml";
    private static final String OBJECTIVES = "robustmq.slo.rules.yml";

    static Stream<Path> unitTests() throws IOException {
        return list(ALERTS.resolve("tests")).stream();
    }

    @Test
    void every_alert_has_a_runbook_and_unit_tests_and_says_who_is_called() throws IOException {
        assertThat(faults(ALERTS)).isEmpty();
    }

    /** In a running broker; those for Prometheus are seen in Alertmanager then. */
    @Test
    void every_alert_is_provoked() throws IOException {
        List<String> told = new ArrayList<>();
        told.addAll(StandaloneAlertsIT.PROVOKED);
        told.addAll(ClusterAlertsIT.PROVOKED);
        told.addAll(LokiRulesIT.PROVOKED);
        Set<String> names = new TreeSet<>();
        AlertRule.in(ALERTS).forEach(rule -> names.add(rule.name()));

        assertThat(told).containsExactlyInAnyOrderElementsOf(names);
    }

    @Test
    @NeedsPart(Part.PROMTOOL)
    void the_rules_are_rules() throws Exception {
        for (String file : List.of(RULES, OBJECTIVES)) {
            Promtool.Verdict verdict = Promtool.checkRules(ALERTS.resolve(file));

            assertThat(verdict.exitCode()).as(verdict.output()).isZero();
        }
    }

    @Test
    @NeedsPart(Part.PROMTOOL)
    void the_configuration_of_prometheus_is_one() throws Exception {
        Promtool.Verdict verdict = Promtool.checkConfig(ALERTS.resolve("prometheus.yml"));

        assertThat(verdict.exitCode()).as(verdict.output()).isZero();
        assertThat(verdict.output()).contains("2 rule files found");
    }

    @Test
    @NeedsPart(Part.AMTOOL)
    void the_configuration_of_alertmanager_is_one() throws Exception {
        Promtool.Verdict verdict = Promtool.checkAlertmanager(ALERTS.resolve("alertmanager.yml"));

        assertThat(verdict.exitCode()).as(verdict.output()).isZero();
        assertThat(verdict.output()).contains("6 inhibit rules", "2 receivers");
    }

    /** A name that is written wrongly would silence nothing, and nobody would know. */
    @Test
    void alertmanager_knows_the_alerts_by_their_names() throws IOException {
        Set<String> names = new TreeSet<>();
        AlertRule.in(ALERTS).forEach(rule -> names.add(rule.name()));
        Matcher named =
                Pattern.compile("alertname!?=~?\"([^\"]+)\"")
                        .matcher(Files.readString(ALERTS.resolve("alertmanager.yml")));
        List<String> asked =
                named.results().flatMap(n -> Stream.of(n.group(1).split("\\|"))).toList();

        assertThat(asked).hasSizeGreaterThan(5);
        assertThat(names).containsAll(asked);
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
                "EventLoopsLag;(0.9,;(0.5,",
                "EventLoopsLag;(0.9,;(0.95,",
                "EventLoopsLag;for: 5m;for: 4m",
                "NettyBuffersNearlyFull;> 0.9;> 0.89",
                "NettyBuffersNearlyFull;> 0.5;> 0.49",
                "NettyBuffersNearlyFull;for: 5m;for: 3m",
                "HeapNearlyFull;pool=~\".*(Old|Tenured) Gen|ZGC Old Generation\";pool!=\"none\"",
                "HeapNearlyFull;> 0.85;> 0.84",
                "FileDescriptorsNearlyUsed;> 0.8;>= 0.8",
                "ConnectionsNearLimit;> 0.8;> 0.9",
                "DiskFillsUp;4 * 3600;1 * 3600",
                "DiskFillsUp;4 * 3600;8 * 3600",
                "DiskFillsUp;and robustmq_disk_free_bytes < 0.4 * robustmq_disk_size_bytes;",
                "DiskFillsUp;and robustmq_disk_free_bytes offset 15m;",
                "NodeFlaps;>= 3;>= 2",
                "NodeFlaps;>= 6;>= 4",
                "NodeFlaps;[30m];[2h]",
                "AuthenticationFailures;> 1;> 0.5",
                "AuthenticationFailures;> 0.2 *;> 0.05 *",
                "AuthenticationFailures;for: 2m;for: 6m",
                "DeliverySloBurns;rate1h > 14.4;rate1h > 10",
                "DeliverySloBurns;rate5m > 14.4;rate5m > -1",
                "DeliverySloBurns;rate30m > 6;rate30m > 8",
                "DeliverySloBurns;rate3d > 1 *;rate3d > 3 *",
                "DeliverySloBurns;> 100;> 10",
                "AcknowledgementSloBurns;rate1h > 14.4;rate1h > 20",
                "AcknowledgementSloBurns;rate6h > 6;rate6h > 8",
                "AcknowledgementSloBurns;> 100;> 10",
                "SyncSloBurns;rate1h > 14.4;rate1h > 20",
                "SyncSloBurns;rate6h > 1 * 0.01;rate6h > 4 * 0.01",
                "SyncSloBurns;> 100;> 10",
                "ShippingSloBurns;late_ratio5m > 14.4;late_ratio5m > 200",
                "ShippingSloBurns;late_ratio1h > 14.4;late_ratio1h > 20",
            })
    @NeedsPart(Part.PROMTOOL)
    void a_changed_rule_fails_its_unit_tests(
            String alert, String from, String to, @TempDir Path folder) throws Exception {
        Path copy = copy(folder);
        AlertRule rule =
                AlertRule.in(copy).stream()
                        .filter(r -> r.name().equals(alert) && r.text().contains(from))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("no " + from + " in " + alert));
        String changed = rule.text().replace(from, to == null ? "" : to);
        Files.writeString(rule.file(), Files.readString(rule.file()).replace(rule.text(), changed));

        assertThat(Promtool.checkRules(rule.file()).exitCode()).isZero();
        assertThat(Promtool.testRules(copy.resolve("tests/" + alert + ".yml")).exitCode())
                .isNotZero();
    }

    /** What a recording rule says is held fast by the tests of the alerts that are made of it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '\0',
            value = {
                "DeliverySloBurns;delivery_latency_seconds_bucket{le=\"0.25\"}[1h];delivery_latency_seconds_bucket{le=\"0.25\"}[2h]",
                "AcknowledgementSloBurns;ack_latency_seconds_bucket{le=\"0.25\"}[5m];ack_latency_seconds_bucket{le=\"0.5\"}[5m]",
                "SyncSloBurns;sum by (job, instance)"
                        + " (rate(robustmq_journal_sync_seconds_count[1h]));sum by (job)"
                        + " (rate(robustmq_journal_sync_seconds_count[1h]))",
                "ShippingSloBurns;> bool 60;>= bool 60",
                "ShippingSloBurns;late[1h];late[30m]",
            })
    @NeedsPart(Part.PROMTOOL)
    void a_changed_recording_rule_fails_the_unit_tests_too(
            String alert, String from, String to, @TempDir Path folder) throws Exception {
        Path rules = copy(folder).resolve(OBJECTIVES);
        String sound = Files.readString(rules);
        assertThat(sound).contains(from);
        Files.writeString(rules, sound.replace(from, to));

        assertThat(Promtool.checkRules(rules).exitCode()).isZero();
        assertThat(Promtool.testRules(folder.resolve("tests/" + alert + ".yml")).exitCode())
                .isNotZero();
    }

    @Test
    void an_alert_without_what_it_needs_is_found(@TempDir Path folder) throws IOException {
        Path copy = copy(folder);
        Files.delete(copy.resolve("runbooks/SinkDown.md"));
        Files.delete(copy.resolve("tests/EventsDropped.yml"));
        Files.writeString(copy.resolve("runbooks/Gone.md"), "# Gone\n");
        change(copy.resolve(RULES), "runbooks/BrokerDown.md", "runbooks/Elsewhere.md");
        change(
                copy.resolve(RULES),
                "The sink {{ $labels.sink }} has failed",
                "The sink has failed");
        change(copy.resolve("robustmq.loki.yml"), "severity: ticket", "severity: maybe");
        change(copy.resolve(OBJECTIVES), "summary: \"The disk", "title: \"The disk");
        change(copy.resolve("tests/NodeFlaps.yml"), "exp_alerts: []", "");
        change(copy.resolve("tests/DeliverySloBurns.yml"), "severity: page", "severity: ticket");
        change(copy.resolve("tests/HeapNearlyFull.yml"), "            exp_annotations:", "");
        change(copy.resolve("runbooks/ClientDenied.md"), "## Over when", "## Or else");
        change(copy.resolve("README.md"), "| ReplicaLags |", "| ReplicaLaggs |");

        assertThat(faults(copy))
                .containsExactlyInAnyOrder(
                        "SinkDown has no runbooks/SinkDown.md",
                        "SinkDown has no value in its description",
                        "EventsDropped has no tests/EventsDropped.yml",
                        "BrokerDown has no runbook_url: alerts/runbooks/BrokerDown.md",
                        "ClientIdentifierShared has no severity page or ticket",
                        "ClientBreaksProtocol has no severity page or ticket",
                        "ClientDenied has no severity page or ticket",
                        "JournalRecordsCut has no severity page or ticket",
                        "SyncSloBurns has no summary",
                        "tests/NodeFlaps.yml never keeps it from firing",
                        "tests/DeliverySloBurns.yml does not make it fire as page",
                        "tests/HeapNearlyFull.yml does not say what it tells",
                        "ClientDenied's runbook has no ## Over when",
                        "ReplicaLags is not in README.md",
                        "no alert for runbooks/Gone.md");
    }

    private static void change(Path file, String from, String to) throws IOException {
        String sound = Files.readString(file);
        assertThat(sound).contains(from);
        Files.writeString(file, sound.replace(from, to));
    }

    private static List<String> faults(Path alerts) throws IOException {
        List<String> faults = new ArrayList<>();
        Set<String> names = new TreeSet<>();
        for (AlertRule rule : AlertRule.in(alerts)) {
            names.add(rule.name());
            faults.addAll(faultsOf(rule));
            faults.addAll(faultsOfRunbook(rule, alerts));
            if (!rule.isLokis()) {
                faults.addAll(faultsOfUnitTest(rule, alerts));
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
        return faults.stream().distinct().toList(); // one alert may be several rules
    }

    private static List<String> faultsOf(AlertRule rule) {
        List<String> faults = new ArrayList<>();
        String name = rule.name();
        if (!rule.annotation("runbook_url").equals("alerts/runbooks/" + name + ".md")) {
            faults.add(name + " has no runbook_url: alerts/runbooks/" + name + ".md");
        }
        if (!rule.severity().matches("page|ticket")) {
            faults.add(name + " has no severity page or ticket");
        }
        if (rule.expression().isEmpty()) {
            faults.add(name + " has no expr");
        }
        if (rule.annotation("summary").isEmpty()) {
            faults.add(name + " has no summary");
        }
        if (!rule.annotation("description").contains("{{")) {
            faults.add(name + " has no value in its description");
        }
        return faults;
    }

    private static List<String> faultsOfRunbook(AlertRule rule, Path alerts) throws IOException {
        String name = rule.name();
        List<String> faults = new ArrayList<>();
        Path file = alerts.resolve("runbooks/" + name + ".md");
        if (!Files.exists(file)) {
            return List.of(name + " has no runbooks/" + name + ".md");
        }
        String runbook = Files.readString(file);
        if (!runbook.startsWith("# " + name + "\n")) {
            faults.add(name + "'s runbook has another title");
        }
        for (String part : List.of("## Look", "## Over when")) {
            if (!runbook.contains("\n" + part + "\n")) {
                faults.add(name + "'s runbook has no " + part);
            }
        }
        String line = "| " + name + " | ";
        if (!Files.readString(alerts.resolve("README.md")).contains(line)) {
            faults.add(name + " is not in README.md");
        }
        return faults;
    }

    private static List<String> faultsOfUnitTest(AlertRule rule, Path alerts) throws IOException {
        List<String> faults = new ArrayList<>();
        String file = "tests/" + rule.name() + ".yml";
        if (!Files.exists(alerts.resolve(file))) {
            return List.of(rule.name() + " has no " + file);
        }
        String test = Files.readString(alerts.resolve(file));
        if (!test.contains("- ../" + rule.file().getFileName() + "\n")
                || !test.contains("alertname: " + rule.name() + "\n")) {
            faults.add(file + " does not test it");
        }
        if (!test.contains("severity: " + rule.severity() + "\n")) {
            faults.add(file + " does not make it fire as " + rule.severity());
        }
        if (!test.contains("exp_annotations:\n")) {
            faults.add(file + " does not say what it tells");
        }
        if (!test.contains("exp_alerts: []")) {
            faults.add(file + " never keeps it from firing");
        }
        return faults;
    }

    private static Path copy(Path to) throws IOException {
        for (String kind : List.of("tests", "runbooks")) {
            Files.createDirectory(to.resolve(kind));
            for (Path file : list(ALERTS.resolve(kind))) {
                Files.copy(file, to.resolve(kind).resolve(file.getFileName()));
            }
        }
        Files.copy(ALERTS.resolve("README.md"), to.resolve("README.md"));
        for (Path file : AlertRule.files(ALERTS)) {
            Files.copy(file, to.resolve(file.getFileName()));
        }
        return to;
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
