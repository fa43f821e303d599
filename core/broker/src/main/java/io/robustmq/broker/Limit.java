package io.robustmq.broker;

import io.robustmq.protocol.PacketLimits;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.protocol.Violation;
import org.jspecify.annotations.Nullable;

/** What an operator limits, for counting whom it met. */
public enum Limit {
    PACKET_SIZE,
    TOPIC_LEVELS,
    TOPIC_LENGTH,
    USER_PROPERTIES,
    RECEIVE_MAXIMUM,
    PACKETS_PER_SECOND,
    BYTES_PER_SECOND,
    CONNECTIONS,
    CONNECTIONS_PER_ADDRESS,
    CONNECTS_PER_SECOND,
    HALF_OPEN,
    SUBSCRIPTIONS,
    BANNED;

    /** Counts it if it is a limit that was broken. */
    static void count(Violation violation, Counters counters) {
        Limit limit = of(violation);
        if (limit != null) {
            counters.add(Counters.limit(limit), 1);
        }
    }

    private static @Nullable Limit of(Violation violation) {
        return switch (violation.rule()) {
            case PacketLimits.TOPIC_LEVELS -> TOPIC_LEVELS;
            case PacketLimits.TOPIC_LENGTH -> TOPIC_LENGTH;
            case PacketLimits.USER_PROPERTIES, PacketLimits.USER_PROPERTY_BYTES -> USER_PROPERTIES;
            default ->
                    switch (violation.reasonCode()) {
                        case ReasonCode.PACKET_TOO_LARGE -> PACKET_SIZE;
                        case ReasonCode.RECEIVE_MAXIMUM_EXCEEDED -> RECEIVE_MAXIMUM;
                        default -> null;
                    };
        };
    }
}
