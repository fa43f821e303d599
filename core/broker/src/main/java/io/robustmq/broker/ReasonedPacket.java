package io.robustmq.broker;

import io.robustmq.protocol.PacketType;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Packets whose reason codes are counted, each with those that MQTT 5 allows in it. */
public enum ReasonedPacket {
    /** Table 3-1. */
    CONNACK_SENT(
            0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x90,
            0x95, 0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F),
    /** Table 3-4. */
    PUBACK_SENT(0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99),
    /** Table 3-5. */
    PUBREC_SENT(0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99),
    /** Table 3-8; one for each filter. */
    SUBACK_SENT(0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2),
    /** Table 3-9; one for each filter. */
    UNSUBACK_SENT(0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91),
    /** Table 3-10, the errors; and 0x8A, with which a client goes that is banned while it is in. */
    DISCONNECT_SENT(
            0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8A, 0x8B, 0x8D, 0x8E, 0x8F, 0x90, 0x93, 0x94,
            0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2),
    /** The errors. */
    PUBACK_RECEIVED(0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99),
    /** The errors. */
    PUBREC_RECEIVED(0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99),
    /** Table 3-10, those of a client. */
    DISCONNECT_RECEIVED(
            0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99);

    static final int CODES = 0x100;

    private static final String SENT = "_SENT";

    private final int[] reasonCodes;

    ReasonedPacket(int... reasonCodes) {
        this.reasonCodes = reasonCodes;
    }

    /** Null if those that are sent of it are not counted. */
    static @Nullable ReasonedPacket sent(PacketType type) {
        return switch (type) {
            case CONNACK -> CONNACK_SENT;
            case PUBACK -> PUBACK_SENT;
            case PUBREC -> PUBREC_SENT;
            case SUBACK -> SUBACK_SENT;
            case UNSUBACK -> UNSUBACK_SENT;
            case DISCONNECT -> DISCONNECT_SENT;
            case RESERVED,
                    CONNECT,
                    PUBLISH,
                    PUBREL,
                    PUBCOMP,
                    SUBSCRIBE,
                    UNSUBSCRIBE,
                    PINGREQ,
                    PINGRESP,
                    AUTH ->
                    null;
        };
    }

    /** By the broker; else by a client. */
    public boolean isSent() {
        return name().endsWith(SENT);
    }

    /** The packet, in lower case. */
    public String type() {
        return name().substring(0, name().lastIndexOf('_')).toLowerCase(Locale.ROOT);
    }

    /** Those that are counted. */
    public int[] reasonCodes() {
        return reasonCodes.clone();
    }

    /** Where it is counted. */
    int cell(int reasonCode) {
        return ordinal() * CODES + (reasonCode & 0xFF);
    }
}
