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
        assertThat(taken(publisher)).extracting(Packet::header).containsExactly(0x20);
        assertThat(taken(subscriber)).extracting(Packet::header).containsExactly(0x20, 0x90);
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

    /** That what was published went from the one to the other; what is in the log is dealt with. */
    void check() throws Exception {
        if (!channel(publisher).isOpen() || !channel(subscriber).isOpen()) {
            connect();
            broker.onLoop(() -> {
                publish();
                return "";
            });
            broker.logged();
        }
        assertThat(taken(publisher)).extracting(Packet::header).containsExactly(0x40);
        String payload = new String(payload(), StandardCharsets.UTF_8);
        int copies = 0;
        for (Packet packet : taken(subscriber)) {
            if (packet.header >> 4 == 3) {
                String text = new String(packet.body, StandardCharsets.UTF_8);
                copies += text.endsWith(payload) ? 1 : 0;
                acknowledge(packet);
            }
        }
        assertThat(copies).as(payload).isEqualTo(1);
    }

    private void acknowledge(Packet publish) throws Exception {
        int topic = (publish.body[0] & 0xFF) << 8 | publish.body[1] & 0xFF;
        if ((publish.header & 6) != 0) {
            Bytes id = new Bytes().u8(publish.body[2 + topic]).u8(publish.body[3 + topic]);
            broker.onLoop(() -> {
                channel(subscriber).send(packet(0x40, id));
                return "";
            });
        }
    }

    private static PipeChannel channel(@Nullable PipeChannel channel) {
        return java.util.Objects.requireNonNull(channel);
    }

    private List<Packet> taken(@Nullable PipeChannel channel) throws Exception {
        return packets(broker.onLoop(() -> channel(channel).received()));
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
