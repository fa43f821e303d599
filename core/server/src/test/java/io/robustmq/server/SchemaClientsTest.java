package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubRecException;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.pubrec.Mqtt5PubRecReasonCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole node with a folder of schemas, and clients that we did not write. */
@Timeout(60)
class SchemaClientsTest {
    @TempDir Path folder;

    private Standalone node() {
        return TestStandalone.in(
                folder.resolve("data"),
                "schemas.directory=" + folder.resolve("schemas"),
                "sinks.file.directory=" + folder.resolve("logs"));
    }

    private static void publish(Mqtt5BlockingClient by, MqttQos qos, String payload) {
        by.publishWith()
                .topic("sensors/1/data")
                .qos(qos)
                .payload(payload.getBytes(StandardCharsets.UTF_8))
                .send();
    }

    private static void publish(Mqtt3BlockingClient by, MqttQos qos, String payload) {
        by.publishWith()
                .topic("sensors/1/data")
                .qos(qos)
                .payload(payload.getBytes(StandardCharsets.UTF_8))
                .send();
    }

    @Test
    void clients_publish_what_the_schema_says_and_nothing_else() throws Exception {
        Files.createDirectory(folder.resolve("schemas"));
        Files.writeString(
                folder.resolve("schemas").resolve("sensors.json"),
                """
                {"topics": ["sensors/+/data"],
                 "schema": {"type": "object", "required": ["celsius"],
                            "properties": {"celsius": {"type": "number"}}}}
                """);
        try (Standalone node = node()) {
            node.open();
            var at =
                    MqttClient.builder()
                            .serverHost("127.0.0.1")
                            .serverPort(TestStandalone.mqttPort(node));
            Mqtt5BlockingClient five = at.identifier("five").useMqttVersion5().buildBlocking();
            Mqtt3BlockingClient three = at.identifier("three").useMqttVersion3().buildBlocking();
            five.connect();
            three.connect();
            try (Mqtt5BlockingClient.Mqtt5Publishes got =
                    five.publishes(MqttGlobalPublishFilter.ALL)) {
                five.subscribeWith().topicFilter("#").qos(MqttQos.EXACTLY_ONCE).send();
                publish(five, MqttQos.AT_MOST_ONCE, "{}");
                assertThatThrownBy(
                                () -> publish(five, MqttQos.AT_LEAST_ONCE, "{\"celsius\":\"x\"}"))
                        .isInstanceOfSatisfying(
                                Mqtt5PubAckException.class,
                                refused -> {
                                    assertThat(refused.getMqttMessage().getReasonCode())
                                            .isEqualTo(
                                                    Mqtt5PubAckReasonCode.PAYLOAD_FORMAT_INVALID);
                                    assertThat(refused.getMqttMessage().getReasonString())
                                            .hasToString(
                                                    "Optional[the payload is not as schema sensors says at /celsius, see /properties/celsius/type]");
                                });
                assertThatThrownBy(() -> publish(five, MqttQos.EXACTLY_ONCE, "no JSON"))
                        .isInstanceOfSatisfying(
                                Mqtt5PubRecException.class,
                                refused ->
                                        assertThat(refused.getMqttMessage().getReasonCode())
                                                .isEqualTo(
                                                        Mqtt5PubRecReasonCode
                                                                .PAYLOAD_FORMAT_INVALID));
                for (MqttQos qos : MqttQos.values()) {
                    publish(three, qos, "{}");
                    publish(three, qos, "{\"celsius\":" + qos.getCode() + "}");
                    assertThat(got.receive(20, TimeUnit.SECONDS).orElseThrow().getPayloadAsBytes())
                            .asString(StandardCharsets.UTF_8)
                            .isEqualTo("{\"celsius\":" + qos.getCode() + "}");
                }
            }
            five.disconnect();
            three.disconnect();
        }
        try (Stream<Path> logs = Files.list(folder.resolve("logs"))) {
            assertThat(Files.readString(logs.findFirst().orElseThrow()))
                    .contains("message.schemas_loaded", "message.schema_violated");
        }
    }
}
