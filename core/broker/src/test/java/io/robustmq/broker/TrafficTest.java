package io.robustmq.broker;

import static io.robustmq.broker.RawClient.CONNACK;
import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.RawClient.PUBREL;
import static io.robustmq.broker.TestBroker.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.PacketType;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.Latency;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongBiFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What is counted of packets and connections; with two loops, clients move between them. */
@ParameterizedClass
@ValueSource(ints = {1, 2})
class TrafficTest {
    @Parameter int loops;
    private TestBroker broker;

    @BeforeEach
    void open() throws IOException {
        broker = TestBroker.open(settings(loops));
    }

    @AfterEach
    void close() {
        broker.close();
    }

    private RawClient connected(MqttVersion version, String clientId) throws IOException {
        RawClient client = broker.client(version);
        client.connect(clientId);
        return client;
    }

    private BrokerMeasures measures() {
        return broker.broker.measures();
    }

    private long of(@Nullable MqttVersion version, ToLongFunction<ListenerTraffic> value) {
        return measures().traffic().stream()
                .filter(each -> each.listener().equals("tcp") && each.version() == version)
                .mapToLong(value)
                .sum();
    }

    private Map<PacketType, Long> received(MqttVersion version) {
        return counts(version, ListenerTraffic::packetsReceived);
    }

    private Map<PacketType, Long> sent(MqttVersion version) {
        return counts(version, ListenerTraffic::packetsSent);
    }

    private Map<PacketType, Long> counts(
            MqttVersion version, ToLongBiFunction<ListenerTraffic, PacketType> count) {
        Map<PacketType, Long> counts = new TreeMap<>();
        for (PacketType type : PacketType.values()) {
            counts.put(type, of(version, each -> count.applyAsLong(each, type)));
        }
        counts.values().removeIf(packets -> packets == 0);
        return counts;
    }

    private static long count(List<Latency> latencies) {
        return latencies.stream().mapToLong(each -> Arrays.stream(each.counts()).sum()).sum();
    }

