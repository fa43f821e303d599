package io.robustmq.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;

/**
 * Writes what it reads, for what a server sends too, behind a CONNECT of the same version; the rest
 * it leaves out.
 */
final class WritesAgain extends ForwardingHandler {
    private final Received expected;
    private final ByteBuf out = Unpooled.buffer();
    private MqttVersion version = MqttVersion.V3_1_1;

    WritesAgain() {
        this(new Received());
    }

    private WritesAgain(Received expected) {
        super(expected);
        this.expected = expected;
    }

    byte[] written() {
        return ByteBufUtil.getBytes(out);
    }

    /** Of what was written; CONNECT is another one. */
    List<String> expected() {
        List<Object> packets = expected.packets;
        packets.removeIf(packet ->
                !(packet instanceof Received.Publish
                        || packet instanceof Received.Ack(PacketType type, int i, int r)
                                && type != PacketType.AUTH));
        if (out.isReadable()) {
            Received connect = new Received();
            new PacketDecoder(1 << 20, 0).decode(Bytes.connect(version), connect);
            packets.addFirst(connect.packets.getFirst());
        }
        return expected.lines();
    }

    @Override
    public void connect(Connect connect) {
        super.connect(connect);
        version = connect.version();
        out.writeBytes(Bytes.connect(version));
    }

    @Override
    public void publish(PublishPacket p) {
        super.publish(p);
        int from = out.writerIndex();
        PacketEncoder.publishHeader(
                out,
                version,
                p.topicUtf8(),
                p.qos(),
                p.dup(),
                p.retain(),
                p.packetId(),
                0,
                p.messageExpirySeconds(),
                new int[0],
                p.forwardedProperties(),
                null,
                p.payloadLength());
        p.writePayload(out);
        assertThat(out.writerIndex() - from)
                .isEqualTo(
                        PacketEncoder.publishBytes(
                                version,
                                p.topicUtf8().length,
                                p.qos(),
                                p.messageExpirySeconds(),
                                new int[0],
                                p.forwardedProperties(),
                                null,
                                p.payloadLength()));
    }

    @Override
    public void puback(int packetId, int reasonCode) {
        super.puback(packetId, reasonCode);
        PacketEncoder.puback(out, version, packetId, reasonCode);
    }

    @Override
    public void pubrec(int packetId, int reasonCode) {
        super.pubrec(packetId, reasonCode);
        PacketEncoder.pubrec(out, version, packetId, reasonCode);
    }

    @Override
    public void pubrel(int packetId, int reasonCode) {
        super.pubrel(packetId, reasonCode);
        PacketEncoder.pubrel(out, version, packetId, reasonCode);
    }

    @Override
    public void pubcomp(int packetId, int reasonCode) {
        super.pubcomp(packetId, reasonCode);
        PacketEncoder.pubcomp(out, version, packetId, reasonCode);
    }
}
