package io.robustmq.protocol;

/**
 * What an operator lets a client's packets be at most. A {@link Violation} of one of them but the
 * first two has its name here as its rule.
 *
 * @param maxPacketBytes a whole packet's, header included
 * @param topicAliasMaximum as the CONNACK will say; 0 for none
 * @param maxTopicLevels of a topic that is published to, or a will's
 * @param maxTopicBytes of the same, in UTF-8
 * @param maxUserProperties in one packet, and as many again in a will
 * @param maxUserPropertyBytes names and values of those
 */
public record PacketLimits(
        int maxPacketBytes,
        int topicAliasMaximum,
        int maxTopicLevels,
        int maxTopicBytes,
        int maxUserProperties,
        int maxUserPropertyBytes) {
    public static final String TOPIC_LEVELS = "max-topic-levels";
    public static final String TOPIC_LENGTH = "max-topic-length";
    public static final String USER_PROPERTIES = "max-user-properties";
    public static final String USER_PROPERTY_BYTES = "max-user-property-bytes";

    /** No more than what the protocol says. */
    static PacketLimits of(int maxPacketBytes, int topicAliasMaximum) {
        return new PacketLimits(
                maxPacketBytes,
                topicAliasMaximum,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE);
    }
}
