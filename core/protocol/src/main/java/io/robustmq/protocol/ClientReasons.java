package io.robustmq.protocol;

/** The reason codes that a client may send in which packet. */
final class ClientReasons {
    private ClientReasons() {}

    static void check(PacketReader reader, int reasonCode) {
        if (reader.failed()) {
            return;
        }
        String brokenRule =
                switch (reader.type) {
                    case PUBACK -> mayRefuseMessage(reasonCode) ? null : "MQTT-3.4.2-1";
                    case PUBREC -> mayRefuseMessage(reasonCode) ? null : "MQTT-3.5.2-1";
                    case PUBREL -> mayAnswerRelease(reasonCode) ? null : "MQTT-3.6.2-1";
                    case PUBCOMP -> mayAnswerRelease(reasonCode) ? null : "MQTT-3.7.2-1";
                    case DISCONNECT -> mayDisconnect(reasonCode) ? null : "MQTT-3.14.2-1";
                    // continue and re-authenticate; success is a server's
                    case AUTH -> reasonCode == 0x18 || reasonCode == 0x19 ? null : "MQTT-3.15.2-1";
                    case RESERVED,
                            CONNECT,
                            CONNACK,
                            PUBLISH,
                            SUBSCRIBE,
                            SUBACK,
                            UNSUBSCRIBE,
                            UNSUBACK,
                            PINGREQ,
                            PINGRESP ->
                            null;
                };
        if (brokenRule != null) {
            reader.protocolError(
                    brokenRule,
                    "reason code "
                            + PropertySet.hex(reasonCode)
                            + " is not one a client sends in "
                            + reader.type);
        }
    }

    /** Table 3-4. "No matching subscribers" is a server's, but harms nobody. */
    private static boolean mayRefuseMessage(int reasonCode) {
        return switch (reasonCode) {
            case 0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99 -> true;
            default -> false;
        };
    }

    private static boolean mayAnswerRelease(int reasonCode) {
        return reasonCode == ReasonCode.SUCCESS
                || reasonCode == ReasonCode.PACKET_IDENTIFIER_NOT_FOUND;
    }

    /** Table 3-10, sent by a client. */
    private static boolean mayDisconnect(int reasonCode) {
        return switch (reasonCode) {
            case 0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90 -> true;
            default -> reasonCode >= 0x93 && reasonCode <= 0x99;
        };
    }
}
