package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.SubscriptionEvent;
import io.robustmq.telemetry.event.TraceTarget;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Traces on demand, as the pipeline sees them. */
class DebugTracesTest {
    private static final Admin ADMIN = Admin.withToken("127.0.0.1:4000");
    private static final Duration TIME = Duration.ofMinutes(10);
    private static final Event DEBUG = new MessageEvent.Unrouted(Samples.PEER, "a/b", 1);

    private final AtomicReference<Instant> now = new AtomicReference<>(Samples.NOON);

    @Test
    void what_it_is_about_is_taken_whatever_level_and_throttle_say() throws Exception {
        Running running = Running.with(Running.consoleOnly(), now::get);
        DebugTrace trace = begin(running, TraceTarget.CLIENT, "client-1", 1000);
        for (int i = 0; i < 50; i++) {
            running.events().emit(DEBUG);
            running.events().emit(Samples.keyed("client-1"));
            running.events().emit(Samples.keyed("client-2"));
        }
        assertThat(running.pipeline.traces().list())
                .containsExactly(new DebugTraces.Status(trace, 100, 0));
        assertThat(running.pipeline.traces().stop(trace.id(), ADMIN)).isTrue();
        assertThat(running.pipeline.traces().stop(trace.id(), ADMIN)).isFalse();
        running.events().emit(DEBUG);
        running.close();
        assertThat(count(running, "message.unrouted")).isEqualTo(50);
        assertThat(count(running, "\"client_id\":\"client-1\"")).isEqualTo(100);
        assertThat(count(running, "\"client_id\":\"client-2\"")).as("its throttle").isEqualTo(10);
        assertThat(running.lines())
                .filteredOn(line -> line.contains("message.unrouted"))
                .as("DEBUG, on a console that is for INFO")
                .hasSize(50);
        assertThat(running.balance("console").waiting()).isZero();
    }

    @Test
    void a_topic_and_an_address_can_be_traced_too() throws Exception {
        Running running = Running.with(Running.consoleOnly(), now::get);
        begin(running, TraceTarget.TOPIC, "a/+", 1000);
        running.events().emit(DEBUG);
        running.events().emit(new MessageEvent.Unrouted(Samples.PEER, "a/b/c", 1));
        begin(running, TraceTarget.ADDRESS, "127.0.0.1", 1000);
        running.events().emit(new SubscriptionEvent.NotFound(Samples.PEER, "x", ""));
        running.events().emit(new MessageEvent.Unrouted(Samples.PEER, "a/b/c", 1));
        assertThat(running.pipeline.traces().list())
                .extracting(DebugTraces.Status::events)
                .containsExactly(1L, 2L);
        running.close();
        assertThat(count(running, "message.unrouted")).isEqualTo(2);
    }

    @Test
    void begin_and_end_say_who_what_and_how_many() throws Exception {
        Running running = Running.with(Running.consoleOnly(), now::get);
        DebugTrace trace = begin(running, TraceTarget.CLIENT, "client-1", 3);
        for (int i = 0; i < 5; i++) {
            running.events().emit(DEBUG);
        }
        now.updateAndGet(time -> time.plus(TIME));
        Running.await("its end", () -> running.pipeline.traces().list().isEmpty());
        List<String> lines = running.closedLines();
        assertThat(lines)
                .filteredOn(line -> line.contains("audit.trace_begun"))
                .singleElement()
                .asString()
                .contains(
                        "\"who\":\"admin-token\"",
                        "\"debug_trace\":\"" + trace.id() + "\"",
                        "\"target_kind\":\"client\"",
                        "\"target\":\"client-1\"",
                        "\"until\":\"2026-11-23T12:10:00.123456Z\"",
                        "\"max_per_second\":3");
        assertThat(lines)
                .filteredOn(line -> line.contains("audit.trace_ended"))
                .singleElement()
                .asString()
                .contains(
                        "\"who\":\"node\"",
                        "\"debug_trace\":\"" + trace.id() + "\"",
                        "\"lasted_millis\":600000",
                        "\"traced_events\":3",
                        "\"left_out\":2");
    }

