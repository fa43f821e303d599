package io.robustmq.protocol;

import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A handler that keeps everything it is given, in a form that compares and prints. */
final class Received implements PacketHandler {
    /**
     * A PUBLISH, copied.
     *
     * @param properties the forwarded ones, as {@link WireProperties#text} has them
     */
    record Publish(
            boolean dup,
            int qos,
            boolean retain,
            int packetId,
            String topic,
            String payloadHex,
            long messageExpirySeconds,
            String properties) {}

    record Ack(PacketType type, int packetId, int reasonCode) {}

    final List<Object> packets = new ArrayList<>();
    private int stopAfter = Integer.MAX_VALUE;

    /** Asks for no more once that many packets are here. */
    Received stopAfter(int packetsWanted) {
        stopAfter = packetsWanted;
        return this;
    }

    /** One line per packet; equal lines are equal packets. */
    List<String> lines() {
        return packets.stream().map(Received::line).toList();
    }

    static String line(Object packet) {
        return packet instanceof Connect connect ? line(connect) : packet.toString();
    }

    private static String line(Connect c) {
        byte[] password = c.password();
        Connect.Will w = c.will();
        String will =
                w == null
                        ? "none"
                        : List.of(
                                        w.topic(),
                                        hex(w.payload()),
                                        w.qos(),
                                        w.retain(),
                                        w.delaySeconds(),
                                        w.messageExpirySeconds(),
                                        WireProperties.text(w.properties()))
                                .toString();
        List<@Nullable Object> fields = new ArrayList<>();
        fields.add(c.version());
        fields.add(c.clientId());
        fields.add(c.cleanStart());
        fields.add(c.keepAliveSeconds());
        fields.add(c.sessionExpirySeconds());
        fields.add(c.receiveMaximum());
        fields.add(c.maximumPacketSize());
        fields.add(c.topicAliasMaximum());
        fields.add(c.requestResponseInformation());
        fields.add(c.requestProblemInformation());
        fields.add(c.userName());
        fields.add(password == null ? null : hex(password));
        fields.add(c.authenticationMethod());
        byte[] data = c.authenticationData();
        fields.add(data == null ? null : hex(data));
        fields.add(c.userProperties());
        return "Connect" + fields + " will " + will;
    }

    /** An AUTH. */
    record Step(int reasonCode, @Nullable String dataHex) {}

    static String hex(byte[] bytes) {
        return ByteBufUtil.hexDump(bytes);
    }

    @Override
    public boolean wantsMore() {
        return packets.size() < stopAfter;
    }

    @Override
    public void connect(Connect connect) {
        packets.add(connect);
    }

    @Override
    public void publish(PublishPacket p) {
        if (!new String(p.topicUtf8(), java.nio.charset.StandardCharsets.UTF_8).equals(p.topic())
                || p.payload().readableBytes() != p.payloadLength()) {
            throw new AssertionError("two views of one packet differ");
        }
        packets.add(
                new Publish(
                        p.dup(),
                        p.qos(),
                        p.retain(),
                        p.packetId(),
                        p.topic(),
                        ByteBufUtil.hexDump(p.payload()),
                        p.messageExpirySeconds(),
                        WireProperties.text(p.forwardedProperties())));
    }

    @Override
    public void puback(int packetId, int reasonCode) {
        packets.add(new Ack(PacketType.PUBACK, packetId, reasonCode));
    }

    @Override
    public void pubrec(int packetId, int reasonCode) {
        packets.add(new Ack(PacketType.PUBREC, packetId, reasonCode));
    }

    @Override
    public void pubrel(int packetId, int reasonCode) {
        packets.add(new Ack(PacketType.PUBREL, packetId, reasonCode));
    }

    @Override
    public void pubcomp(int packetId, int reasonCode) {
        packets.add(new Ack(PacketType.PUBCOMP, packetId, reasonCode));
    }

    @Override
    public void subscribe(Subscribe subscribe) {
        packets.add(subscribe);
    }

    @Override
    public void unsubscribe(Unsubscribe unsubscribe) {
        packets.add(unsubscribe);
    }

    @Override
    public void pingreq() {
        packets.add(PacketType.PINGREQ);
    }

    @Override
    public void disconnect(Disconnect disconnect) {
        packets.add(disconnect);
    }

    @Override
    public void auth(Auth auth) {
        byte[] data = auth.data();
        packets.add(new Step(auth.reasonCode(), data == null ? null : hex(data)));
    }
}
