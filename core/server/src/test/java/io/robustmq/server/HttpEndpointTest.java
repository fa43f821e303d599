package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.prometheus.metrics.expositionformats.generated.Metrics;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.robustmq.placement.Role;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.AuditEvent;
import io.robustmq.telemetry.event.Latency;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.testkit.RecordingEvents;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpEndpointTest {
    private final HttpClient client = HttpClient.newHttpClient();
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Readiness readiness = new Readiness(Role.values());
    private final Latency latency = new Latency();
    private final RecordingEvents events = new RecordingEvents();
    @TempDir private static Path directory;

    private HttpEndpoint endpoint;

    @BeforeEach
    void open() throws IOException {
        endpoint =
                new HttpEndpoint(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        registry,
                        readiness,
                        AdminToken.in(directory, new SplittableRandom(1)),
                        events);
        registry.register(
                new LatencyHistogram("robustmq_x_seconds", "Help.", () -> List.of(latency)));
        endpoint.open();
    }

    @AfterEach
    void close() {
        endpoint.close();
        client.close();
    }

    @Test
    void whoever_has_no_token_is_refused_and_that_is_an_event() throws Exception {
        endpoint.add(HttpRoute.get("/api/v1/x", (to, watch) -> HttpAnswers.refuse(to, 200, "in")));
        assertThat(get("/api/v1/x").statusCode()).isEqualTo(401);
        assertThat(events.of(AuditEvent.AccessRefused.class))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.request()).isEqualTo("GET /api/v1/x");
                    assertThat(event.detail()).contains("Authorization: Bearer");
                    assertThat(event.admin().who()).isEqualTo("nobody");
                    assertThat(event.admin().outcome()).isEqualTo(Admin.Outcome.REFUSED);
                    assertThat(event.admin().remoteAddr()).matches("127\\.0\\.0\\.1:\\d+");
                });
        get("/health/live");
        assertThat(events.all()).hasSize(1);
    }

    @Test
    void it_is_live_while_it_runs() throws Exception {
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void it_is_ready_when_all_roles_are_and_says_what_it_waits_for_before() throws Exception {
        readiness.ready(Role.MQTT_SERVER);
        HttpResponse<String> waiting = get("/health/ready");
        assertThat(waiting.statusCode()).isEqualTo(503);
        assertThat(waiting.body())
                .isEqualTo(
                        "{\"status\":\"waiting\",\"waiting_for\":[\"placement-center\",\"journal-server\"]}\n");
        assertThat(waiting.headers().firstValue("Content-Type"))
                .hasValue("application/json; charset=utf-8");

        readiness.ready(Role.PLACEMENT_CENTER);
        readiness.ready(Role.JOURNAL_SERVER);
        HttpResponse<String> ready = get("/health/ready");
        assertThat(ready.statusCode()).isEqualTo(200);
        assertThat(ready.body()).isEqualTo("{\"status\":\"ready\",\"waiting_for\":[]}\n");

        readiness.stopped(Role.MQTT_SERVER);
        assertThat(get("/health/ready").body()).contains("[\"mqtt-server\"]");
    }

    @Test
    void metrics_are_prometheus_text_unless_open_metrics_is_asked_for() throws Exception {
        latency.record(1_000_000, 1);
        latency.example(1_000_000, new TraceContext(1, 2, 3, true, ""), 1_700_000_000_000L);

        HttpResponse<String> text = get("/metrics");
        assertThat(text.headers().firstValue("Content-Type"))
                .hasValueSatisfying(
                        type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
        assertThat(text.body()).contains("robustmq_x_seconds_count 1").doesNotContain("trace_id");

        HttpResponse<String> open = get("/metrics", "Accept", "application/openmetrics-text");
        assertThat(open.headers().firstValue("Content-Type"))
                .hasValueSatisfying(
                        type -> assertThat(type).startsWith("application/openmetrics-text"));
        assertThat(open.body())
                .contains("# {span_id=\"0000000000000003\"")
                .contains("trace_id=\"00000000000000010000000000000002\"")
                .endsWith("# EOF\n");
    }

    @Test
    void a_defect_while_collecting_is_an_error_that_says_so() throws Exception {
        registry.register(
                (Collector)
                        () -> {
                            throw new IllegalStateException("broken gauge");
                        });
        HttpResponse<String> answer = get("/metrics");
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).contains("broken gauge");
    }

    @Test
    void metrics_are_protobuf_with_both_kinds_of_histogram_if_that_is_asked_for() throws Exception {
        latency.record(1_000_000, 7);
        latency.example(1_000_000, new TraceContext(1, 2, 3, true, ""), 1_700_000_000_000L);
        // as Prometheus asks with native-histograms
        String accept =
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                        + "encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,"
                        + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        HttpResponse<InputStream> answer =
                client.send(
                        request("/metrics").header("Accept", accept).build(),
                        BodyHandlers.ofInputStream());
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type ->
                        assertThat(type)
                                .contains(
                                        "application/vnd.google.protobuf",
                                        "proto=io.prometheus.client.MetricFamily",
                                        "encoding=delimited"));
        Metrics.MetricFamily family = Metrics.MetricFamily.parseDelimitedFrom(answer.body());
        assertThat(family.getName()).isEqualTo("robustmq_x_seconds");
        Metrics.Histogram histogram = family.getMetric(0).getHistogram();
        assertThat(histogram.getSampleCount()).isEqualTo(7);
        assertThat(histogram.getSchema()).isEqualTo(3);
        assertThat(histogram.getPositiveDeltaList()).containsExactly(7L);
        assertThat(histogram.getBucketList())
                .filteredOn(bucket -> bucket.getUpperBound() == 0.001)
                .singleElement()
                .satisfies(bucket -> {
                    assertThat(bucket.getCumulativeCount()).isEqualTo(7);
                    assertThat(bucket.getExemplar().getLabelList())
                            .extracting(label -> label.getName())
                            .containsExactlyInAnyOrder("trace_id", "span_id");
                });
    }

    @Test
    void the_index_links_to_what_there_is() throws Exception {
        assertThat(get("/").body()).contains("/metrics", "/health/live", "/health/ready");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nothing", "/metrics/x", "/healthz", "/health"})
    void elsewhere_is_nothing_and_that_is_said(String path) throws Exception {
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("/metrics");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/metrics", "/health/ready"})
    void it_is_read_only(String path) throws Exception {
        HttpRequest post = request(path).POST(HttpRequest.BodyPublishers.ofString("x")).build();
        HttpResponse<String> answer = client.send(post, BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).hasValue("GET, HEAD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/metrics", "/health/live"})
    void head_gets_no_body(String path) throws Exception {
        HttpResponse<String> answer =
                client.send(request(path).HEAD().build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void clients_that_send_half_a_request_delay_nobody() throws Exception {
        List<Socket> halves = new ArrayList<>();
        try {
            for (int i = 0; i < 16; i++) {
                Socket half =
                        new Socket(
                                endpoint.localAddress().getAddress(),
                                endpoint.localAddress().getPort());
                halves.add(half);
                half.getOutputStream().write("GET /health".getBytes(StandardCharsets.US_ASCII));
            }
            // a request waits at most as long as this allows, not until the halves time out
            HttpRequest request = request("/health/live").timeout(Duration.ofSeconds(10)).build();
            assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        } finally {
            for (Socket half : halves) {
                half.close();
            }
        }
    }

    @Test
    void after_close_it_listens_no_more_and_closing_again_is_harmless() {
        InetSocketAddress address = endpoint.localAddress();
        endpoint.close();
        endpoint.close();
        assertThatThrownBy(() ->
                        client.send(
                                HttpRequest.newBuilder(
                                                URI.create("http://127.0.0.1:" + address.getPort()))
                                        .build(),
                                BodyHandlers.ofString()))
                .isInstanceOf(IOException.class);
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = request(path);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + endpoint.localAddress().getPort() + path));
    }
}