    @Test
    void over_its_rate_level_and_throttle_decide_again() throws Exception {
        Running running = Running.with(Running.consoleOnly(), now::get);
        DebugTrace trace = begin(running, TraceTarget.CLIENT, "client-1", 5);
        for (int i = 0; i < 20; i++) {
            running.events().emit(Samples.keyed("client-1"));
        }
        assertThat(running.pipeline.traces().list())
                .containsExactly(new DebugTraces.Status(trace, 15, 5));
        running.close();
        assertThat(count(running, "session.expired")).isEqualTo(15 + 1);
        assertThat(count(running, "\"suppressed_event\":\"session.expired\"")).isEqualTo(1);
    }

    @Test
    void samples_over_its_rate_are_left_out_and_counted() throws Exception {
        Running running = Running.with(Running.consoleOnly(), now::get);
        DebugTrace trace = begin(running, TraceTarget.CLIENT, "client-1", 5);
        for (int i = 0; i < 20; i++) {
            running.events().emit(new MessageEvent.Published(Samples.PEER, "a/b", 0, false, 1, 1));
        }
        assertThat(running.pipeline.traces().list())
                .containsExactly(new DebugTraces.Status(trace, 5, 15));
        running.close();
        assertThat(count(running, "message.published")).isEqualTo(5);
    }

    @Test
    void taken_and_left_out_are_exact_with_many_threads() throws Exception {
        Running running = Running.with(Running.consoleOnly());
        begin(running, TraceTarget.CLIENT, "client-1", 500);
        begin(running, TraceTarget.ADDRESS, "127.0.0.1", 700);
        int threads = 4;
        int each = 20_000;
        List<Thread> busy = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            busy.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int i = 0; i < each; i++) {
                                    running.events().emit(DEBUG);
                                }
                            }));
        }
        for (Thread thread : busy) {
            thread.join();
        }
        List<DebugTraces.Status> both = running.pipeline.traces().list();
        running.close();
        long written = count(running, "message.unrouted");
        assertThat(written).isPositive();
        assertThat(both)
                .allSatisfy(status -> {
                    assertThat(status.events()).isEqualTo(written);
                    assertThat(status.leftOut()).isEqualTo((long) threads * each - written);
                });
    }

    @Test
    void there_is_a_bound_and_the_reason_is_said() throws Exception {
        try (Running running = Running.with(Running.consoleOnly(), now::get)) {
            DebugTraces traces = running.pipeline.traces();
            for (int i = 0; i < DebugTraces.MAX; i++) {
                begin(running, TraceTarget.CLIENT, "client-" + i, 1);
            }
            assertThat(traces.begin(TraceTarget.CLIENT, "one more", TIME, 1, ADMIN))
                    .isEqualTo(new DebugTraces.Begin.TooMany());
            assertThat(wrong(traces, "a/#/b", TIME, 1)).contains("must be a topic filter");
            assertThat(wrong(traces, "a", Duration.ofDays(2), 1)).contains("1s to 24h");
            assertThat(wrong(traces, "a", TIME, 0)).contains("1 to 10000", "was 0");
        }
    }

    @Test
    void without_one_nothing_is_traced_and_nothing_asks_more() throws Exception {
        try (Running running = Running.with(Running.consoleOnly(), now::get)) {
            assertThat(running.events().isTraced("client-1", "127.0.0.1:1", "a/b")).isFalse();
            DebugTrace trace = begin(running, TraceTarget.TOPIC, "a/#", 1);
            assertThat(running.events().isTraced("", "", "a/b")).isTrue();
            assertThat(running.events().isTraced("client-1", "127.0.0.1:1", "")).isFalse();
            running.pipeline.traces().stop(trace.id(), ADMIN);
            assertThat(running.events().isTraced("", "", "a/b")).isFalse();
        }
    }

    private static String wrong(DebugTraces traces, String topic, Duration time, int perSecond) {
        return traces.begin(TraceTarget.TOPIC, topic, time, perSecond, ADMIN).toString();
    }

    private static DebugTrace begin(
            Running running, TraceTarget kind, String target, int perSecond) {
        return switch (running.pipeline.traces().begin(kind, target, TIME, perSecond, ADMIN)) {
            case DebugTraces.Begin.Begun(DebugTrace trace) -> trace;
            case DebugTraces.Begin other -> throw new AssertionError(other);
        };
    }

    private static long count(Running running, String text) {
        return running.stored().stream().filter(line -> line.contains(text)).count();
    }
}
