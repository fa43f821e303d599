package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.protocol.MqttVersion;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A client that publishes and one that subscribes, both as they should, while others do not. The
 * subscriber leaves and comes back now and then, and each message comes: with QoS 2 once, with QoS
 * 1 once more only after it was away, and in the order it was published in.
 */
final class WitnessPair {
    private static final String LAST = "last";

    private final InetSocketAddress address;
    private final int qos;
    private final MqttVersion version;
    private final AtomicBoolean over;
    private final String topic;

    WitnessPair(InetSocketAddress address, int qos, MqttVersion version, AtomicBoolean over) {
        this.address = address;
        this.qos = qos;
        this.version = version;
        this.over = over;
        this.topic = "w/" + qos + "/" + version;
    }

    /** Before the publisher begins. */
    void subscribe() throws IOException {
        try (RawClient client = new RawClient(address, version)) {
            client.connect(topic + " subscriber", session());
            assertThat(client.subscribe(topic, qos)).containsExactly(qos);
            client.disconnect(0);
            client.expectEnd();
        }
    }

    private static RawClient.Options session() {
        // of 3.1.1 the session is kept without that
        return new RawClient.Options().keepSession().expiry(100_000);
    }

    /** Until it is over; returns what was acknowledged. */
    List<String> publish() throws IOException {
        List<String> published = new ArrayList<>();
        try (RawClient client = new RawClient(address, version)) {
            client.connect(topic + " publisher");
            boolean last;
            do {
                last = over.get();
                String payload = last ? LAST : "message " + published.size();
                int id = 1 + published.size() % 60_000;
                assertThat(client.published(topic, payload, qos, id)).isZero();
                published.add(payload);
            } while (!last);
            client.disconnect(0);
        }
        return published;
    }

    /** Until the last; returns what came, in the order of its first time. */
    List<String> receive() throws IOException {
        Set<String> received = new LinkedHashSet<>();
        Set<Integer> unreleased = new HashSet<>();
        boolean last = false;
        int stay = 3;
        while (!last) {
            try (RawClient client = new RawClient(address, version)) {
                assertThat(client.connect(topic + " subscriber", session())).isTrue();
                for (int i = 0; i < stay && !last; i++) {
                    last = take(client, received, unreleased);
                }
                while (last && !unreleased.isEmpty()) {
                    take(client, received, unreleased);
                }
            }
            stay = stay * 7 % 61 + 1;
        }
        return List.copyOf(received);
    }

    /** One packet; true if it was the last message. */
    private boolean take(RawClient client, Set<String> received, Set<Integer> unreleased)
            throws IOException {
        RawClient.Packet packet = client.read();
        if (packet.type() == RawClient.PUBREL) {
            unreleased.remove(packet.u16(0));
            client.ack(RawClient.PUBCOMP, packet.u16(0));
            return false;
        }
        assertThat(packet.type()).isEqualTo(RawClient.PUBLISH);
        RawClient.Message message = client.message(packet);
        if (!message.topic().equals(topic)) {
            throw new AssertionError("not subscribed to: " + message);
        }
        assertThat(message.qos()).isEqualTo(qos);
        boolean isNew;
        if (qos == 2) {
            // while it is not released, the same identifier is the same message
            isNew = unreleased.add(message.packetId());
            client.ack(RawClient.PUBREC, message.packetId());
            assertThat(!isNew || received.add(message.payload())).as(message.toString()).isTrue();
        } else {
            isNew = received.add(message.payload());
            assertThat(isNew || message.dup()).as(message.toString()).isTrue();
            client.ack(RawClient.PUBACK, message.packetId());
        }
        return message.payload().equals(LAST);
    }
}
