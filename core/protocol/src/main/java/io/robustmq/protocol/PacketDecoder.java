package io.robustmq.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of one connection to calls of a {@link PacketHandler}, for a server. Not thread-safe. A
 * packet is handed over when it is whole and everything in it is allowed; what a client did wrong
 * comes back as a {@link Violation}, after which the decoder is not to be called again. Header
 * faults (a packet that is too large, reserved flags, a first packet that is not CONNECT) are found
 * as soon as their bytes are there.
 */
public final class PacketDecoder {
    private static final PacketType[] TYPES = PacketType.values();

    private final int maxPacketBytes;

    // for the connection
    private final PacketReader reader;
    private final PublishPacket publish;
    private @Nullable MqttVersion version;
    private boolean connected;
    private boolean authenticating;
    private long sessionExpirySeconds;
    private @Nullable String authenticationMethod;
    private long packetsReceived;
    private boolean connectInLongForm;

    // for the packet to come
    private int pendingPacketBytes;

    /**
     * @param maxPacketBytes a whole packet's, header included
     * @param topicAliasMaximum as the CONNACK will say; 0 for none
     */
    public PacketDecoder(int maxPacketBytes, int topicAliasMaximum) {
        this(PacketLimits.of(maxPacketBytes, topicAliasMaximum));
    }

    public PacketDecoder(PacketLimits limits) {
        this.maxPacketBytes = limits.maxPacketBytes();
        this.reader = new PacketReader(limits);
        this.publish = new PublishPacket(limits.topicAliasMaximum());
    }

    /**
     * For a connection that two servers have with each other: MQTT 5 without CONNECT, where each of
     * them may send what clients and servers do.
     */
    public static PacketDecoder ofPeer(PacketLimits limits) {
        PacketDecoder decoder = new PacketDecoder(limits);
        decoder.version = MqttVersion.V5;
        decoder.connected = true;
        decoder.reader.ofPeer = true;
        return decoder;
    }

    /**
     * Hands every whole packet in {@code in} to {@code handler} and moves the reader index behind
     * the last one; what is there of the next stays. {@code in} is neither retained nor released.
     *
     * @return null if all is well, else why the connection must end
     */
    public @Nullable Violation decode(ByteBuf in, PacketHandler handler) {
        reader.buf = in;
        pendingPacketBytes = 0;
        int at = in.readerIndex();
        int limit = in.writerIndex();
        while (at < limit) {
            int header = in.getUnsignedByte(at);
            if (!checkFirstByte(header)) {
                break;
            }
            int remainingLength = 0;
            int bodyAt = at + 1;
            int shift = 0;
            int b;
            do {
                if (bodyAt == limit) {
                    return stop(at);
                }
                b = in.getByte(bodyAt++);
                remainingLength |= (b & 0x7F) << shift;
                shift += 7;
            } while (b < 0 && shift < 28);
            int packetBytes = bodyAt - at + remainingLength;
            if (b <= 0 || packetBytes > maxPacketBytes) {
                checkLength(b, shift / 7, packetBytes);
                if (reader.failed()) {
                    break;
                }
            }
            int end = at + packetBytes;
            if (end > limit) {
                pendingPacketBytes = packetBytes;
                return stop(at);
            }
            reader.at = bodyAt;
            reader.end = end;
            dispatch(header, handler);
            if (reader.failed()) {
                break;
            }
            packetsReceived++;
            at = end;
            if (!handler.wantsMore()) {
                break;
            }
        }
        return stop(at);
    }

    private @Nullable Violation stop(int at) {
        reader.buf.readerIndex(at);
        reader.buf = Unpooled.EMPTY_BUFFER;
        publish.release();
        return reader.violation;
    }

    /** Null before the version in CONNECT was read; known if what follows it there is wrong. */
    public @Nullable MqttVersion version() {
        return version;
    }

    /**
     * Between CONNECT and CONNACK a client that authenticates step by step may send nothing but
     * AUTH and DISCONNECT. To be called once with true by the handler of its CONNECT, and with
     * false when it is admitted.
     */
    public void authenticating(boolean now) {
        authenticating = now;
        connected = !now;
    }

    /** Whole packets that were handed over. */
    public long packetsReceived() {
        return packetsReceived;
    }

    /**
     * Bytes that the packet at the reader index needs in all, 0 if that is not known yet: the
     * buffer may grow to that at once.
     */
    public int pendingPacketBytes() {
        return pendingPacketBytes;
    }

    /** Whether the first byte of a packet may be what it is. */
    private boolean checkFirstByte(int header) {
        PacketType type = TYPES[header >> 4];
        reader.type = type;
        MqttVersion spoken = version;
        if (reader.ofPeer) {
            FixedHeader.checkPeer(reader, type, header & 0x0F);
        } else if (connected && spoken != null) {
            FixedHeader.check(reader, type, header & 0x0F, spoken, authenticationMethod != null);
        } else if (authenticating) {
            FixedHeader.checkAuthenticating(reader, type, header & 0x0F);
        } else {
            FixedHeader.checkFirst(reader, type, header & 0x0F);
        }
        return !reader.failed();
    }

    /** Of a remaining length that ended with {@code lastByte} and took {@code lengthBytes}. */
    private void checkLength(int lastByte, int lengthBytes, int packetBytes) {
        if (lastByte < 0) {
            reader.malformed("MQTT-1.5.5-1", "remaining length has more than the 4 bytes allowed");
        } else if (packetBytes > maxPacketBytes) {
            reader.fail(
                    "MQTT-3.2.2-15",
                    ReasonCode.PACKET_TOO_LARGE,
                    "packet has " + packetBytes + " bytes, the limit is " + maxPacketBytes);
        } else if (lastByte == 0 && lengthBytes > 1) {
            longForm();
        }
    }