    @Test
    void each_packet_of_a_client_is_counted_once_at_its_version() throws Exception {
        try (RawClient client = connected(MqttVersion.V5, "five");
                RawClient old = connected(MqttVersion.V3_1_1, "old")) {
            client.subscribe("t", 2);
            client.publish("t", "0", 0, 0);
            client.message();
            old.published("t", "1", 1, 1);
            client.ack(PUBACK, client.message().packetId());
            old.published("t", "2", 2, 2);
            Message two = client.message();
            client.ack(RawClient.PUBREC, two.packetId());
            client.expect(PUBREL);
            client.ack(RawClient.PUBCOMP, two.packetId());
            client.unsubscribe("t");
            assertThat(client.untilPong()).isEmpty();
            client.disconnect(0);
            client.expectEnd();
        }
        assertThat(received(MqttVersion.V5))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                PacketType.CONNECT, 1L,
                                PacketType.SUBSCRIBE, 1L,
                                PacketType.PUBLISH, 1L,
                                PacketType.PUBACK, 1L,
                                PacketType.PUBREC, 1L,
                                PacketType.PUBCOMP, 1L,
                                PacketType.UNSUBSCRIBE, 1L,
                                PacketType.PINGREQ, 1L,
                                PacketType.DISCONNECT, 1L));
        assertThat(sent(MqttVersion.V5))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                PacketType.CONNACK, 1L,
                                PacketType.SUBACK, 1L,
                                PacketType.PUBLISH, 3L,
                                PacketType.PUBREL, 1L,
                                PacketType.UNSUBACK, 1L,
                                PacketType.PINGRESP, 1L));
        assertThat(received(MqttVersion.V3_1_1))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                PacketType.CONNECT, 1L,
                                PacketType.PUBLISH, 2L,
                                PacketType.PUBREL, 1L));
        assertThat(sent(MqttVersion.V3_1_1))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                PacketType.CONNACK, 1L,
                                PacketType.PUBACK, 1L,
                                PacketType.PUBREC, 1L,
                                PacketType.PUBCOMP, 1L));
        assertThat(received(MqttVersion.V3_1)).isEmpty();
    }

    @Test
    void a_connection_is_open_at_the_version_it_told_and_nowhere_when_it_is_closed()
            throws Exception {
        RawClient silent = broker.client();
        TestBroker.waitUntil(() -> of(null, ListenerTraffic::connections) == 1);
        RawClient five = connected(MqttVersion.V5, "five");
        RawClient old = connected(MqttVersion.V3_1_1, "old");
        RawClient other = connected(MqttVersion.V3_1_1, "other");
        assertThat(of(MqttVersion.V5, ListenerTraffic::connections)).isEqualTo(1);
        assertThat(of(MqttVersion.V3_1_1, ListenerTraffic::connections)).isEqualTo(2);
        assertThat(of(null, ListenerTraffic::connections)).isEqualTo(1);

        for (RawClient each : List.of(silent, five, old, other)) {
            each.close();
        }
        TestBroker.waitUntil(
                () -> measures().traffic().stream().allMatch(each -> each.connections() == 0));
        assertThat(measures().traffic())
                .extracting(ListenerTraffic::version)
                .contains(MqttVersion.V5, MqttVersion.V3_1_1, null);
    }

    @Test
    void what_was_never_used_is_not_told() throws Exception {
        assertThat(measures().traffic()).isEmpty();
        connected(MqttVersion.V5, "five").close();
        assertThat(measures().traffic())
                .extracting(each -> each.listener() + " " + each.version())
                .containsExactlyInAnyOrder("tcp V5", "tcp null");
    }

    @Test
    void reason_codes_are_counted_by_the_packet_that_says_them() throws Exception {
        try (RawClient first = connected(MqttVersion.V5, "same");
                RawClient old = connected(MqttVersion.V3_1_1, "old")) {
            first.subscribe("t", 1);
            first.subscribe("a/#/b", 0);
            first.unsubscribe("never");
            first.published("nobody", "x", 1, 1);
            first.published("nobody", "x", 2, 1);
            old.published("nobody", "x", 1, 1);
            old.published("t", "x", 1, 2);
            first.send(PUBACK, 0, new Bytes().u16(first.message().packetId()).u8(0x83)); // refused
            RawClient second = connected(MqttVersion.V5, "same");
            assertThat(first.expectDisconnect()).isEqualTo(ReasonCode.SESSION_TAKEN_OVER);
            second.disconnect(ReasonCode.DISCONNECT_WITH_WILL);
            second.expectEnd();
            second.close();
            try (RawClient nameless = broker.client(MqttVersion.V3_1_1)) {
                nameless.sendConnect("", new Options().keepSession());
                assertThat(nameless.expect(CONNACK).u8(1)).isEqualTo(2); // of 3.1.1
            }
        }
        assertThat(reasons())
                .containsExactlyInAnyOrder(
                        "CONNACK_SENT 00: 3",
                        "CONNACK_SENT 85: 1",
                        "SUBACK_SENT 01: 1",
                        "SUBACK_SENT 8f: 1",
                        "UNSUBACK_SENT 11: 1",
                        "PUBACK_SENT 00: 1",
                        "PUBACK_SENT 10: 2",
                        "PUBREC_SENT 10: 1",
                        "PUBACK_RECEIVED 83: 1",
                        "DISCONNECT_SENT 8e: 1",
                        "DISCONNECT_RECEIVED 04: 1");
    }

    private List<String> reasons() {
        return Arrays.stream(ReasonedPacket.values())
                .flatMap(packet ->
                        Arrays.stream(packet.reasonCodes())
                                .filter(code -> measures().reasonCodes(packet, code) > 0)
                                .mapToObj(code ->
                                        "%s %02x: %d"
                                                .formatted(
                                                        packet,
                                                        code,
                                                        measures().reasonCodes(packet, code))))
                .toList();
    }

    @Test
    void an_acknowledgement_has_its_latency_at_the_qos_of_its_publish() throws Exception {
        try (RawClient keeps = broker.client();
                RawClient publisher = connected(MqttVersion.V5, "publisher")) {
            keeps.connect("keeps", new Options().expiry(1000));
            keeps.subscribe("kept", 1);
            publisher.published("nobody", "at once", 1, 1);
            publisher.published("kept", "from the log", 1, 2);
            publisher.published("nobody", "at once", 2, 3);
            publisher.publish("kept", "no answer", 0, 0);
            keeps.message();
            keeps.message();
            TestBroker.waitUntil(() -> count(measures().acknowledgementLatencies(2)) == 1);
            TestBroker.waitUntil(() -> count(measures().acknowledgementLatencies(1)) == 2);
            assertThat(count(measures().acknowledgementLatencies(0))).isZero();
        }
    }

    @Test
    void a_delivery_has_its_latency_at_its_own_qos() throws Exception {
        try (RawClient client = connected(MqttVersion.V5, "client");
                RawClient publisher = connected(MqttVersion.V5, "publisher")) {
            client.subscribe("t", 1);
            publisher.publish("t", "0", 0, 0);
            publisher.published("t", "1", 1, 1);
            publisher.published("t", "2", 2, 2);
            for (int i = 0; i < 3; i++) {
                client.message();
            }
        }
        TestBroker.waitUntil(() -> count(measures().deliveryLatencies(1)) == 2);
        assertThat(count(measures().deliveryLatencies(0))).isEqualTo(1);
        assertThat(count(measures().deliveryLatencies(2))).isZero();
    }

    @Test
    void every_loop_is_measured_for_its_lag_and_what_waits() throws Exception {
        assertThat(measures().pendingTasks()).hasSize(loops);
        TestBroker.waitUntil(
                () -> measures().lags().stream().allMatch(each -> count(List.of(each)) > 0));
    }
}
