package io.robustmq.collectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.telemetry.pipeline.Certificates;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.FluentServer;
import io.robustmq.testkit.FreePorts;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.OtelCollector;
import io.robustmq.testkit.OtlpLog;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.RobustMq;
import io.robustmq.testkit.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The collector has some trouble, and the broker is killed meanwhile: when all is well again every
 * event that was stored is there, and what is there twice has the same number.
 */
@NeedsPart({Part.MOSQUITTO, Part.OTEL_COLLECTOR})
final class KillIT {
    /** Writes at once, so that an acknowledgement is one of the disk. */
    private static final String COLLECTOR =
            """
            receivers:
              otlp:
                protocols:
                  grpc: { endpoint: "${env:OTLP_GRPC}" TLS }
                  http: { endpoint: "${env:OTLP_HTTP}" TLS }
              fluentforward: { endpoint: "${env:FORWARD}" }
            exporters:
              file/logs: { path: FOLDER/logs.json, rotation: { max_megabytes: 1000 } }
              debug: {}
            service:
              telemetry: { metrics: { level: none } }
              pipelines:
                logs: { receivers: [otlp], exporters: [file/logs] }
                logs/forwarded: { receivers: [fluentforward], exporters: [debug] }
            """;

    private static final int BURST = 300;

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"grpc", "http"})
    void of_a_collector_that_is_down(String protocol) throws Exception {
        try (OtelCollector collector = collector(folder, "")) {
            collector.start();
            killedDuring(
                    setup(protocol, collector, "127.0.0.1", false),
                    collector,
                    folder,
                    broker -> collector.kill(),
                    collector::start);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpc", "http"})
    void of_a_collector_that_hangs(String protocol) throws Exception {
        try (OtelCollector collector = collector(folder, "")) {
            collector.start();
            killedDuring(
                    setup(protocol, collector, "127.0.0.1", false),
                    collector,
                    folder,
                    broker -> collector.signal("STOP"),
                    () -> collector.signal("CONT"));
        }
    }

    @Test
    @NeedsPart(Part.SMALL_DISK)
    void of_a_collector_whose_disk_is_full() throws Exception {
        try (SmallDisk disk = SmallDisk.mounted(folder, 32);
                OtelCollector collector = collector(disk.folder(), "")) {
            collector.start();
            killedDuring(
                    setup("http", collector, "127.0.0.1", false),
                    collector,
                    disk.folder(),
                    broker -> disk.fill(64 << 10),
                    disk::makeRoom);
        }
    }

    @Test
    void of_a_name_that_cannot_be_resolved() throws Exception {
        Path names = folder.resolve("names");
        Files.writeString(names, "127.0.0.1 collector.test\n");
        try (OtelCollector collector = collector(folder, "")) {
            collector.start();
            killedDuring(
                    setup("http", collector, "collector.test", false)
                            .environment(
                                    "ROBUSTMQ_JAVA_OPTS",
                                    "-Djdk.net.hosts.file="
                                            + names
                                            + " -Dsun.net.inetaddr.ttl=0"
                                            + " -Dsun.net.inetaddr.negative.ttl=0"),
                    collector,
                    folder,
                    broker -> {
                        Files.writeString(names, "127.0.0.1 another.test\n");
                        // so that it connects anew; a connection that broke while nothing was
                        // shipped would be made again to the address that is known
                        collector.kill();
                        burst(broker, "while it restarts");
                        awaitDown(broker);
                        collector.start();
                    },
                    () -> Files.writeString(names, "127.0.0.1 collector.test\n"));
        }
    }

    @Test
    void of_a_certificate_that_has_expired() throws Exception {
        Certificates authority =
                Certificates.authority(Files.createDirectory(folder.resolve("ca")), "authority");
        Certificates.Identity good = authority.good("good");
        Certificates.Identity expired = authority.expired("expired");
        Certificates.Identity files =
                new Certificates.Identity(
                        folder.resolve("current.crt"), folder.resolve("current.key"), good.store());
        Files.copy(good.certificate(), files.certificate());
        Files.copy(good.key(), files.key());
        String tls =
                ", tls: { cert_file: " + files.certificate() + ", key_file: " + files.key() + " }";
        try (OtelCollector collector = collector(folder, tls)) {
            collector.start();
            killedDuring(
                    setup("grpc", collector, "localhost", true)
                            .set("sinks.otlp.ca-file", authority.ca().toString()),
                    collector,
                    folder,
                    broker -> {
                        collector.kill();
                        expired.writeOver(files);
                        collector.start();
                    },
                    () -> {
                        collector.kill();
                        good.writeOver(files);
                        collector.start();
                    });
        }
    }

    @Test
    @NeedsPart(Part.FLUENT_SERVER)
    void of_a_forward_receiver_that_is_down() throws Exception {
        int port = FreePorts.one();
        RobustMq.Setup setup =
                RobustMq.in(folder.resolve("data"))
                        .fluent(port)
                        .set("events.per-key-per-second", "0");
        FluentServer first = FluentServer.start(port);
        try (first;
                RobustMq broker = setup.start()) {
            burst(broker, "before");
            first.kill();
            burst(broker, "during");
            broker.awaitMetrics(
                    "the sink is known to be down",
                    s -> s.sum("robustmq_pipeline_sink_up", "sink", "fluent") == 0);
            broker.kill();
        }
        try (RobustMq broker = setup.start()) {
            burst(broker, "after the kill");
            try (FluentServer second = FluentServer.start(port)) {
                burst(broker, "when all is well");
                broker.awaitMetrics(
                        "all is shipped",
                        s ->
                                s.sum("robustmq_pipeline_waiting", "sink", "fluent") == 0
                                        && s.sum("robustmq_pipeline_waiting", "sink", "file") == 0);
                Set<Long> there = new HashSet<>();
                Stream.of(first, second)
                        .flatMap(server -> server.entries().stream())
                        .forEach(entry -> there.add(entry.record().path("seq").asLong()));
                assertThat(there)
                        .containsAll(
                                LongStream.rangeClosed(0, lastStored(broker)).boxed().toList());
            }
        }
    }

    private static long lastStored(RobustMq broker) throws IOException {
        return broker.fileRecords().stream()
                .mapToLong(record -> record.path("seq").asLong())
                .max()
                .orElseThrow();
    }

    private interface Trouble {
        void begin(RobustMq broker) throws Exception;
    }

    private interface Step {
        void run() throws Exception;
    }

    private static void awaitDown(RobustMq broker) throws Exception {
        broker.awaitMetrics(
                "the sink is known to be down",
                s -> s.sum("robustmq_pipeline_sink_up", "sink", "otlp") == 0);
    }

    private void killedDuring(
            RobustMq.Setup setup, OtelCollector collector, Path logs, Trouble trouble, Step end)
            throws Exception {
        try (RobustMq broker = setup.start()) {
            burst(broker, "before");
            trouble.begin(broker);
            burst(broker, "during");
            awaitDown(broker);
            burst(broker, "at the end");
            broker.kill();
        }
        try (RobustMq broker = setup.start()) {
            burst(broker, "after the kill");
            end.run();
            burst(broker, "when all is well");
            broker.awaitMetrics(
                    "all is shipped",
                    s ->
                            s.sum("robustmq_pipeline_waiting", "sink", "otlp") == 0
                                    && s.sum("robustmq_pipeline_waiting", "sink", "file") == 0);
            long stored = lastStored(broker);
            Set<Long> missing = new TreeSet<>();
            Await.untilTrue(
                    "each event that was stored is at the collector",
                    Duration.ofSeconds(20),
                    () -> {
                        missing.clear();
                        Map<Long, OtlpLog> there = bySeq(collector, logs);
                        for (long seq = 0; seq <= stored; seq++) {
                            if (!there.containsKey(seq)) {
                                missing.add(seq);
                            }
                        }
                        return missing.isEmpty();
                    });
            assertThat(broker.metrics().sum("robustmq_pipeline_dropped_total", "sink", "otlp"))
                    .isZero();
        }
    }

    /** What comes twice is the same. */
    private static Map<Long, OtlpLog> bySeq(OtelCollector collector, Path logs) throws IOException {
        Map<Long, OtlpLog> bySeq = new HashMap<>();
        for (OtlpLog log : collector.logs(logs)) {
            long seq = Long.parseLong(log.attributes().getOrDefault("robustmq.seq", "-1"));
            OtlpLog other = bySeq.put(seq, log);
            if (other != null) {
                assertThat(log.attributes()).isEqualTo(other.attributes());
            }
        }
        return bySeq;
    }

    /** A few hundred events, each with its own client. */
    private static void burst(RobustMq broker, String name) throws Exception {
        Set<String> expected = new HashSet<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            String clientId = name.replace(' ', '-') + i;
            expected.add(clientId);
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    broker.mosquitto()
                                            .publishLines(
                                                    "x\n".repeat(BURST),
                                                    "-i",
                                                    clientId,
                                                    "-q",
                                                    "1",
                                                    "-t",
                                                    "load",
                                                    "-l");
                                } catch (Exception e) {
                                    throw new IllegalStateException(e);
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Await.untilTrue(
                "they are gone",
                Duration.ofSeconds(20),
                () -> {
                    Set<String> gone = new HashSet<>();
                    for (JsonNode record : broker.records()) {
                        if (record.path("event").asText().equals("connection.closed")) {
                            gone.add(record.path("client_id").asText());
                        }
                    }
                    return gone.containsAll(expected);
                });
    }

    private RobustMq.Setup setup(
            String protocol, OtelCollector collector, String host, boolean tls) {
        int port = protocol.equals("grpc") ? collector.grpcPort() : collector.httpPort();
        return RobustMq.in(folder.resolve("data"))
                .otlp(protocol, port)
                .set("sinks.otlp.endpoint", (tls ? "https://" : "http://") + host + ":" + port)
                .set("sinks.otlp.timeout", "1s")
                .set("events.per-key-per-second", "0")
                .set("events.messages-per-second", "1000000");
    }

    private OtelCollector collector(Path logs, String tls) {
        return OtelCollector.stopped(
                folder, COLLECTOR.replace("FOLDER", logs.toString()).replace(" TLS", tls));
    }
}