    private void longForm() {
        if (version == MqttVersion.V5) {
            reader.malformed("MQTT-1.5.5-1", "remaining length is not in its shortest form");
        } else {
            // MQTT 3.1.1 does not forbid it, and CONNECT has yet to say which it is
            connectInLongForm = version == null;
        }
    }

    private void dispatch(int header, PacketHandler handler) {
        boolean v5 = version == MqttVersion.V5;
        switch (reader.type) {
            case PUBLISH -> {
                publish.read(reader, header & 0x0F, v5);
                if (!reader.failed()) {
                    handler.publish(publish);
                }
            }
            case PUBACK -> {
                int id = reader.packetId();
                int reasonCode = readReason(PropertySet.PUBACK, v5);
                if (!reader.failed()) {
                    handler.puback(id, reasonCode);
                }
            }
            case PUBREC -> {
                int id = reader.packetId();
                int reasonCode = readReason(PropertySet.PUBREC, v5);
                if (!reader.failed()) {
                    handler.pubrec(id, reasonCode);
                }
            }
            case PUBREL -> {
                int id = reader.packetId();
                int reasonCode = readReason(PropertySet.PUBREL, v5);
                if (!reader.failed()) {
                    handler.pubrel(id, reasonCode);
                }
            }
            case PUBCOMP -> {
                int id = reader.packetId();
                int reasonCode = readReason(PropertySet.PUBCOMP, v5);
                if (!reader.failed()) {
                    handler.pubcomp(id, reasonCode);
                }
            }
            case PINGREQ -> {
                reader.expectEnd();
                if (!reader.failed()) {
                    handler.pingreq();
                }
            }
            case CONNECT -> connect(handler);
            case SUBSCRIBE -> {
                Subscribe subscribe = SubscriptionParser.readSubscribe(reader, v5);
                if (subscribe != null) {
                    handler.subscribe(subscribe);
                }
            }
            case UNSUBSCRIBE -> {
                Unsubscribe unsubscribe = SubscriptionParser.readUnsubscribe(reader, v5);
                if (unsubscribe != null) {
                    handler.unsubscribe(unsubscribe);
                }
            }
            case DISCONNECT -> disconnect(handler, v5);
            case AUTH -> auth(handler);
            case SUBACK -> subscribed(PropertySet.SUBACK, handler);
            case UNSUBACK -> subscribed(PropertySet.UNSUBACK, handler);
            case PINGRESP -> reader.expectEnd();
            case RESERVED, CONNACK ->
                    throw new AssertionError(reader.type + " passed the header check");
        }
    }

    private void connect(PacketHandler handler) {
        version = ConnectParser.readVersion(reader);
        if (version == null) {
            return;
        }
        if (connectInLongForm) {
            longForm();
        }
        Connect connect = ConnectParser.read(reader, version);
        if (connect == null) {
            return;
        }
        connected = true;
        sessionExpirySeconds = connect.sessionExpirySeconds();
        authenticationMethod = connect.authenticationMethod();
        handler.connect(connect);
    }

    /** MQTT 5, 3.4.2: a reason code and properties may be left out from the end. */
    private int readReason(PropertySet set, boolean v5) {
        if (!v5 || reader.remaining() == 0) {
            reader.expectEnd();
            return ReasonCode.SUCCESS;
        }
        int reasonCode = reader.u8("reason code");
        ClientReasons.check(reader, reasonCode);
        if (reader.remaining() > 0) {
            new PlainProperties().read(reader, set);
            reader.expectEnd();
        }
        return reasonCode;
    }

    private void subscribed(PropertySet set, PacketHandler handler) {
        int id = reader.packetId();
        new PlainProperties().read(reader, set);
        int greatest = 0;
        while (reader.remaining() > 0 && !reader.failed()) {
            greatest = Math.max(greatest, reader.u8("reason code"));
        }
        if (!reader.failed()) {
            handler.subscribed(id, greatest);
        }
    }

    private void disconnect(PacketHandler handler, boolean v5) {
        int reasonCode = ReasonCode.SUCCESS;
        PlainProperties properties = new PlainProperties();
        if (v5 && reader.remaining() > 0) {
            reasonCode = reader.u8("reason code");
            ClientReasons.check(reader, reasonCode);
            if (reader.remaining() > 0) {
                properties.read(reader, PropertySet.DISCONNECT);
            }
        }
        reader.expectEnd();
        if (sessionExpirySeconds == 0 && properties.sessionExpirySeconds() > 0) {
            reader.protocolError(
                    "MQTT-3.14.2.2.2",
                    "session expiry interval is "
                            + properties.sessionExpirySeconds()
                            + ", but was 0 in CONNECT");
        }
        if (!reader.failed()) {
            handler.disconnect(new Disconnect(reasonCode, properties.sessionExpirySeconds()));
        }
    }

    private void auth(PacketHandler handler) {
        PlainProperties properties = new PlainProperties();
        int reasonCode = reader.remaining() == 0 ? 0 : reader.u8("reason code");
        ClientReasons.check(reader, reasonCode);
        if (reader.remaining() > 0) {
            properties.read(reader, PropertySet.AUTH);
        }
        reader.expectEnd();
        if (!Objects.equals(properties.authenticationMethod(), authenticationMethod)) {
            reader.protocolError(
                    "MQTT-4.12.0-5", "authentication method is not the one in CONNECT");
        }
        if (!reader.failed()) {
            handler.auth(new Auth(reasonCode, properties.authenticationData()));
        }
    }
}
