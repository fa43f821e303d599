package io.robustmq.collectors;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.FluentServer;
import io.robustmq.testkit.FreePorts;
import io.robustmq.testkit.MosquittoClients;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.OtelCollector;
import io.robustmq.testkit.OtlpLog;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.RobustMq;
import io.robustmq.testkit.Scrape;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Collectors come and go; the broker serves, and nothing is lost. */
@NeedsPart(Part.MOSQUITTO)
final class OutageIT {
    private static final int MESSAGES = 5_000;

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"grpc", "http"})
    @NeedsPart(Part.OTEL_COLLECTOR)
    void with_the_collector_down_from_the_start_the_broker_serves_and_all_arrives_later(
            String protocol) throws Exception {
        OtelCollector collector = OtelCollector.stopped(folder);
        int port = protocol.equals("grpc") ? collector.grpcPort() : collector.httpPort();
        try (collector;
                RobustMq broker = chatty().otlp(protocol, port).start()) {
            servesThrough(broker);
            waits(broker, "otlp");
            broker.awaitRecord("pipeline.sink_failed", of("otlp"));

            collector.start();

            JsonNode recovered = broker.awaitRecord("pipeline.sink_recovered", of("otlp"));
            assertThat(recovered.path("dropped").asLong()).isZero();
            allArrive(
                    broker,
                    () -> collector.logs().stream().map(OutageIT::sequence).collect(toSet()));
            balanced(broker, "otlp");
        }
    }

    @Test
    @NeedsPart(Part.FLUENT_SERVER)
    void with_fluent_down_from_the_start_the_broker_serves_and_all_arrives_later()
            throws Exception {
        int port = FreePorts.one();
        try (RobustMq broker = chatty().fluent(port).start()) {
            servesThrough(broker);
            waits(broker, "fluent");

            try (FluentServer server = FluentServer.start(port)) {
                allArrive(broker, () -> sequences(server).collect(toSet()));
                balanced(broker, "fluent");
            }
        }
    }

    @Test
    @NeedsPart(Part.OTEL_COLLECTOR)
    void a_collector_that_was_killed_and_comes_back_misses_nothing() throws Exception {
        try (OtelCollector collector = OtelCollector.started(folder);
                RobustMq broker = quiet().otlp("http", collector.httpPort()).start()) {
            visit(broker, "before");
            collector.awaitLog("the visit before", closed("before"));
            collector.kill();
            visit(broker, "meanwhile");
            broker.awaitMetrics(
                    "the sink is down",
                    s -> s.sum("robustmq_pipeline_sink_up", "sink", "otlp") == 0);
            collector.start();
            visit(broker, "after");
            collector.awaitLog("the visit meanwhile", closed("meanwhile"));
            collector.awaitLog("the visit after", closed("after"));

            allArrive(
                    broker,
                    () -> collector.logs().stream().map(OutageIT::sequence).collect(toSet()));
        }
    }

    @Test
    @NeedsPart(Part.FLUENT_SERVER)
    void a_forward_server_that_was_killed_and_comes_back_misses_nothing() throws Exception {
        int port = FreePorts.one();
        FluentServer first = FluentServer.start(port);
        try (first;
                RobustMq broker = quiet().fluent(port).start()) {
            visit(broker, "before");
            first.await("the visit before", e -> isClosed(e.record(), "before"));
            first.kill();
            visit(broker, "meanwhile");
            broker.awaitMetrics(
                    "the sink is down",
                    s -> s.sum("robustmq_pipeline_sink_up", "sink", "fluent") == 0);
            try (FluentServer second = FluentServer.start(port)) {
                visit(broker, "after");
                second.await("the visit meanwhile", e -> isClosed(e.record(), "meanwhile"));
                second.await("the visit after", e -> isClosed(e.record(), "after"));

                allArrive(
                        broker,
                        () ->
                                Stream.of(first, second)
                                        .flatMap(OutageIT::sequences)
                                        .collect(toSet()));
            }
        }
    }

    /** Writes an event for every message. */
    private RobustMq.Setup chatty() {
        return RobustMq.in(folder.resolve("data"))
                .set("events.per-key-per-second", "0")
                .set("events.messages-per-second", "1000000")
                .set("sinks.otlp.level", "debug")
                .set("sinks.fluent.level", "debug");
    }

    /** Ships whatever has a number, and tells it on the console too. */
    private RobustMq.Setup quiet() {
        return RobustMq.in(folder.resolve("data"))
                .set("sinks.console.level", "debug")
                .set("sinks.otlp.level", "debug")
                .set("sinks.fluent.level", "debug");
    }

    private static void servesThrough(RobustMq broker) throws Exception {
        try (MosquittoClients.Subscriber subscriber =
                broker.mosquitto().subscribe("-q", "1", "-t", "load")) {
            String lines =
                    IntStream.range(0, MESSAGES)
                            .mapToObj(Integer::toString)
                            .collect(Collectors.joining("\n", "", "\n"));
            assertThat(
                            broker.mosquitto()
                                    .publishLines(lines, "-q", "1", "-t", "load", "-l")
                                    .exitCode())
                    .isZero();
            assertThat(subscriber.await(MESSAGES))
                    .extracting(MosquittoClients.Received::payload)
                    .startsWith("0", "1", "2")
                    .endsWith("" + (MESSAGES - 1));
        }
    }

    /** All of it, and nothing was dropped. */
    private static void waits(RobustMq broker, String sink) throws Exception {
        Scrape down =
                broker.awaitMetrics(
                        "what " + sink + " cannot take waits, and it is known to be down",
                        s ->
                                s.sum("robustmq_pipeline_waiting", "sink", sink) > MESSAGES
                                        && s.sum("robustmq_pipeline_sink_up", "sink", sink) == 0);
        assertThat(down.sum("robustmq_pipeline_dropped_total", "sink", sink)).isZero();
    }

    private static void balanced(RobustMq broker, String sink) throws Exception {
        Scrape after =
                broker.awaitMetrics(
                        "nothing waits for " + sink,
                        s -> s.sum("robustmq_pipeline_waiting", "sink", sink) == 0);
        assertThat(after.sum("robustmq_pipeline_dropped_total", "sink", sink)).isZero();
        assertThat(after.sum("robustmq_pipeline_shipped_total", "sink", sink))
                .isEqualTo(after.sum("robustmq_pipeline_emitted_total", "sink", sink));
    }

    private static void visit(RobustMq broker, String clientId) throws Exception {
        assertThat(broker.mosquitto().publish("-i", clientId, "-t", "a", "-m", "x").exitCode())
                .isZero();
        Await.untilTrue(
                "it is gone",
                Duration.ofSeconds(20),
                () -> broker.records().stream().anyMatch(r -> isClosed(r, clientId)));
    }

    private static Predicate<OtlpLog> closed(String clientId) {
        return log ->
                log.eventName().equals("connection.closed")
                        && clientId.equals(log.attributes().get("messaging.client.id"));
    }

    private static boolean isClosed(JsonNode record, String clientId) {
        return record.path("event").asText().equals("connection.closed")
                && record.path("client_id").asText().equals(clientId);
    }

    private static long sequence(OtlpLog log) {
        return Long.parseLong(log.attributes().getOrDefault("robustmq.seq", "0"));
    }

    private static Stream<Long> sequences(FluentServer server) {
        return server.entries().stream().map(e -> e.record().path("seq").asLong());
    }

    private static Predicate<JsonNode> of(String sink) {
        return record -> record.path("sink").asText().equals(sink);
    }

    /** Collectors are not sent what is about sending to collectors. */
    private static boolean isAboutSending(JsonNode record) {
        String logger = record.path("logger").asText();
        return logger.startsWith("io.opentelemetry.") || logger.startsWith("org.komamitsu.");
    }

    /** Waits for every record that the console has, but those about the sending itself. */
    private static void allArrive(RobustMq broker, Callable<Set<Long>> arrived) throws Exception {
        List<JsonNode> missing = new ArrayList<>();
        Await.until(
                "everything arrives",
                Duration.ofSeconds(20),
                () -> {
                    missing.clear();
                    missing.addAll(broker.records());
                    missing.removeIf(OutageIT::isAboutSending);
                    Set<Long> there = arrived.call();
                    missing.removeIf(r -> there.contains(r.path("seq").asLong()));
                    return missing.isEmpty() ? Optional.of(true) : Optional.empty();
                },
                () -> "missing " + missing);
    }
}
