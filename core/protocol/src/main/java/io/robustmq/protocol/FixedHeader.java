package io.robustmq.protocol;

/** Which packet may come when, and with which flags: MQTT 5, 2.1.2 and 2.1.3. */
final class FixedHeader {
    private FixedHeader() {}

    /** Of a connection's first packet. */
    static void checkFirst(PacketReader reader, PacketType type, int flags) {
        if (type == PacketType.CONNECT) {
            checkFlags(reader, type, flags);
        } else {
            reader.protocolError("MQTT-3.1.0-1", "first packet is " + type + ", not CONNECT");
        }
    }

    /** Of a packet between a CONNECT with an authentication method and the CONNACK. */
    static void checkAuthenticating(PacketReader reader, PacketType type, int flags) {
        if (type == PacketType.AUTH || type == PacketType.DISCONNECT) {
            checkFlags(reader, type, flags);
        } else {
            reader.protocolError("MQTT-3.1.2-30", type + " while the client is authenticated");
        }
    }

    /**
     * Of any packet after CONNECT.
     *
     * @param authenticates whether CONNECT had an authentication method
     */
    static void check(
            PacketReader reader,
            PacketType type,
            int flags,
            MqttVersion version,
            boolean authenticates) {
        switch (type) {
            case PUBLISH -> {
                // flags of its own: DUP, QoS, QoS, RETAIN
                if ((flags & 6) == 6) {
                    reader.malformed("MQTT-3.3.1-4", "QoS is 3");
                } else if ((flags & 0xE) == 8) {
                    reader.malformed("MQTT-3.3.1-2", "DUP is 1 with QoS 0");
                }
            }
            case CONNECT -> reader.protocolError("MQTT-3.1.0-2", "a second CONNECT");
            case RESERVED -> reader.malformed("MQTT-2.1.2", "packet type 0 is reserved");
            case CONNACK, SUBACK, UNSUBACK, PINGRESP ->
                    reader.protocolError("MQTT-2.1.2", type + " is for servers to send");
            case AUTH -> {
                if (version != MqttVersion.V5) {
                    reader.malformed("MQTT-2.1.2", "packet type 15 is reserved in MQTT 3.1.1");
                } else if (!authenticates) {
                    reader.protocolError(
                            "MQTT-4.12.0-7", "AUTH, but CONNECT had no authentication method");
                } else {
                    checkFlags(reader, type, flags);
                }
            }
            // 3.1 has a DUP flag for what a client may repeat
            case PUBREL, SUBSCRIBE, UNSUBSCRIBE ->
                    checkFlags(reader, type, version == MqttVersion.V3_1 ? flags & ~8 : flags);
            case PUBACK, PUBREC, PUBCOMP, PINGREQ, DISCONNECT -> checkFlags(reader, type, flags);
        }
    }

    /** Of any packet from a peer, which is server and client at once. */
    static void checkPeer(PacketReader reader, PacketType type, int flags) {
        switch (type) {
            case SUBACK, UNSUBACK, PINGRESP -> checkFlags(reader, type, flags);
            case RESERVED,
                    CONNECT,
                    CONNACK,
                    PUBLISH,
                    PUBACK,
                    PUBREC,
                    PUBREL,
                    PUBCOMP,
                    SUBSCRIBE,
                    UNSUBSCRIBE,
                    PINGREQ,
                    DISCONNECT,
                    AUTH ->
                    check(reader, type, flags, MqttVersion.V5, false);
        }
    }

    private static void checkFlags(PacketReader reader, PacketType type, int flags) {
        int expected =
                switch (type) {
                    case PUBREL, SUBSCRIBE, UNSUBSCRIBE -> 2;
                    case RESERVED,
                            CONNECT,
                            CONNACK,
                            PUBLISH,
                            PUBACK,
                            PUBREC,
                            PUBCOMP,
                            SUBACK,
                            UNSUBACK,
                            PINGREQ,
                            PINGRESP,
                            DISCONNECT,
                            AUTH ->
                            0;
                };
        if (flags != expected) {
            reader.malformed(
                    flagsRule(type), "fixed header flags are " + flags + ", not " + expected);
        }
    }

    private static String flagsRule(PacketType type) {
        return switch (type) {
            case PUBREL -> "MQTT-3.6.1-1";
            case SUBSCRIBE -> "MQTT-3.8.1-1";
            case UNSUBSCRIBE -> "MQTT-3.10.1-1";
            case DISCONNECT -> "MQTT-3.14.1-1";
            case AUTH -> "MQTT-3.15.1-1";
            case RESERVED,
                    CONNECT,
                    CONNACK,
                    PUBLISH,
                    PUBACK,
                    PUBREC,
                    PUBCOMP,
                    SUBACK,
                    UNSUBACK,
                    PINGREQ,
                    PINGRESP ->
                    "MQTT-2.1.3-1";
        };
    }
}
