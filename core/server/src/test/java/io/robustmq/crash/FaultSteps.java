package io.robustmq.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.crash.Out.Hello;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.RobustMq;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What publishers and subscribers do while a disk fails, and what they must see. */
final class FaultSteps {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String TOPIC = "k/1";
    private static final int FILLING = 4_000;
    private static final int SEVERAL = 20;

    private final List<MessageId> acknowledged = new ArrayList<>();
    private int port;
    private long number;
    private @Nullable Wire publisher;

    /** A healthy disk. The publisher's connection lasts from here to the kill. */
    void begin(RobustMq node) throws Exception {
        port = node.mqttPort();
        Kept.subscribe(port, "k/#");
        publisher = Wire.connected(port, true, "publisher", Hello.CLEAN);
        several();
    }

    private void several() throws IOException {
        for (int i = 0; i < SEVERAL; i++) {
            assertThat(publish()).isZero();
        }
    }

    /** With QoS 1 and MQTT 5; the reason code. */
    private int publish() throws IOException {
        Wire wire = publisher;
        if (wire == null) {
            throw new IllegalStateException("begin() first");
        }
        MessageId message = new MessageId("p", ++number);
        int packetId = (int) (number % 60_000) + 1;
        wire.send(wire.out().publish(TOPIC, message.payload(FILLING), 1, false, false, packetId));
        Packet puback = wire.await(Packet.PUBACK, LIMIT);
        assertThat(puback.packetId()).isEqualTo(packetId);
        if (puback.reason() < Packet.FAILURE) {
            acknowledged.add(message);
        }
        return puback.reason();
    }

    /** The reason code of the first refusal, which must come within so many messages. */
    int publishUntilRefused(int most) throws IOException {
        int code = publish();
        for (int i = 1; i < most && code < Packet.FAILURE; i++) {
            code = publish();
        }
        assertThat(code).isGreaterThanOrEqualTo(Packet.FAILURE);
        return code;
    }

    void everythingElseWhileItFails() throws IOException {
        qos2IsRefused();
        mqtt3IsClosed();
        aSubscriptionToKeepIsRefused();
        whatNeedsNoDiskGoesOn();
    }

    private void qos2IsRefused() throws IOException {
        try (Wire wire = Wire.connected(port, true, "twice", Hello.CLEAN)) {
            MessageId refused = new MessageId("refused", 1);
            wire.send(wire.out().publish(TOPIC, refused.payload(10), 2, false, false, 1));
            Packet pubrec = wire.await(Packet.PUBREC, LIMIT);
            assertThat(pubrec.reason()).isGreaterThanOrEqualTo(Packet.FAILURE);
        }
    }

    private void mqtt3IsClosed() throws IOException {
        for (int qos = 1; qos <= 2; qos++) {
            try (Wire wire = Wire.connected(port, false, "old", Hello.CLEAN)) {
                MessageId refused = new MessageId("refused", 2);
                wire.send(wire.out().publish(TOPIC, refused.payload(10), qos, false, false, 1));
                assertThatThrownBy(() -> wire.read(LIMIT))
                        .isInstanceOfAny(EOFException.class, SocketException.class);
            }
        }
    }

    /** No good SUBACK for a kept session: the code says no, or the connection ends. */
    private void aSubscriptionToKeepIsRefused() {
        try (Wire wire = Wire.connected(port, true, "keeps", Hello.KEPT)) {
            wire.send(wire.out().subscribe(1, "k/#", 1));
            Packet answer = wire.await(Packet.SUBACK, LIMIT);
            assertThat(answer.code()).isGreaterThanOrEqualTo(Packet.FAILURE);
        } catch (EOFException | SocketException e) {
            // refused as well
        } catch (IOException e) {
            assertThat(e).hasMessageStartingWith("CONNACK ");
        }
    }

    private void whatNeedsNoDiskGoesOn() throws IOException {
        try (Wire subscriber = Wire.connected(port, true, "here", Hello.CLEAN);
                Wire sender = Wire.connected(port, true, "sends", Hello.CLEAN)) {
            subscriber.send(subscriber.out().subscribe(1, "c/#", 1));
            assertThat(subscriber.await(Packet.SUBACK, LIMIT).code()).isEqualTo(1);
            for (int qos = 0; qos <= 1; qos++) {
                MessageId message = new MessageId("sends", qos);
                sender.send(
                        sender.out().publish("c/1", message.payload(10), qos, false, false, qos));
                if (qos == 1) {
                    assertThat(sender.await(Packet.PUBACK, LIMIT).reason())
                            .isLessThan(Packet.FAILURE);
                }
                Packet got = subscriber.await(Packet.PUBLISH, LIMIT);
                assertThat(MessageId.of(got.publish().payload())).isEqualTo(message);
            }
        }
    }

    /** The same process, the same connection, within seconds. */
    void worksAgain() throws Exception {
        Await.untilTrue(
                "messages are taken again",
                Duration.ofSeconds(10),
                () -> publish() < Packet.FAILURE);
        several();
    }

    /** After a kill. */
    void nothingIsMissing(RobustMq node) throws IOException {
        List<MessageId> drained = Kept.drain(node.mqttPort());
        Set<MessageId> missing = new LinkedHashSet<>(acknowledged);
        missing.removeAll(Set.copyOf(drained));
        assertThat(missing).as("acknowledged, and not delivered after the kill").isEmpty();
        List<Long> numbers =
                drained.stream()
                        .filter(message -> message.publisher().equals("p"))
                        .map(MessageId::number)
                        .toList();
        assertThat(numbers).isSorted();
    }
}
