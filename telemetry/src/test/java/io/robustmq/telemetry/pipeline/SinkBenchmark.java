package io.robustmq.telemetry.pipeline;

import com.sun.management.OperatingSystemMXBean;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.pipeline.PipelineSettings.Compression;
import io.robustmq.telemetry.pipeline.PipelineSettings.OtlpProtocol;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How many records a second each sink ships, one batch after another, and what one costs this
 * process. Run by hand, with receivers that are there:
 *
 * <pre>
 *   SinkBenchmark grpc http://127.0.0.1:4317
 *   SinkBenchmark http http://127.0.0.1:4318
 *   SinkBenchmark fluent 127.0.0.1:24224
 * </pre>
 *
 * A third argument {@code gzip} compresses; {@code -Dbatch=2048} ships so many at once.
 */
final class SinkBenchmark {
    private static final int BATCH = Integer.getInteger("batch", 512);
    private static final Duration ROUND = Duration.ofSeconds(5);
    private static final int ROUNDS = 4;

    private SinkBenchmark() {}

    public static void main(String[] args) throws Exception {
        Compression compression = args.length > 2 ? Compression.GZIP : Compression.NONE;
        try (Sink<FlatRecord> sink = sink(args[0], args[1], compression)) {
            for (int round = 1; round <= ROUNDS; round++) {
                measure(sink, round);
            }
        }
    }

    private static Sink<FlatRecord> sink(String protocol, String to, Compression compression) {
        if (protocol.equals("fluent")) {
            int colon = to.lastIndexOf(':');
            InetSocketAddress address =
                    InetSocketAddress.createUnresolved(
                            to.substring(0, colon), Integer.parseInt(to.substring(colon + 1)));
            return new FluentSink(
                    new PipelineSettings.Fluent(
                            true,
                            address,
                            "robustmq",
                            Severity.INFO,
                            Duration.ofSeconds(10),
                            new PipelineSettings.FluentOptions(
                                    false,
                                    PipelineSettings.Tls.NONE,
                                    Secret.NONE,
                                    "",
                                    Secret.NONE,
                                    compression,
                                    Duration.ofSeconds(10))));
        }
        return new OtlpLogSink(
                OtlpSinkTest.settings(
                        OtlpProtocol.valueOf(protocol.toUpperCase(Locale.ROOT)),
                        URI.create(to),
                        new PipelineSettings.OtlpOptions(
                                Map.of(),
                                Map.of(),
                                compression,
                                PipelineSettings.Tls.NONE,
                                Map.of())),
                new Resources(Samples.NODE));
    }

    private static void measure(Sink<FlatRecord> sink, int round) throws Exception {
        OperatingSystemMXBean system =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        List<FlatRecord> batch = FlatRecords.numbered(1, BATCH);
        long shipped = 0;
        long cpu = system.getProcessCpuTime();
        long began = System.nanoTime();
        while (System.nanoTime() - began < ROUND.toNanos()) {
            sink.ship(batch);
            shipped += BATCH;
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        double cpuMicros = (system.getProcessCpuTime() - cpu) / 1e3;
        System.out.printf(
                "round %d: %,.0f events/s, %.2f us of CPU an event%n",
                round, shipped / seconds, cpuMicros / shipped);
    }
}
