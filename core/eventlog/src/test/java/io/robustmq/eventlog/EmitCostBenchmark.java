package io.robustmq.eventlog;

import io.robustmq.journal.Durability;
import io.robustmq.journal.LocalDisk;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.pipeline.NodeIdentity;
import io.robustmq.telemetry.pipeline.Pipeline;
import io.robustmq.telemetry.pipeline.PipelineSettings;
import io.robustmq.telemetry.pipeline.Service;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * What emitting a full record costs the caller, as percentiles, while everything behind it runs:
 * the store on disk and a sink that works or one that has nobody to send to. An event comes at most
 * every {@value #PACE_NANOS} ns, so that each is stored.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgs = "-Xmx512m")
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@SuppressWarnings("NullAway.Init") // JMH sets it up
public class EmitCostBenchmark {
    private static final long PACE_NANOS = 10_000;

    /** Whether the sink, a rolling file or a forward receiver, takes what it is given. */
    @Param({"true", "false"})
    public boolean sinkWorks;

    private Path directory;
    private EventShard store;
    private Pipeline pipeline;
    private Events events;
    private int number;
    private long nextNanos;

    @Setup
    public void open() throws IOException {
        directory = Files.createTempDirectory("emit-cost");
        PipelineSettings all = PipelineSettings.defaults();
        PipelineSettings.Intake intake = all.intake();
        PipelineSettings settings =
                all.with(
                                new PipelineSettings.Intake(
                                        intake.queueCapacity(),
                                        intake.burstBytes(),
                                        0,
                                        intake.maxKeys(),
                                        false,
                                        intake.hashSalt(),
                                        Severity.ERROR,
                                        intake.levels()))
                        .with(
                                new PipelineSettings.Console(
                                        false, PipelineSettings.Format.JSON, Severity.INFO))
                        .with(
                                new PipelineSettings.RollingFile(
                                        sinkWorks,
                                        directory.resolve("logs"),
                                        "r",
                                        Severity.INFO,
                                        1 << 30,
                                        1))
                        .with(
                                new PipelineSettings.Fluent(
                                        !sinkWorks,
                                        InetSocketAddress.createUnresolved("127.0.0.1", 1),
                                        "robustmq",
                                        Severity.INFO,
                                        Duration.ofSeconds(10)));
        pipeline =
                new Pipeline(
                        settings, new NodeIdentity("node-1", "i", "1"), InstantSource.system());
        store =
                new EventShard(
                        new EventShardSettings(
                                directory.resolve("events"),
                                4L << 30,
                                Duration.ZERO,
                                Durability.INTERVAL),
                        new LocalDisk(),
                        InstantSource.system(),
                        new Random(),
                        Events.NONE);
        store.open();
        pipeline.open(store);
        events = pipeline.events(Service.MQTT_BROKER);
    }

    @Setup(Level.Invocation)
    public void pace() {
        while (System.nanoTime() < nextNanos) {
            Thread.onSpinWait();
        }
        nextNanos = System.nanoTime() + PACE_NANOS;
    }

    @TearDown
    public void close() throws IOException {
        pipeline.close();
        store.close();
        try (var files = Files.walk(directory)) {
            for (Path path : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }

    /** The event is made, too, as a caller makes it. */
    @Benchmark
    public void emit() {
        Peer peer = new Peer("mqtt/5.0", ++number, "client-1", "127.0.0.1:50000");
        events.emit(new ConnectionEvent.Accepted(peer, 60, true, false));
    }

    public static void main(String[] args) throws RunnerException {
        new Runner(new OptionsBuilder().include(EmitCostBenchmark.class.getSimpleName()).build())
                .run();
    }
}
