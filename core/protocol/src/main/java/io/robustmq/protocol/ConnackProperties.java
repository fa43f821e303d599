package io.robustmq.protocol;

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
        @Nullable String reasonString) {

    /** Nothing but the defaults. */
    public static final ConnackProperties DEFAULTS = refused(null);

    /** For a refusal, where nothing else is of use. */
    public static ConnackProperties refused(@Nullable String reasonString) {
        return new ConnackProperties(
                65_535, 2, true, 0, null, 0, true, true, true, -1, -1, reasonString);
    }
}
