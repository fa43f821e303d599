package io.robustmq.collectors;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import io.robustmq.testkit.MosquittoClients;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.Repository;
import io.robustmq.testkit.RobustMq;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the broker writes is what the catalogue promises. */
@NeedsPart(Part.MOSQUITTO)
final class RecordSchemaIT {
    @TempDir Path folder;

    @Test
    void every_record_on_console_and_in_the_file_keeps_to_the_catalogue_s_schema()
            throws Exception {
        RobustMq broker =
                RobustMq.in(folder)
                        .set("sinks.console.level", "debug")
                        .set("sinks.file.level", "debug")
                        .alarmed()
                        .start();
        try (broker) {
            muchHappens(broker);
        }
        // ended by now, so all is written

        List<JsonNode> console = broker.records();
        List<JsonNode> file = broker.fileRecords();

        assertThat(broker.process().stdout()).allMatch(line -> line.startsWith("{"));
        assertThat(violations(console)).isEmpty();
        assertThat(violations(file)).isEmpty();
        assertThat(console)
                .extracting(record -> record.path("event").asText())
                .contains(
                        "connection.accepted",
                        "connection.closed",
                        "connection.protocol_violated",
                        "subscription.created",
                        "session.created",
                        "journal.opened",
                        "placement.node_registered",
                        "pipeline.started",
                        "pipeline.stopping",
                        "foreign.line");
        assertThat(sequences(file)).containsExactlyElementsOf(sequences(console));
    }

    @Test
    void a_record_with_a_field_that_its_event_has_not_is_refused() throws Exception {
        JsonNode good;
        try (RobustMq broker = RobustMq.in(folder).start()) {
            good = broker.awaitRecord("pipeline.started");
        }
        ObjectNode bad = good.deepCopy();
        bad.put("client_id", "x");
        ObjectNode nameless = good.deepCopy();
        nameless.put("event", "pipeline.invented");

        assertThat(violations(List.of(good))).isEmpty();
        assertThat(violations(List.of(bad))).isNotEmpty();
        assertThat(violations(List.of(nameless))).isNotEmpty();
    }

    private static void muchHappens(RobustMq broker) throws Exception {
        MosquittoClients clients = broker.mosquitto();
        try (MosquittoClients.Subscriber subscriber =
                clients.subscribe("-V", "mqttv5", "-q", "2", "-t", "a/#", "-t", "b")) {
            clients.publish("-V", "mqttv311", "-q", "1", "-t", "a/b", "-m", "x");
            clients.publish("-V", "mqttv5", "-q", "2", "-r", "-t", "a/c", "-m", "kept");
            clients.publish("-t", "nobody/wants/it", "-m", "x");
            clients.publish("-c", "-i", "stays", "-q", "1", "-t", "a/d", "-m", "x");
            subscriber.await(3);
        }
        try (Socket socket = new Socket("127.0.0.1", broker.mqttPort())) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
            socket.setSoTimeout(20_000);
            assertThat(socket.getInputStream().readAllBytes()).isNotNull();
        }
        broker.awaitRecord("connection.protocol_violated");
        broker.awaitRecord("foreign.line");
    }

    private static List<String> violations(List<JsonNode> records) throws IOException {
        Path file = Repository.root().resolve("telemetry/catalogue/events.schema.json");
        JsonSchema schema =
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                        .getSchema(
                                Files.readString(file),
                                SchemaValidatorsConfig.builder()
                                        .formatAssertionsEnabled(true)
                                        .build());
        assertThat(records).isNotEmpty();
        return records.stream()
                .flatMap(record ->
                        schema.validate(record).stream()
                                .map(violation -> violation + " in " + record))
                .toList();
    }

    private static List<Long> sequences(List<JsonNode> records) {
        return records.stream().map(record -> record.path("seq").asLong()).toList();
    }
}
