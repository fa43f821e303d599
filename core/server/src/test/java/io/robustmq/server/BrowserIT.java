package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.robustmq.testkit.ChildProcess;
import io.robustmq.testkit.MosquittoClients.Published;
import io.robustmq.testkit.MosquittoClients.Subscriber;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.RobustMq;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * MQTT.js over WebSocket, in Node.js and in a page of a real browser, with the certificate that the
 * broker made for itself. {@code scenario.js} is what each of them does.
 */
@NeedsPart({Part.MQTT_JS, Part.MOSQUITTO})
class BrowserIT {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    /**
     * What the scenario tells, in order; OF and BY are the user properties, which 3.1.1 has not.
     */
    private static final String TOLD =
            """
            {"connected":{"sessionPresent":false}}
            {"granted":{"ID/0":0,"ID/1":1,"ID/2":2,"ID/outside":1}}
            {"own":{"topic":"ID/0","payload":"grün 0","qos":0,"userProperties":OF}}
            {"large":{"topic":"ID/0","payload":100000,"qos":0,"userProperties":OF}}
            {"own":{"topic":"ID/1","payload":"grün 1","qos":1,"userProperties":OF}}
            {"large":{"topic":"ID/1","payload":100000,"qos":1,"userProperties":OF}}
            {"own":{"topic":"ID/2","payload":"grün 2","qos":2,"userProperties":OF}}
            {"large":{"topic":"ID/2","payload":100000,"qos":2,"userProperties":OF}}
            {"waits":"ID/outside"}
            {"outside":{"topic":"ID/outside","payload":"by mosquitto","qos":1,"userProperties":BY}}
            {"reconnected":{"sessionPresent":true}}
            {"own":{"topic":"ID/1","payload":"after a reconnection","qos":1,"userProperties":OF}}
            {"reconnected":{"sessionPresent":true}}
            {"stored":{"topic":"ID/2","payload":"while it was away","qos":2,"userProperties":OF}}
            {"done":"ID"}
            """;

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir private static Path folder;
    private static RobustMq broker;

    @BeforeAll
    static void start() throws Exception {
        broker = RobustMq.in(folder.resolve("node")).everyTransport().start();
    }

    @AfterAll
    static void stop() {
        if (broker != null) {
            broker.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"ws,4", "ws,5", "wss,4", "wss,5"})
    void node_js(String transport, int version) throws Exception {
        String id = "node-" + transport + "-" + version;
        try (ChildProcess client = run(List.of("node.js"), transport, options(id, version))) {
            assertScenario(client, id, transport, version);
            assertThat(client.awaitExit(LIMIT)).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"ws,4", "ws,5", "wss,5"})
    @NeedsPart(Part.CHROMIUM)
    void a_page_in_chromium(String transport, int version) throws Exception {
        String id = "page-" + transport + "-" + version;
        List<String> script = List.of("browser.js", Part.CHROMIUM.program("chromium").toString());
        try (Subscriber will = broker.mosquitto().subscribe("-q", "1", "-t", id + "-tab");
                ChildProcess client = run(script, transport, options(id, version))) {
            assertScenario(client, id, transport, version);
            client.awaitLine("a closed tab", LIMIT, line -> line.startsWith("{\"closed\""));
            // who closes a tab says no DISCONNECT
            assertThat(will.await(1).getFirst().payload()).isEqualTo("closed");
            assertThat(client.awaitExit(LIMIT)).isZero();
        }
    }

    @Test
    void node_js_is_shown_the_certificate_of_the_broker_and_does_not_trust_it_untold()
            throws Exception {
        Map<String, Object> options = Map.of("clientId", "distrusts", "protocolVersion", 5);
        try (ChildProcess client = run(List.of("node.js"), "wss", options)) {
            assertThat(client.awaitExit(LIMIT)).isEqualTo(1);
            assertThat(client.stdout()).isEmpty();
            assertThat(client.stderr()).anyMatch(line -> line.contains("self-signed certificate"));
        }
    }

    private static void assertScenario(
            ChildProcess client, String id, String transport, int version) throws Exception {
        client.awaitLine("that it waits", LIMIT, line -> line.startsWith("{\"waits\""));
        Published published =
                broker.mosquitto()
                        .publish(
                                with(
                                        "-V mqttv5 -q 1 -D publish user-property by mosquitto",
                                        "-t",
                                        id + "/outside",
                                        "-m",
                                        "by mosquitto"));
        assertThat(published.exitCode()).as(published.output()).isZero();

        client.awaitLine("that it is done", LIMIT, line -> line.startsWith("{\"done\""));
        boolean five = version == 5;
        List<String> expected =
                TOLD.replace("OF", five ? "{\"of\":\"ID\"}" : "{}")
                        .replace("BY", five ? "{\"by\":\"mosquitto\"}" : "{}")
                        .replace("ID", id)
                        .lines()
                        .toList();
        assertThat(client.stdout()).startsWith(expected.toArray(String[]::new));

        JsonNode accepted =
                broker.awaitRecord(
                        "connection.accepted",
                        record -> record.path("client_id").asText().equals(id));
        assertThat(accepted.path("transport").asText()).isEqualTo(transport);
    }

    private static String[] with(String words, String... others) {
        return Stream.concat(Stream.of(words.split(" ")), Stream.of(others)).toArray(String[]::new);
    }

    private static Map<String, Object> options(String id, int version) throws Exception {
        Path certificate = broker.developmentCertificate();
        return Map.of("clientId", id, "protocolVersion", version, "ca", certificate.toString());
    }

    /** {@code script} is the script's name and what it wants before address and options. */
    private static ChildProcess run(
            List<String> script, String transport, Map<String, Object> options) throws Exception {
        Path scripts = Path.of(BrowserIT.class.getResource("/io/robustmq/mqttjs").toURI());
        List<String> command = new ArrayList<>();
        command.add(Part.MQTT_JS.program("node").toString());
        command.addAll(script);
        command.add(
                transport
                        + "://127.0.0.1:"
                        + broker.port("mqtt." + transport + ".listen")
                        + "/mqtt");
        command.add(JSON.writeValueAsString(options));
        Map<String, String> environment =
                Map.of(
                        "NODE_PATH",
                        Part.MQTT_JS.made().resolve("..").toString(),
                        // where the browser puts what it leaves behind
                        "TMPDIR",
                        folder.toString());
        return ChildProcess.start(script.getFirst(), scripts, environment, command);
    }
}
