package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.catalogue.Catalogue;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.SessionEvent;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceTarget;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** What an event costs the thread that emits it, and the dispatcher. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class EmitBenchmark {
    private final List<Audience> console = List.of(new Audience(Severity.INFO, false));
    private final Intake unthrottled = intake(0, 1 << 17);
    private final Intake crowded = intake(0, 1 << 10);
    private final Intake throttled = intake(1, 1 << 16);
    private final Intake full = intake(0, 2); // 16 MiB of burst are soon full, too
    private final Intake tracingAnother = intake(1, 1 << 16, "another");
    private final Intake tracing = intake(1, 1 << 16, "client-1");
    private final List<Overflow.Item> drained = new ArrayList<>(1 << 16);
    private int sinceDrain;

    private final Event accepted =
            new ConnectionEvent.Accepted(Samples.PEER, 60, true, false, "tcp", "tcp");
    private final Event debug =
            Samples.ofEachType().stream()
                    .filter(event -> event.severity() == Severity.DEBUG)
                    .findFirst()
                    .orElseThrow();
    private final EventKind kind =
            new EventKind(
                    0, ConnectionEvent.Accepted.class, new CategoryLevels(Severity.INFO, Map.of()));
    private final FlatRecord flat =
            new FlatRecord(
                    1,
                    Samples.NOON,
                    Catalogue.read(ConnectionEvent.Accepted.class),
                    Severity.INFO,
                    Service.MQTT_BROKER,
                    "node-1",
                    0,
                    null,
                    kind.read(accepted, null));
    private final JsonLines json = new JsonLines();
    private final HumanLines human = new HumanLines();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(4096);

    private Intake intake(int perKeyPerSecond, int capacity) {
        return new Intake(
                new PipelineSettings.Intake(
                        capacity,
                        16L << 20,
                        perKeyPerSecond,
                        1000,
                        false,
                        Secret.NONE,
                        Severity.WARN,
                        PipelineSettings.Levels.defaults()),
                new CategoryLevels(Severity.INFO, Map.of()),
                console,
                "node-1",
                null,
                InstantSource.system());
    }

    private Intake intake(int perKeyPerSecond, int capacity, String tracedClient) {
        Intake intake = intake(perKeyPerSecond, capacity);
        DebugTrace trace =
                new DebugTrace(
                        "1", TraceTarget.CLIENT, tracedClient, Instant.EPOCH, Instant.MAX, 100);
        TraceMatch match = TraceMatch.of(trace.kind(), trace.target());
        intake.trace(new TraceSet(List.of(new ActiveTrace(trace, match))));
        return intake;
    }

    /** Into the queue; every 32768th pays for emptying it. */
    @Benchmark
    public void emit_into_the_queue() {
        emitAndDrain(unthrottled);
    }

    /** The same while the ring is crowded, so that each moves others out of it. */
    @Benchmark
    public void emit_in_a_burst() {
        emitAndDrain(crowded);
    }

    private void emitAndDrain(Intake intake) {
        intake.emit(Service.MQTT_BROKER, accepted, null);
        if (++sinceDrain == 1 << 15) {
            sinceDrain = 0;
            while (intake.queue().take(drained, 1 << 16)) {
                drained.clear();
            }
        }
    }

    /** Over the rate of its key: counted. */
    @Benchmark
    public void emit_suppressed() {
        throttled.emit(Service.MQTT_BROKER, accepted, null);
    }

    /** The same from two threads with one key. */
    @Benchmark
    @Threads(2)
    public void emit_suppressed_by_two() {
        throttled.emit(Service.MQTT_BROKER, accepted, null);
    }

    /** The queue is full: dropped and counted. */
    @Benchmark
    public void emit_when_full() {
        full.emit(Service.MQTT_BROKER, accepted, null);
    }

    /** Below the level of every sink: counted. */
    @Benchmark
    public void emit_below_every_level() {
        unthrottled.emit(Service.MQTT_BROKER, debug, null);
    }

    /** Suppressed while a client that it is not about is traced. */
    @Benchmark
    public void emit_suppressed_while_another_is_traced() {
        tracingAnother.emit(Service.MQTT_BROKER, accepted, null);
    }

    /** Far over the rate of a trace that it is about. */
    @Benchmark
    public void emit_over_the_rate_of_a_trace() {
        tracing.emit(Service.MQTT_BROKER, accepted, null);
    }

    /** With an event made for the occasion. */
    @Benchmark
    public void make_and_emit_suppressed() {
        throttled.emit(Service.MQTT_BROKER, new SessionEvent.Expired("client-1", 60, 3), null);
    }

    @Benchmark
    public Object[] read_fields() {
        return kind.read(accepted, null);
    }

    @Benchmark
    public int write_json() {
        out.reset();
        json.append(List.of(flat), out);
        return out.size();
    }

    @Benchmark
    public int write_human() {
        out.reset();
        human.append(List.of(flat), out);
        return out.size();
    }

    public static void main(String[] args) throws RunnerException {
        new Runner(
                        new OptionsBuilder()
                                .include(EmitBenchmark.class.getName())
                                .addProfiler(GCProfiler.class)
                                .build())
                .run();
    }
}
