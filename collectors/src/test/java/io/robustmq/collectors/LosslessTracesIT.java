package io.robustmq.collectors;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.testkit.Await;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.OtelCollector;
import io.robustmq.testkit.OtlpSpan;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.RobustMq;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Traces go by the disk: the collector is away, the broker is killed meanwhile, and in the end each
 * trace is there.
 */
@NeedsPart({Part.MOSQUITTO, Part.OTEL_COLLECTOR})
final class LosslessTracesIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int MESSAGES = 40;
    private static final int PUBLISHERS = 4;
    private static final String SINK = "otlp-traces";

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"grpc", "http"})
    void each_trace_outlives_the_broker_and_the_outage(String protocol) throws Exception {
        try (OtelCollector collector = OtelCollector.stopped(folder)) {
            int port = protocol.equals("grpc") ? collector.grpcPort() : collector.httpPort();
            RobustMq.Setup setup =
                    RobustMq.in(folder.resolve("data"))
                            .otlp(protocol, port)
                            .traceAll()
                            .set("tracing.lossless", "true");
            Set<String> published = new TreeSet<>(traces(0));
            try (RobustMq broker = setup.start()) {
                publish(broker, traces(0));
                Await.untilTrue("all are on disk", LIMIT, () -> stored().containsAll(published));
                broker.awaitMetrics(
                        "the sink is known to be down",
                        s -> s.sum("robustmq_pipeline_sink_up", "sink", SINK) == 0);
                broker.kill();
            }
            try (RobustMq broker = setup.start()) {
                assertThat(broker.metrics().sum("robustmq_pipeline_waiting", "sink", SINK))
                        .isGreaterThanOrEqualTo(MESSAGES);
                publish(broker, traces(1));
                published.addAll(traces(1));
                collector.start();
                Set<String> missing = new TreeSet<>();
                Await.untilTrue(
                        "each trace is at the collector",
                        LIMIT,
                        () -> {
                            missing.clear();
                            missing.addAll(published);
                            missing.removeAll(
                                    collector.spans().stream()
                                            .map(OtlpSpan::traceId)
                                            .collect(Collectors.toSet()));
                            return missing.isEmpty();
                        });
                broker.awaitMetrics(
                        "all is shipped",
                        s -> s.sum("robustmq_pipeline_waiting", "sink", SINK) == 0);
                assertThat(broker.metrics().sum("robustmq_pipeline_dropped_total", "sink", SINK))
                        .isZero();
            }
        }
    }

    /** Of a burst, made by the publishers. */
    private static List<String> traces(int burst) {
        return IntStream.range(0, MESSAGES)
                .mapToObj(i -> "4bf92f3577b34da6%08x%08x".formatted(burst, i))
                .toList();
    }

    private static void publish(RobustMq broker, List<String> traces) throws Exception {
        try (ExecutorService publishers = Executors.newFixedThreadPool(PUBLISHERS)) {
            List<Callable<Integer>> each =
                    traces.stream()
                            .map(trace -> (Callable<Integer>) () -> publish(broker, trace))
                            .toList();
            for (Future<Integer> exitCode : publishers.invokeAll(each)) {
                assertThat(exitCode.get()).isZero();
            }
        }
    }

    private static int publish(RobustMq broker, String trace) throws Exception {
        String[] arguments = {
            "-V",
            "mqttv5",
            "-q",
            "1",
            "-t",
            "t/a",
            "-m",
            "x",
            "-D",
            "publish",
            "user-property",
            "traceparent",
            "00-" + trace + "-00f067aa0ba902b7-01"
        };
        return broker.mosquitto().publish(arguments).exitCode();
    }

    /** Of the first burst, what is in the files of the shard. */
    private Set<String> stored() throws IOException {
        StringBuilder bytes = new StringBuilder();
        try (Stream<Path> files = Files.list(folder.resolve("data/events/spans"))) {
            for (Path file : files.toList()) {
                bytes.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return traces(0).stream()
                .filter(trace -> {
                    byte[] id = HexFormat.of().parseHex(trace);
                    return bytes.indexOf(new String(id, StandardCharsets.ISO_8859_1)) >= 0;
                })
                .collect(Collectors.toSet());
    }
}
