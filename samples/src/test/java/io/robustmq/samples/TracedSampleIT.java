package io.robustmq.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.testkit.ChildProcess;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.OtelCollector;
import io.robustmq.testkit.OtlpSpan;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.Repository;
import io.robustmq.testkit.RobustMq;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The samples, by the commands that their page gives. */
class TracedSampleIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir private Path folder;

    @Test
    @NeedsPart(Part.OTEL_COLLECTOR)
    void publisher_broker_and_subscriber_are_one_trace() throws Exception {
        try (OtelCollector collector = OtelCollector.started(folder);
                RobustMq broker =
                        RobustMq.in(folder.resolve("broker"))
                                .otlp("grpc", collector.grpcPort())
                                .set("tracing.ratio", "0.0") // but what its publisher samples
                                .start()) {
            String endpoint = "http://127.0.0.1:" + collector.grpcPort();
            String traceId = exchange(broker, Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint));

            OtlpSpan published = span(collector, traceId, "sample-publisher", "publish meters/1");
            OtlpSpan routed = span(collector, traceId, "mqtt-broker", "publish");
            OtlpSpan delivered = span(collector, traceId, "mqtt-broker", "deliver");
            OtlpSpan processed = span(collector, traceId, "sample-subscriber", "process meters/1");
            assertThat(published.parentSpanId()).isEmpty();
            assertThat(routed.parentSpanId()).isEqualTo(published.spanId());
            assertThat(delivered.parentSpanId()).isEqualTo(routed.spanId());
            assertThat(processed.parentSpanId()).isEqualTo(delivered.spanId());
            assertThat(collector.spans()).extracting(OtlpSpan::traceId).containsOnly(traceId);
        }
    }

    /** Then the broker makes no spans either, and hands the publisher's context on. */
    @Test
    void without_a_collector_the_trace_id_is_printed_at_both_ends() throws Exception {
        try (RobustMq broker = RobustMq.in(folder).start()) {
            assertThat(exchange(broker, Map.of())).matches("[0-9a-f]{32}");
        }
    }

    @Test
    void the_page_of_the_samples_gives_these_commands() throws IOException {
        assertThat(Files.readString(Repository.root().resolve("samples/README.md")))
                .contains("\nsamples/run TracedSubscriber meters/#\n")
                .contains("\nsamples/run TracedPublisher meters/1 42\n");
    }

    /** Publishes one message to one subscriber; gives the trace id that both printed. */
    private static String exchange(RobustMq broker, Map<String, String> environment)
            throws Exception {
        try (ChildProcess subscriber =
                sample(broker, environment, "TracedSubscriber", "meters/#", "1")) {
            subscriber.awaitLine("its subscription", LIMIT, "subscribed to meters/#"::equals);
            try (ChildProcess publisher =
                    sample(broker, environment, "TracedPublisher", "meters/1", "42")) {
                assertThat(publisher.awaitExit(LIMIT)).isZero();
                String printed = publisher.stdout().getLast();
                String traceId = printed.substring(printed.lastIndexOf(' ') + 1);
                assertThat(printed).isEqualTo("published to meters/1, trace " + traceId);
                assertThat(subscriber.awaitExit(LIMIT)).isZero();
                assertThat(subscriber.stdout()).contains("meters/1 42, trace " + traceId);
                return traceId;
            }
        }
    }

    private static ChildProcess sample(
            RobustMq broker, Map<String, String> environment, String... sample) throws IOException {
        Map<String, String> all = new TreeMap<>(environment);
        all.put("MQTT_URL", "tcp://127.0.0.1:" + broker.mqttPort());
        List<String> command = new ArrayList<>();
        command.add(Repository.root().resolve("samples/run").toString());
        command.addAll(List.of(sample));
        return ChildProcess.start(sample[0], Repository.root(), all, command);
    }

    private static OtlpSpan span(
            OtelCollector collector, String traceId, String service, String name) throws Exception {
        return collector.awaitSpan(
                service + "'s " + name,
                span ->
                        span.traceId().equals(traceId)
                                && span.name().equals(name)
                                && service.equals(span.resource().get("service.name")));
    }
}
