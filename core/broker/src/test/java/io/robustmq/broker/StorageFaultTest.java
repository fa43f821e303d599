package io.robustmq.broker;

import static io.robustmq.broker.RawClient.CONNACK;
import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.RawClient.PUBCOMP;
import static io.robustmq.broker.RawClient.PUBREC;
import static io.robustmq.broker.RawClient.PUBREL;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.broker.RawClient.Packet;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.SessionEvent;
import io.robustmq.testkit.Mqtt3;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients are told while the disk is full or broken, and that it was the truth afterwards. */
@ParameterizedClass
@CsvSource({"1, true", "2, true", "1, false", "2, false"})
@SuppressWarnings("NullAway.Init")
class StorageFaultTest {
    @Parameter(0)
    int loops;

    /** Else it is broken. */
    @Parameter(1)
    boolean full;

    private final FaultyDisk disk = new FaultyDisk();
    private TestBroker broker;
    private RawClient publisher;

    @BeforeEach
    void open() throws IOException {
        broker = TestBroker.open(settings(loops), disk);
        publisher = broker.connected("publisher");
    }

    @AfterEach
    void close() throws IOException {
        disk.heal();
        disk.release();
        publisher.close();
        broker.close();
    }

    private static Options kept() {
        // heal() lets the clock run ahead until the journal has tried again
        return new Options().keepSession().expiry(500_000);
    }

    private void fail() {
        if (full) {
            disk.failWrites(FaultyDisk.FULL);
        } else {
            disk.failSyncs(FaultyDisk.BROKEN);
        }
    }

    private int code() {
        return full ? ReasonCode.QUOTA_EXCEEDED : ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;
    }

    private void heal() throws Exception {
        disk.heal();
        waitUntil(() -> {
            broker.clock.advance(Duration.ofSeconds(1));
            return broker.log.shard().failure() == null;
        });
        broker.broker.sweep();
    }

    private void gone(String clientId, String filter, int qos) throws Exception {
        try (RawClient client = broker.client()) {
            client.connect(clientId, kept());
            client.subscribe(filter, qos);
        }
        broker.events.await(
                SessionEvent.Suspended.class, e -> e.peer().clientId().equals(clientId));
    }

    private RawClient resumed(String clientId) throws IOException {
        RawClient client = broker.client();
        assertThat(client.connect(clientId, kept())).isTrue();
        return client;
    }

    @Test
    void publishes_are_refused_and_nobody_gets_them() throws Exception {
        gone("c", "t", 2);
        try (RawClient live = broker.connected("live")) {
            live.subscribe("#", 2);
            fail();
            publisher.publish("t", "1", 1, 1);
            assertThat(RawClient.reason(publisher.expect(PUBACK))).isEqualTo(code());
            publisher.publish("t", "2", 2, 2);
            assertThat(RawClient.reason(publisher.expect(PUBREC))).isEqualTo(code());
            publisher.publish("t", "3", 2, 2);
            assertThat(RawClient.reason(publisher.expect(PUBREC)))
                    .as("a new message, no repeat")
                    .isEqualTo(code());
            assertThat(live.untilPong()).isEmpty();
            publisher.publish("t", "qos 0 goes on", 0, 0);
            assertThat(live.message().payload()).isEqualTo("qos 0 goes on");
            assertThat(publisher.published("nobody keeps it", "4", 1, 3)).isZero();
            live.ack(PUBACK, live.message().packetId());
            MessageEvent.Rejected event = broker.events.await(MessageEvent.Rejected.class);
            assertThat(event.reasonCode()).isEqualTo(code());

            heal();
            assertThat(publisher.published("t", "5", 2, 2)).isZero();
            assertThat(live.message().payload()).isEqualTo("5");
        }
        broker.crash();
        try (RawClient client = resumed("c")) {
            assertThat(client.message().payload()).isEqualTo("5");
            assertThat(client.untilPong()).isEmpty();
        }
    }

    @Test
    @Mqtt3("MQTT-4.8.0-2")
    void a_3_1_1_publisher_is_disconnected_and_may_send_it_again() throws Exception {
        gone("c", "t", 2);
        Options clean = new Options();
        clean.cleanStart = false;
        for (int qos = 1; qos <= 2; qos++) {
            try (RawClient old = broker.client(MqttVersion.V3_1_1)) {
                old.connect("old", clean);
                fail();
                old.publish("t", "1", qos, 1);
                old.expectEnd();
            }
            heal();
            try (RawClient old = broker.client(MqttVersion.V3_1_1)) {
                assertThat(old.connect("old", clean)).isTrue();
                old.publish("t", "again", qos << 1 | 8, 1, new Bytes());
                if (qos == 1) {
                    old.expect(PUBACK);
                } else {
                    old.expect(PUBREC);
                    old.ack(PUBREL, 1);
                    old.expect(PUBCOMP);
                }
            }
        }
        assertThat(broker.events.of(ConnectionEvent.Closed.class))
                .filteredOn(e -> e.ending() == Ending.STORAGE_UNAVAILABLE)
                .hasSize(2);
        try (RawClient client = resumed("c")) {
            assertThat(client.message().payload()).isEqualTo("again");
            assertThat(client.message().payload()).isEqualTo("again");
            assertThat(client.untilPong()).isEmpty();
        }
    }

