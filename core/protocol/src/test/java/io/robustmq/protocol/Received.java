package io.robustmq.protocol;

import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A handler that keeps everything it is given, in a form that compares and prints. */
final class Received implements PacketHandler {
    /** A PUBLISH, copied; bytes as hex. */
    record Publish(
            boolean dup,
            int qos,
            boolean retain,
            int packetId,
            String topic,
            String topicUtf8,
            String payload,
            long messageExpirySeconds,
            String forwardedProperties,
            @Nullable String traceparent) {}

    record Ack(PacketType type, int packetId, int reasonCode) {}

    /** A CONNECT whose byte arrays are hex, so that it compares. */
    record Connected(Connect connect, @Nullable String password, @Nullable List<Object> will) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Connected(Connect c, String p, List<Object> w)
                    && fields(c).equals(fields(connect))
                    && java.util.Objects.equals(p, password)
                    && java.util.Objects.equals(w, will);
        }

        @Override
        public int hashCode() {
            return fields(connect).hashCode();
        }

        @Override
        public String toString() {
            return fields(connect) + " password " + password + " will " + will;
        }

        private static List<@Nullable Object> fields(Connect c) {
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
            fields.add(c.authenticationMethod());
            fields.add(c.userProperties());
            return fields;
        }
    }

    final List<Object> packets = new ArrayList<>();
    private int stopAfter = Integer.MAX_VALUE;

    /** Asks for no more once that many packets are here. */
    Received stopAfter(int packetsWanted) {
        stopAfter = packetsWanted;
        return this;
    }

    @Override
    public boolean wantsMore() {
        return packets.size() < stopAfter;
    }

    @Override
    public void connect(Connect c) {
        Connect.Will w = c.will();
        byte[] password = c.password();
        packets.add(
                new Connected(
                        c,
                        password == null ? null : hex(password),
                        w == null
                                ? null
                                : List.of(
                                        w.topic(),
                                        hex(w.payload()),
                                        w.qos(),
                                        w.retain(),
                                        w.delaySeconds(),
                                        w.messageExpirySeconds(),
                                        hex(w.properties()))));
    }

    @Override
    public void publish(PublishPacket p) {
        packets.add(
                new Publish(
                        p.dup(),
                        p.qos(),
                        p.retain(),
                        p.packetId(),
                        p.topic(),
                        hex(p.topicUtf8()),
                        ByteBufUtil.hexDump(p.payload()),
                        p.messageExpirySeconds(),
                        hex(p.forwardedProperties()),
                        p.userProperty("traceparent")));
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
    public void auth(int reasonCode) {
        packets.add(new Ack(PacketType.AUTH, 0, reasonCode));
    }

    static String hex(byte[] bytes) {
        return ByteBufUtil.hexDump(bytes);
    }
}
