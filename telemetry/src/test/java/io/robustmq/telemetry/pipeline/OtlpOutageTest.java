package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.Tracing;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An OTLP collector that is away, refuses, hangs and comes back. */
class OtlpOutageTest {
    private static final int QUEUE = 300;

    private OtlpServer server;

    @BeforeEach
    void reserve() throws IOException {
        server = new OtlpServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @EnumSource(PipelineSettings.OtlpProtocol.class)
    void with_the_collector_down_emitting_stays_quick_and_all_waits(
            PipelineSettings.OtlpProtocol protocol) throws Exception {
        try (Running running = running(protocol, server.endpoint(), Duration.ofSeconds(10))) {
            Events events = running.events();
            int emitted = 50_000;
            long began = System.nanoTime();
            for (int i = 0; i < emitted; i++) {
                events.emit(Samples.lifecycle(i));
            }
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            assertThat(took).isLessThan(Duration.ofSeconds(3)); // 60 µs each, on a busy machine
            Running.await("failed", () -> said(running, "\"sink\":\"otlp\""));
            Running.await("stored", () -> running.store.size() >= emitted);
            Ledger.Balance balance = running.balance("otlp");
            assertThat(balance.shipped()).isZero();
            assertThat(balance.dropped()).isZero();
            assertThat(balance.waiting()).isGreaterThanOrEqualTo(emitted);
        }
    }

    @Test
    void what_waited_is_shipped_when_it_comes_back() throws Exception {
        server.answer(503);
        server.open();
        try (Running running = running(Duration.ofSeconds(10))) {
            emit(running, 100);
            Running.await("tried", () -> server.requests() > 1);
            server.close();
            emit(running, 100);
            Running.await("failed", () -> said(running, "pipeline.sink_failed"));
            server.answer(200);
            server.open();
            Running.await("shipped", () -> running.balance("otlp").waiting() == 0);
            assertThat(running.balance("otlp").dropped()).isZero();
            Running.await("recovered", () -> said(running, "pipeline.sink_recovered"));
            assertThat(server.accepted("/v1/logs")).isPositive();
        }
    }

    @Test
    void what_it_refuses_for_good_does_not_stop_the_rest() throws Exception {
        server.answer(400);
        server.open();
        try (Running running = running(Duration.ofSeconds(10))) {
            emit(running, 10);
            Running.await("refused", () -> running.balance("otlp").dropped() >= 10);
            server.answer(200);
            emit(running, 10);
            Running.await("shipped", () -> running.balance("otlp").shipped() >= 10);
            assertThat(said(running, "HTTP 400")).isTrue();
        }
    }

    @Test
    void one_that_hangs_is_given_up_after_the_timeout_and_tried_again() throws Exception {
        server.hang();
        server.open();
        try (Running running = running(Duration.ofMillis(300))) {
            emit(running, 10);
            Running.await("failed", () -> said(running, "pipeline.sink_failed"));
            server.answer(200);
            Running.await("shipped", () -> running.balance("otlp").waiting() == 0);
        }
    }

    @Test
    void spans_and_metrics_go_their_own_ways() throws Exception {
        server.open();
        try (Running running = running(Duration.ofSeconds(10))) {
            Tracing.PublishTrace trace =
                    Objects.requireNonNull(
                            running.pipeline
                                    .tracing()
                                    .begin(Samples.PEER, "a", 0, 1, null, System.nanoTime()));
            trace.routed(0, System.nanoTime());
            Running.await("spans", () -> server.accepted("/v1/traces") > 0);
            Running.await("metrics", () -> server.accepted("/v1/metrics") > 0);
            Running.await("logs", () -> server.accepted("/v1/logs") > 0);
        }
    }

    @Test
    void spans_that_find_no_room_are_told() throws Exception {
        server.answer(503);
        server.open();
        try (Running running = running(Duration.ofSeconds(10))) {
            for (int i = 0; i < 3 * QUEUE; i++) {
                Tracing.PublishTrace trace =
                        running.pipeline
                                .tracing()
                                .begin(Samples.PEER, "a", 0, 1, null, System.nanoTime());
                Objects.requireNonNull(trace).routed(0, System.nanoTime());
            }
            Running.await("told", () -> said(running, "pipeline.spans_dropped"));
            Running.await("failed", () -> said(running, "\"sink\":\"otlp-traces\""));
        }
    }

    private static void emit(Running running, int count) {
        for (int i = 0; i < count; i++) {
            running.events().emit(Samples.lifecycle(i));
        }
    }

    private static boolean said(Running running, String what) {
        return running.lines().stream()
                .anyMatch(line -> line.contains("\"pipeline.") && line.contains(what));
    }

    private Running running(Duration timeout) throws IOException {
        return running(PipelineSettings.OtlpProtocol.HTTP, server.endpoint(), timeout);
    }

    private static Running running(
            PipelineSettings.OtlpProtocol protocol, URI endpoint, Duration timeout)
            throws IOException {
        PipelineSettings settings =
                Running.consoleOnly()
                        .with(
                                new PipelineSettings.Otlp(
                                        true,
                                        protocol,
                                        endpoint,
                                        true,
                                        true,
                                        true,
                                        Severity.INFO,
                                        QUEUE,
                                        timeout,
                                        Duration.ofSeconds(1)))
                        .with(
                                new PipelineSettings.Traces(
                                        true, Samples.sampling(1, List.of(), 10_000), 64));
        return Running.with(settings);
    }
}