    @Test
    void new_sessions_are_refused_and_clean_ones_go_on() throws Exception {
        fail();
        try (RawClient client = broker.client();
                RawClient old = broker.client(MqttVersion.V3_1_1)) {
            client.sendConnect("c", kept());
            assertThat(client.expect(CONNACK).u8(1)).isEqualTo(code());
            client.expectEnd();
            old.sendConnect("old", new Options().keepSession());
            assertThat(old.expect(CONNACK).u8(1)).as("server unavailable").isEqualTo(3);
            old.expectEnd();
        }
        try (RawClient clean = broker.connected("clean")) {
            clean.subscribe("live", 2);
            assertThat(publisher.published("live", "x", 2, 1)).isZero();
            assertThat(clean.message().payload()).isEqualTo("x");
        }
        heal();
        try (RawClient client = broker.client()) {
            assertThat(client.connect("c", kept())).isFalse();
        }
        broker.crash();
        try (RawClient client = resumed("c")) {
            assertThat(client.untilPong()).isEmpty();
        }
    }

    @Test
    void a_client_that_goes_and_its_will_are_remembered_when_the_disk_is_back() throws Exception {
        gone("watcher", "will/#", 1);
        RawClient client = broker.client();
        client.connect("c", kept().will("will/c", 1 << 3));
        fail();
        client.close();
        broker.events.await(SessionEvent.Suspended.class, e -> e.peer().clientId().equals("c"));
        assertThat(broker.events.of(MessageEvent.WillPublished.class)).isEmpty();
        heal();
        broker.events.await(MessageEvent.WillPublished.class);
        broker.settled();
        broker.crash();
        broker.advance(Duration.ofSeconds(2));
        try (RawClient watcher = resumed("watcher")) {
            assertThat(watcher.message().topic()).isEqualTo("will/c");
            assertThat(watcher.untilPong()).isEmpty();
        }
    }

    @Test
    void acknowledgements_during_the_fault_are_in_the_log_afterwards() throws Exception {
        gone("c", "t", 1);
        for (int i = 1; i <= 6; i++) {
            publisher.published("t", "" + i, 1, i);
        }
        RawClient client = resumed("c");
        List<Message> messages = new ArrayList<>();
        for (int i = 1; i <= 6; i++) {
            messages.add(client.message());
        }
        broker.settled();
        fail();
        client.ack(PUBACK, messages.get(1).packetId());
        client.ack(PUBACK, messages.get(3).packetId());
        client.untilPong();
        waitUntil(() -> broker.log.shard().failure() != null);
        client.ack(PUBACK, messages.get(4).packetId());
        client.untilPong();
        heal();
        client.untilPong();
        broker.settled();
        broker.crash();
        client.close();
        try (RawClient again = resumed("c")) {
            assertThat(again.message().payload()).isEqualTo("1");
            assertThat(again.message().payload()).isEqualTo("3");
            assertThat(again.message().payload()).isEqualTo("6");
            assertThat(again.untilPong()).isEmpty();
        }
    }

    @Test
    void pubrel_and_pubcomp_are_withheld_and_come_later() throws Exception {
        gone("c", "t", 2);
        RawClient sender = broker.client();
        sender.connect("sender", kept());
        sender.publish("t", "1", 2, 1);
        sender.expect(PUBREC);
        RawClient client = resumed("c");
        Message message = client.message();
        fail();
        client.ack(PUBREC, message.packetId());
        sender.ack(PUBREL, 1);
        assertThat(client.untilPong()).isEmpty();
        assertThat(sender.untilPong()).isEmpty();
        waitUntil(() -> broker.log.shard().failure() != null);
        client.ack(PUBREC, message.packetId());
        sender.ack(PUBREL, 1);
        assertThat(client.untilPong()).isEmpty();
        assertThat(sender.untilPong()).isEmpty();
        heal();
        assertThat(client.expect(PUBREL).u16(0)).isEqualTo(message.packetId());
        assertThat(sender.expect(PUBCOMP).u16(0)).isEqualTo(1);
        broker.crash();
        client.close();
        sender.close();
        try (RawClient again = resumed("c");
                RawClient senderAgain = resumed("sender")) {
            assertThat(again.expect(PUBREL).u16(0)).isEqualTo(message.packetId());
            again.ack(PUBCOMP, message.packetId());
            assertThat(again.untilPong()).isEmpty();
            senderAgain.ack(PUBREL, 1);
            assertThat(RawClient.reason(senderAgain.expect(PUBCOMP)))
                    .isEqualTo(ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
        }
    }

    @Test
    void a_publisher_that_was_held_back_is_read_again_after_the_fault() throws Exception {
        gone("c", "t", 1);
        disk.hold();
        fail();
        String large = "x".repeat(500_000);
        Thread sending =
                Thread.startVirtualThread(() -> {
                    try {
                        for (int i = 1; i <= 60; i++) {
                            publisher.publish("t", large, 1, i);
                        }
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
        waitUntil(() -> broker.broker.measures().publishReceived(1) >= 16);
        disk.release();
        for (int i = 1; i <= 60; i++) {
            Packet answer = publisher.expect(PUBACK);
            assertThat(answer.u16(0)).isEqualTo(i);
            assertThat(RawClient.reason(answer)).isEqualTo(code());
        }
        sending.join();
        heal();
        assertThat(publisher.published("t", "1", 1, 1)).isZero();
    }
}
