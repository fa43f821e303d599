package io.robustmq.protocol;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What a CONNACK tells an MQTT 5 client. Values that are the specification's default are left out
 * on the wire.
 *
 * @param receiveMaximum 1 to 65535
 * @param maximumQos 0 to 2
 * @param maximumPacketSize bytes, 0 is no limit
 * @param assignedClientId if the client brought none
 * @param topicAliasMaximum 0 is none
 * @param serverKeepAliveSeconds -1 if the client's own holds
 * @param sessionExpirySeconds -1 if the client's own holds
 * @param reasonString for people to read, at most 65535 bytes
 * @param responseInformation what its response topics should begin with
 * @param authentication the last step of an authentication exchange
 */
public record ConnackProperties(
        int receiveMaximum,
        int maximumQos,
        boolean retainAvailable,
        long maximumPacketSize,
        @Nullable String assignedClientId,
        int topicAliasMaximum,
        boolean wildcardSubscriptionAvailable,
        boolean subscriptionIdentifierAvailable,
        boolean sharedSubscriptionAvailable,
        int serverKeepAliveSeconds,
        long sessionExpirySeconds,
        @Nullable String reasonString,
        @Nullable String responseInformation,
        @Nullable Authentication authentication) {

    /**
     * Authentication Method and Data, of CONNACK and AUTH.
     *
     * @param data empty if there is none; never logged
     */
    public record Authentication(String method, byte[] data) {
        int size() {
            return 1 + Wire.sizeOfString(method) + (data.length == 0 ? 0 : 3 + data.length);
        }

        void write(ByteBuf out) {
            out.writeByte(PropertySet.AUTHENTICATION_METHOD);
            Wire.writeString(out, method);
            if (data.length > 0) {
                out.writeByte(PropertySet.AUTHENTICATION_DATA);
                out.writeShort(data.length).writeBytes(data);
            }
        }

        @Override
        public String toString() {
            return method;
        }
    }

    /** Nothing but the defaults. */
    public static final ConnackProperties DEFAULTS = refused(null);

    /** The same without what is for people only. */
    public ConnackProperties withoutReasonString() {
        return new ConnackProperties(
                receiveMaximum,
                maximumQos,
                retainAvailable,
                maximumPacketSize,
                assignedClientId,
                topicAliasMaximum,
                wildcardSubscriptionAvailable,
                subscriptionIdentifierAvailable,
                sharedSubscriptionAvailable,
                serverKeepAliveSeconds,
                sessionExpirySeconds,
                null,
                responseInformation,
                authentication);
    }

    /** Size of a CONNACK with these. */
    public int packetBytes() {
        int size = ConnackPropertyWriter.size(this);
        int rest = 2 + Wire.sizeOfVariableByteInteger(size) + size;
        return 1 + Wire.sizeOfVariableByteInteger(rest) + rest;
    }

    /** For a refusal, where nothing else is of use. */
    public static ConnackProperties refused(@Nullable String reasonString) {
        return new ConnackProperties(
                65_535, 2, true, 0, null, 0, true, true, true, -1, -1, reasonString, null, null);
    }
}
