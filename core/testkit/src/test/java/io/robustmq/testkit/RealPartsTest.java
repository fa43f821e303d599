package io.robustmq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RealPartsTest {
    private static final String ONE_LOG =
            """
            {"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s"}}]},
             "scopeLogs":[{"logRecords":[{"timeUnixNano":"1","severityNumber":9,"severityText":"INFO",
             "eventName":"a.b","body":{"stringValue":"text"},
             "attributes":[{"key":"n","value":{"intValue":"7"}}]}]}]}]}
            """;

    @TempDir Path folder;

    @Test
    @NeedsPart(Part.OTEL_COLLECTOR)
    void what_the_collector_got_by_otlp_is_read_back() throws Exception {
        try (OtelCollector collector = OtelCollector.started(folder)) {
            postLogs(collector);

            OtlpLog log = collector.awaitLog("a.b", l -> l.eventName().equals("a.b"));

            assertThat(log.severityText()).isEqualTo("INFO");
            assertThat(log.severityNumber()).isEqualTo(9);
            assertThat(log.body()).isEqualTo("text");
            assertThat(log.attributes()).containsExactly(Map.entry("n", "7"));
            assertThat(log.resource()).containsEntry("service.name", "s");
        }
    }

    @Test
    @NeedsPart(Part.OTEL_COLLECTOR)
    void a_killed_collector_comes_back_on_the_same_ports_with_what_it_had() throws Exception {
        try (OtelCollector collector = OtelCollector.started(folder)) {
            postLogs(collector);
            collector.awaitLog("the first", l -> true);
            collector.kill();
            collector.start();
            postLogs(collector);

            Await.untilTrue(
                    "both are there", Duration.ofSeconds(20), () -> collector.logs().size() == 2);
        }
    }

    @Test
    @NeedsPart(Part.OTEL_COLLECTOR)
    void what_the_collector_got_by_forward_is_read_back_and_acknowledged() throws Exception {
        try (OtelCollector collector = OtelCollector.started(folder)) {
            assertThat(forward(collector.fluentPort())).contains("ack", "c1");

            OtlpLog log = collector.awaitForwarded("the entry", l -> true);

            assertThat(log.attributes()).containsEntry("event", "x").containsEntry("n", "7");
        }
    }

    @Test
    @NeedsPart(Part.FLUENT_SERVER)
    void the_forward_server_tells_and_acknowledges_what_it_got() throws Exception {
        try (FluentServer server = FluentServer.start()) {
            assertThat(forward(server.port())).contains("ack", "c1");

            FluentServer.Entry entry = server.await("the entry", e -> true);

            assertThat(entry.tag()).isEqualTo("tag");
            assertThat(entry.record().path("event").asText()).isEqualTo("x");
            assertThat(entry.record().path("n").asInt()).isEqualTo(7);
            server.awaitAcknowledged(1);
        }
    }

    @Test
    @NeedsPart(Part.MOSQUITTO)
    void mosquitto_s_clients_publish_and_receive() throws Exception {
        int port = FreePorts.one();
        ChildProcess broker =
                ChildProcess.start(
                        "mosquitto",
                        folder,
                        Map.of(),
                        List.of(
                                Part.MOSQUITTO.program("mosquitto").toString(),
                                "-p",
                                Integer.toString(port)));
        try (broker) {
            MosquittoClients clients = new MosquittoClients(port);
            Await.untilTrue(
                    "mosquitto answers",
                    Duration.ofSeconds(20),
                    () -> clients.publish("-t", "up", "-n").exitCode() == 0);
            try (MosquittoClients.Subscriber subscriber =
                    clients.subscribe("-V", "mqttv5", "-q", "1", "-t", "a/+")) {
                assertThat(
                                clients.publish(
                                                "-V",
                                                "mqttv5",
                                                "-q",
                                                "1",
                                                "-t",
                                                "a/b",
                                                "-m",
                                                "hello",
                                                "-D",
                                                "publish",
                                                "user-property",
                                                "k",
                                                "v")
                                        .exitCode())
                        .isZero();

                MosquittoClients.Received received = subscriber.await(1).getFirst();

                assertThat(received.topic()).isEqualTo("a/b");
                assertThat(received.payload()).isEqualTo("hello");
                assertThat(received.qos()).isEqualTo(1);
                assertThat(received.userProperty("k")).isEqualTo("v");
            }
        }
    }

    @Test
    @NeedsPart(Part.PROMTOOL)
    void promtool_is_silent_on_good_metrics_and_not_on_bad_ones() throws Exception {
        String good = "# HELP a_total Help.\n# TYPE a_total counter\na_total 1\n";

        assertThat(Promtool.checkMetrics(good)).isEqualTo(new Promtool.Verdict(0, ""));
        assertThat(Promtool.checkMetrics("a_total 1\n").output()).contains("no help text");
    }

    private static void postLogs(OtelCollector collector) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    http.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    "http://127.0.0.1:"
                                                            + collector.httpPort()
                                                            + "/v1/logs"))
                                    .header("Content-Type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofString(ONE_LOG))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
        }
    }

    /** Sends one entry in the Forward mode with a chunk id, and gives back the acknowledgement. */
    private static String forward(int port) throws Exception {
        byte[] message = {
            (byte) 0x93, // [tag, entries, option]
            (byte) 0xa3,
            't',
            'a',
            'g',
            (byte) 0x91, // one entry: [time, record]
            (byte) 0x92,
            (byte) 0xce,
            0x65,
            0,
            0,
            0,
            (byte) 0x82, // {"event": "x", "n": 7}
            (byte) 0xa5,
            'e',
            'v',
            'e',
            'n',
            't',
            (byte) 0xa1,
            'x',
            (byte) 0xa1,
            'n',
            7,
            (byte) 0x81, // {"chunk": "c1"}
            (byte) 0xa5,
            'c',
            'h',
            'u',
            'n',
            'k',
            (byte) 0xa2,
            'c',
            '1',
        };
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            out.write(message);
            out.flush();
            InputStream in = socket.getInputStream();
            // {"ack": "c1"}: 1 + 4 + 3 bytes
            return new String(in.readNBytes(8), StandardCharsets.ISO_8859_1);
        }
    }
}
