package io.robustmq.protocol;

import io.netty.buffer.Unpooled;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A CONNECT. For 3.1 and 3.1.1, {@code sessionExpirySeconds} is 0 with Clean Session and {@link
 * #NEVER_EXPIRES} without, and the other MQTT 5 fields have the defaults that MQTT 5 gives them.
 *
 * @param clientId may be empty
 * @param sessionExpirySeconds unsigned 32 bits
 * @param receiveMaximum 1 to 65535
 * @param maximumPacketSize 0 is no limit
 * @param password never logged
 * @param authenticationData never logged
 */
public record Connect(
        MqttVersion version,
        String clientId,
        boolean cleanStart,
        int keepAliveSeconds,
        long sessionExpirySeconds,
        int receiveMaximum,
        long maximumPacketSize,
        int topicAliasMaximum,
        boolean requestResponseInformation,
        boolean requestProblemInformation,
        @Nullable String userName,
        byte @Nullable [] password,
        @Nullable String authenticationMethod,
        byte @Nullable [] authenticationData,
        @Nullable Will will,
        List<UserProperty> userProperties) {

    public static final long NEVER_EXPIRES = 0xFFFF_FFFFL;

    /**
     * The message to publish if the client goes without saying so.
     *
     * @param properties as {@link PublishPacket#forwardedProperties} has them: wire form, without
     *     length, without expiry
     * @param messageExpirySeconds -1 if absent
     */
    public record Will(
            String topic,
            byte[] payload,
            int qos,
            boolean retain,
            long delaySeconds,
            long messageExpirySeconds,
            byte[] properties) {
        /** The same for another topic. */
        public Will to(String other) {
            return new Will(
                    other, payload, qos, retain, delaySeconds, messageExpirySeconds, properties);
        }

        /** The Payload Format Indicator says that the payload is UTF-8, and it is not. */
        public boolean isBrokenText() {
            return PublishPropertyWriter.saysText(properties)
                    && !Utf8.isText(Unpooled.wrappedBuffer(payload), 0, payload.length);
        }
    }

    /** The same with another will. */
    public Connect with(@Nullable Will other) {
        return new Connect(
                version,
                clientId,
                cleanStart,
                keepAliveSeconds,
                sessionExpirySeconds,
                receiveMaximum,
                maximumPacketSize,
                topicAliasMaximum,
                requestResponseInformation,
                requestProblemInformation,
                userName,
                password,
                authenticationMethod,
                authenticationData,
                other,
                userProperties);
    }

    @Override
    public String toString() {
        return "CONNECT " + version + " " + clientId;
    }
}
