package io.robustmq.eventlog;

import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.robustmq.journal.Durability;
import io.robustmq.journal.LocalDisk;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.pipeline.NodeIdentity;
import io.robustmq.telemetry.pipeline.Pipeline;
import io.robustmq.telemetry.pipeline.PipelineSettings;
import io.robustmq.telemetry.pipeline.Service;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Events per second from an emitting thread into the store on disk, with a collector that is down:
 * a rate that is kept up, and a burst; then the collector (OTLP over HTTP, which counts what it is
 * asked) is there and gets them all. A program, not JMH: what counts is whether any is lost.
 *
 * <p>Arguments: directory, which is emptied before and after.
 */
final class StoreBenchmark {
    private static final int CLIENTS = 10_000;
    private static final long MAX_BYTES = 8L << 30;
    private static final int PORT = Integer.getInteger("port", 14_318);

    private final Path directory;

    private StoreBenchmark(Path directory) {
        this.directory = directory;
    }

    public static void main(String[] args) throws Exception {
        StoreBenchmark benchmark = new StoreBenchmark(Path.of(args[0]));
        System.out.println(
                "| emitted | events/s asked for | emitted/s | all stored after s | dropped | CPU µs per event | heap growth MiB | shipped when the collector is back | per s |");
        System.out.println("|---|---|---|---|---|---|---|---|---|");
        benchmark.run(1_000_000, 100_000); // warm up
        for (int rate : new int[] {200_000, 400_000}) {
            benchmark.run(10 * rate, rate);
        }
        for (int i = 0; i < 3; i++) {
            benchmark.run(1_000_000, 0);
        }
    }

    /**
     * @param rate per second; 0 for as fast as can be
     */
    private void run(int count, int rate) throws Exception {
        delete();
        Pipeline pipeline =
                new Pipeline(
                        settings(), new NodeIdentity("node-1", "i", "1"), InstantSource.system());
        EventShard store =
                new EventShard(
                        new EventShardSettings(
                                directory, MAX_BYTES, Duration.ZERO, Durability.INTERVAL),
                        new LocalDisk(),
                        InstantSource.system(),
                        new Random(),
                        Events.NONE);
        store.open();
        pipeline.open(store);
        Events events = pipeline.events(Service.MQTT_BROKER);
        Event[] samples = new Event[CLIENTS];
        for (int i = 0; i < CLIENTS; i++) {
            Peer peer = new Peer("mqtt/5.0", i, "client-" + i, "10.0.0." + i % 256 + ":" + i);
            samples[i] = new ConnectionEvent.Accepted(peer, 60, true, false);
        }
        long heap = heapAfterCollection();
        long cpu = cpuNanos();
        long begun = System.nanoTime();
        for (int i = 0; i < count; i++) {
            events.emit(samples[i % CLIENTS]);
            if (rate > 0 && (i & 1023) == 0) {
                long due = begun + (long) (i * 1e9 / rate);
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
            }
        }
        double emitting = (System.nanoTime() - begun) / 1e9;
        long growth = heapAfterCollection() - heap; // while the most of a burst waits
        double dropped = dropped(pipeline);
        while (store.last().count(Severity.INFO) + dropped < count) {
            TimeUnit.MILLISECONDS.sleep(5);
            dropped = dropped(pipeline);
        }
        double took = (System.nanoTime() - begun) / 1e9;
        cpu = cpuNanos() - cpu;
        growth = Math.max(growth, heapAfterCollection() - heap);
        HttpServer collector = collector();
        collector.start();
        long back = System.nanoTime();
        while (sum(pipeline, "robustmq_pipeline_waiting") > 0) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        double shipping = (System.nanoTime() - back) / 1e9;
        double shipped = sum(pipeline, "robustmq_pipeline_shipped");
        System.out.printf(
                Locale.ROOT,
                "| %,d | %s | %,.0f | %.2f | %,.0f | %.2f | %d | %,.0f | %,.0f |%n",
                count,
                rate == 0 ? "as many as can be" : String.format(Locale.ROOT, "%,d", rate),
                count / emitting,
                took,
                dropped,
                cpu / 1e3 / count,
                growth >> 20,
                shipped,
                shipped / shipping);
        collector.stop(0);
        pipeline.close();
        store.close();
        delete();
    }

    private static double dropped(Pipeline pipeline) {
        return sum(pipeline, "robustmq_pipeline_dropped");
    }

    /** Over all sinks; there is one. */
    private static double sum(Pipeline pipeline, String metric) {
        return pipeline
                .registry()
                .scrape(name -> name.equals(metric))
                .get(0)
                .getDataPoints()
                .stream()
                .mapToDouble(point ->
                        switch (point) {
                            case CounterDataPointSnapshot counter -> counter.getValue();
                            case GaugeDataPointSnapshot gauge -> gauge.getValue();
                            default -> throw new IllegalStateException(metric);
                        })
                .sum();
    }

    private static HttpServer collector() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", PORT), 0);
        server.createContext(
                "/v1/logs",
                exchange -> {
                    exchange.getRequestBody().readAllBytes();
                    exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                });
        return server;
    }

    private static PipelineSettings settings() {
        PipelineSettings all = PipelineSettings.defaults();
        PipelineSettings.Intake intake = all.intake();
        return all.with(
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
                                false, Path.of("unused"), "r", Severity.INFO, 1 << 20, 1))
                .with(
                        new PipelineSettings.Otlp(
                                true,
                                PipelineSettings.OtlpProtocol.HTTP,
                                URI.create("http://127.0.0.1:" + PORT),
                                true,
                                false,
                                false,
                                Severity.INFO,
                                1000,
                                Duration.ofSeconds(10),
                                Duration.ofMinutes(5)));
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static long heapAfterCollection() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private void delete() throws IOException {
        if (Files.exists(directory)) {
            try (var files = Files.walk(directory)) {
                for (Path path : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
