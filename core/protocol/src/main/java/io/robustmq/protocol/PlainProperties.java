package io.robustmq.protocol;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The properties of every packet but CONNECT and PUBLISH. Reason strings are checked and forgotten,
 * and so are user properties but those of a peer: nothing acts on them.
 */
final class PlainProperties {
    private int subscriptionIdentifier;
    private long sessionExpirySeconds = -1;
    private @Nullable String authenticationMethod;
    private byte @Nullable [] authenticationData;
    private List<UserProperty> userProperties = List.of();

    /** Reads the property length and what it announces. */
    void read(PacketReader reader, PropertySet set) {
        int length = reader.variableByteInteger("property length");
        if (!reader.has(length, "properties")) {
            return;
        }
        int packetEnd = reader.end;
        reader.end = reader.at + length;
        long seen = 0;
        while (reader.remaining() > 0 && !reader.failed()) {
            seen = set.next(reader, seen);
            if (!reader.failed()) {
                readOne(reader);
            }
        }
        reader.end = packetEnd;
    }

    private void readOne(PacketReader reader) {
        switch (reader.propertyId) {
            case PropertySet.SUBSCRIPTION_IDENTIFIER -> {
                subscriptionIdentifier = reader.variableByteInteger("subscription identifier");
                if (subscriptionIdentifier == 0) {
                    reader.protocolError("MQTT-3.8.2.1.2", "subscription identifier is 0");
                }
            }
            case PropertySet.SESSION_EXPIRY ->
                    sessionExpirySeconds = reader.u32("session expiry interval");
            case PropertySet.AUTHENTICATION_METHOD ->
                    authenticationMethod = reader.string("authentication method");
            case PropertySet.AUTHENTICATION_DATA ->
                    authenticationData = reader.binary("authentication data");
            case PropertySet.REASON_STRING -> reader.skipString("reason string");
            case PropertySet.SERVER_REFERENCE -> reader.skipString("server reference");
            case PropertySet.USER_PROPERTY -> userProperty(reader);
            default -> throw new AssertionError("no reader for property " + reader.propertyId);
        }
    }

    private void userProperty(PacketReader reader) {
        if (!reader.ofPeer) {
            reader.skipUserProperty();
            return;
        }
        if (userProperties.isEmpty()) {
            userProperties = new ArrayList<>(2);
        }
        userProperties.add(reader.userProperty());
    }

    /** Of a peer's packet. */
    List<UserProperty> userProperties() {
        return userProperties;
    }

    /** 0 if absent. */
    int subscriptionIdentifier() {
        return subscriptionIdentifier;
    }

    /** -1 if absent. */
    long sessionExpirySeconds() {
        return sessionExpirySeconds;
    }

    @Nullable String authenticationMethod() {
        return authenticationMethod;
    }

    byte @Nullable [] authenticationData() {
        return authenticationData;
    }
}
