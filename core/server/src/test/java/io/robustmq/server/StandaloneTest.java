package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.Promtool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
import org.junit.jupiter.params.provider.ValueSource;

class StandaloneTest {
    @TempDir Path folder;

    @Test
    @NeedsPart(Part.PROMTOOL)
    void a_fresh_node_has_every_metric_at_its_beginning_and_promtool_is_silent() throws Exception {
        try (Standalone node = node()) {
            node.open();
            String metrics = get(node, "/metrics").body();
            assertThat(metrics.lines()).containsAll(expectedSeries());
            Promtool.Verdict verdict = Promtool.checkMetrics(metrics);
            assertThat(verdict.output()).isEmpty();
            assertThat(verdict.exitCode()).isZero();
        }
    }

    @Test
    void an_open_node_is_ready_registered_and_tells_the_order_of_its_start_and_stop()
            throws Exception {
        try (Standalone node = node()) {
            node.open();
            assertThat(get(node, "/health/ready").statusCode()).isEqualTo(200);
            assertThat(node.announcement())
                    .startsWith("RobustMQ 0.0.0 ready in ")
                    .contains("mqtt://127.0.0.1:", "/metrics", folder.resolve("data").toString());
            node.close();
            node.close();
        }
        assertThat(events())
                .containsSubsequence(
                        "placement.config_loaded",
                        "placement.http_started",
                        "placement.role_starting",
                        "placement.role_ready",
                        "placement.node_registered",
                        "placement.node_ready",
                        "placement.node_stopping",
                        "placement.node_removed",
                        "placement.role_stopped",
                        "pipeline.stopping")
                .doesNotContain("placement.start_failed");
        assertThat(events().stream().filter("placement.role_ready"::equals)).hasSize(3);
        assertThat(events().stream().filter("placement.role_stopped"::equals)).hasSize(3);
        assertThat(events()).doesNotContain("authentication.anonymous_allowed");
    }

