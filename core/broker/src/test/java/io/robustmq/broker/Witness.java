package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Two clients that behave: one publishes with QoS 1, the other gets it once. Others may get it too,
 * or publish to its topic, or even take their names.
 */
final class Witness {
    static final int CONNECTIONS = 2;
    static final int SUBSCRIPTIONS = 1;

    private static final String TOPIC = "9c1e/witness";

    private final FuzzedBroker broker;
    private final ByteBufAllocator buffers = new UnpooledByteBufAllocator(false);
    private @Nullable PipeChannel publisher;
    private @Nullable PipeChannel subscriber;
    private int sent;
    private List<Packet> forPublisher = List.of();
    private List<Packet> forSubscriber = List.of();

    Witness(FuzzedBroker broker) {
        this.broker = broker;
    }

    /** A packet as it came. */
    private record Packet(int header, byte[] body) {}

    void connect() throws Exception {
        broker.onLoop(() -> {
            publisher = broker.connected(buffers);
            subscriber = broker.connected(buffers);
            publisher.send(connectPacket("9c1e-publisher"));
            subscriber.send(connectPacket("9c1e-subscriber"));
            subscriber.send(packet(0x82, new Bytes().u16(1).text(TOPIC).u8(1)));
            return "";
        });
        broker.logged();
        broker.onLoop(() -> {
            take();
            return "";
        });
        assertThat(forPublisher).extracting(Packet::header).containsExactly(0x20);
        assertThat(forSubscriber).extracting(Packet::header).containsExactly(0x20, 0x90);
    }

    /** On the loop. */
    void publish() {
        sent++;
        Bytes publish = new Bytes().text(TOPIC).u16(7).raw(payload());
        channel(publisher).send(packet(0x32, publish));
    }

    private byte[] payload() {
        return ("message " + sent).getBytes(StandardCharsets.UTF_8);
    }

    /** What came for both, acknowledged. On the loop, when the log has what was published. */
    void take() {
        forPublisher = packets(channel(publisher).received());
        forSubscriber = packets(channel(subscriber).received());
        for (Packet packet : forSubscriber) {
            if (packet.header >> 4 == 3 && (packet.header & 6) != 0) {
                int id = 2 + ((packet.body[0] & 0xFF) << 8 | packet.body[1] & 0xFF);
                Bytes body = new Bytes().u8(packet.body[id]).u8(packet.body[id + 1]);
                channel(subscriber).send(packet(0x40, body));
            }
        }
    }

    boolean isConnected() {
        return channel(publisher).isOpen() && channel(subscriber).isOpen();
    }

    /** That what was published went from the one to the other. */
    void check() throws Exception {
        if (!isConnected()) {
            connect();
            broker.onLoop(() -> {
                publish();
                return "";
            });
            broker.logged();
            broker.onLoop(() -> {
                take();
                return "";
            });
        }
        String payload = new String(payload(), StandardCharsets.UTF_8);
        assertThat(forPublisher).extracting(Packet::header).containsExactly(0x40);
        assertThat(forSubscriber)
                .extracting(packet -> new String(packet.body, StandardCharsets.UTF_8))
                .filteredOn(body -> body.endsWith(payload))
                .as(payload)
                .hasSize(1);
    }

    private static PipeChannel channel(@Nullable PipeChannel channel) {
        return java.util.Objects.requireNonNull(channel);
    }

    private static List<Packet> packets(byte[] bytes) {
        List<Packet> packets = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            int header = bytes[at++] & 0xFF;
            int length = 0;
            int shift = 0;
            int b;
            do {
                b = bytes[at++] & 0xFF;
                length |= (b & 127) << shift;
                shift += 7;
            } while (b > 127);
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            body.write(bytes, at, length);
            packets.add(new Packet(header, body.toByteArray()));
            at += length;
        }
        return packets;
    }

    private static byte[] connectPacket(String clientId) {
        return packet(0x10, new Bytes().text("MQTT").u8(4).u8(2).u16(0).text(clientId));
    }

    private static byte[] packet(int header, Bytes body) {
        byte[] bytes = body.array();
        return new Bytes().u8(header).varint(bytes.length).raw(bytes).array();
    }
}