    @Test
    void a_stopped_node_can_start_again_on_its_data() throws Exception {
        for (int start = 0; start < 2; start++) {
            try (Standalone node = node()) {
                node.open();
            }
        }
        assertThat(events().stream().filter("placement.node_ready"::equals)).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqtt.listen", "http.listen"})
    void a_port_in_use_stops_the_start_and_the_line_names_address_and_key(String key)
            throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            Standalone node = node(key + "=" + address);
            StartFailure failure = catchThrowableOfType(StartFailure.class, node::open);
            assertThat(failure.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
            assertThat(failure)
                    .hasMessage(
                            "cannot listen on %s: the port is in use; stop what listens there, or set %s",
                            address, key);
        }
        assertThat(events())
                .contains("placement.start_failed")
                .doesNotContain("placement.node_ready");
        // nothing is left open: the same data can be used at once
        try (Standalone next = node()) {
            next.open();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqtt.listen", "http.listen"})
    void an_address_of_no_interface_stops_the_start(String key) {
        // 192.0.2.0/24 is for documentation (RFC 5737): nobody has it
        Standalone node = node(key + "=192.0.2.1:0");
        StartFailure failure = catchThrowableOfType(StartFailure.class, node::open);
        assertThat(failure.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(failure)
                .hasMessage(
                        "cannot listen on 192.0.2.1:0: no network interface has this address; set %s",
                        key);
    }

    @Test
    void an_unknown_host_stops_the_start() {
        Standalone node = node("mqtt.listen=no-such-host.invalid:0");
        StartFailure failure = catchThrowableOfType(StartFailure.class, node::open);
        assertThat(failure.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(failure).hasMessage("mqtt.listen no-such-host.invalid:0: unknown host");
    }

    @Test
    void a_data_directory_that_another_has_stops_the_start_before_its_log_files_are_touched()
            throws Exception {
        try (Standalone first = node()) {
            first.open();
            StartFailure failure = catchThrowableOfType(StartFailure.class, () -> node().open());
            assertThat(failure.exitCode()).isEqualTo(ExitCode.CANNOT_CREATE);
            assertThat(failure)
                    .hasMessage(
                            "data.directory %s is in use by another process; stop it, or set data.directory to another folder",
                            folder.resolve("data"));
        }
        assertThat(events()).doesNotContain("placement.start_failed");
    }

    @Test
    void a_data_directory_that_cannot_be_made_stops_the_start() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        Standalone node = node("data.directory=" + file.resolve("data"));
        StartFailure failure = catchThrowableOfType(StartFailure.class, node::open);
        assertThat(failure.exitCode()).isEqualTo(ExitCode.CANNOT_CREATE);
        assertThat(failure.getMessage())
                .startsWith("data.directory " + file.resolve("data") + " cannot be used: ")
                .contains(file.toString())
                .endsWith("set data.directory to a folder that this user can write to");
    }

    @Test
    void a_log_directory_that_cannot_be_made_stops_the_start() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        Standalone node = node("sinks.file.directory=" + file);
        StartFailure failure = catchThrowableOfType(StartFailure.class, node::open);
        assertThat(failure.exitCode()).isEqualTo(ExitCode.CANNOT_CREATE);
        assertThat(failure.getMessage())
                .startsWith("sinks.file.directory " + file + " cannot be used: ");
    }

    private Standalone node(String... settings) {
        List<String> all =
                new ArrayList<>(List.of("sinks.file.directory=" + folder.resolve("logs")));
        all.addAll(List.of(settings));
        return TestStandalone.in(folder.resolve("data"), all.toArray(String[]::new));
    }

    private static HttpResponse<String> get(Standalone node, String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(TestStandalone.url(node) + path)).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    /** The names of the events in the log files, in order. */
    private List<String> events() throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder.resolve("logs"))) {
            for (Path file : files.sorted().toList()) {
                Matcher name =
                        Pattern.compile("\"event\":\"([^\"]+)\"").matcher(Files.readString(file));
                while (name.find()) {
                    names.add(name.group(1));
                }
            }
        }
        return names;
    }

    /** What the contract with dashboards and alerts promises, before the first client. */
    private static List<String> expectedSeries() {
        List<String> series = new ArrayList<>();
        for (String name :
                List.of(
                        "robustmq_mqtt_connections",
                        "robustmq_mqtt_subscriptions",
                        "robustmq_mqtt_retained_messages",
                        "robustmq_mqtt_retained_bytes",
                        "robustmq_mqtt_queued_messages",
                        "robustmq_mqtt_queued_bytes",
                        "robustmq_mqtt_publish_received_bytes_total",
                        "robustmq_mqtt_delivered_bytes_total",
                        "robustmq_mqtt_network_received_bytes_total",
                        "robustmq_mqtt_network_sent_bytes_total",
                        "robustmq_mqtt_slow_consumers")) {
            series.add(name + " 0.0");
        }
        labelled(
                series,
                "robustmq_mqtt_connections_accepted_total",
                "version",
                "mqtt/3.1.1",
                "mqtt/5.0");
        labelled(
                series,
                "robustmq_mqtt_connections_refused_total",
                "reason_code",
                "128",
                "132",
                "133",
                "134",
                "135",
                "136",
                "137",
                "149");
        labelled(
                series,
                "robustmq_mqtt_connections_closed_total",
                "ending",
                "client_disconnect",
                "peer_closed",
                "keep_alive_timeout",
                "protocol_error",
                "refused",
                "taken_over",
                "server_shutdown",
                "io_error");
        labelled(series, "robustmq_mqtt_sessions", "state", "connected", "offline");
        labelled(series, "robustmq_mqtt_publish_received_total", "qos", "0", "1", "2");
        labelled(series, "robustmq_mqtt_delivered_total", "qos", "0", "1", "2");
        labelled(
                series,
                "robustmq_mqtt_dropped_total",
                "reason",
                "slow_consumer",
                "queue_full",
                "expired",
                "packet_too_large",
                "session_ended");
        labelled(
                series,
                "robustmq_mqtt_schema_violations_total",
                "violation",
                "not_json",
                "too_large",
                "mismatch",
                "uncheckable");
        labelled(series, "robustmq_mqtt_authentications_total", "outcome", "succeeded", "failed");
        for (int qos = 0; qos <= 2; qos++) {
            series.add("robustmq_mqtt_delivery_latency_seconds_count{qos=\"" + qos + "\"} 0");
            series.add(
                    "robustmq_mqtt_delivery_latency_seconds_bucket{qos=\""
                            + qos
                            + "\",le=\"+Inf\"} 0");
        }
        for (int qos = 1; qos <= 2; qos++) {
            series.add("robustmq_mqtt_publish_ack_latency_seconds_count{qos=\"" + qos + "\"} 0");
        }
        for (String pair :
                List.of(
                        "reason_code=\"135\",type=\"connack\"",
                        "reason_code=\"16\",type=\"puback\"",
                        "reason_code=\"2\",type=\"suback\"",
                        "reason_code=\"142\",type=\"disconnect\"")) {
            series.add("robustmq_mqtt_reason_codes_sent_total{" + pair + "} 0.0");
        }
        series.add("robustmq_mqtt_connections_max 100000.0");
        series.add("robustmq_journal_recovered_records 0.0");
        series.add("robustmq_journal_appends_total 5.0"); // a new member's four, the registration
        series.add("robustmq_placement_revision 1.0");
        series.add("robustmq_placement_nodes 1.0");
        for (String role : List.of("placement-center", "journal-server", "mqtt-server")) {
            series.add("robustmq_role_ready{role=\"" + role + "\"} 1.0");
        }
        series.add(
                "robustmq_build_info{java_version=\""
                        + Runtime.version()
                        + "\",version=\"0.0.0\"} 1");
        return series;
    }

    private static void labelled(List<String> series, String name, String label, String... values) {
        for (String value : values) {
            series.add(name + "{" + label + "=\"" + value + "\"} 0.0");
        }
    }
}
