package io.robustmq.protocol;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** SUBSCRIBE and UNSUBSCRIBE: MQTT 5, 3.8 and 3.10. */
final class SubscriptionParser {
    private SubscriptionParser() {}

    private static final int MQTT_5_RESERVED_OPTIONS = 0xC0;

    /** Null if the reader failed. */
    static @Nullable Subscribe readSubscribe(PacketReader reader, boolean v5) {
        int packetId = reader.packetId();
        PlainProperties properties = new PlainProperties();
        if (v5) {
            properties.read(reader, PropertySet.SUBSCRIBE);
        }
        if (reader.remaining() == 0) {
            reader.protocolError("MQTT-3.8.3-2", "SUBSCRIBE without a topic filter");
        }
        List<Subscribe.Filter> filters = new ArrayList<>(2);
        while (reader.remaining() > 0 && !reader.failed()) {
            String filter = readFilter(reader);
            int options = reader.u8("subscription options");
            checkOptions(reader, filter, options, v5);
            filters.add(
                    new Subscribe.Filter(
                            filter,
                            options & 3,
                            (options & 4) != 0,
                            (options & 8) != 0,
                            options >> 4 & 3));
        }
        return reader.failed()
                ? null
                : new Subscribe(
                        packetId,
                        properties.subscriptionIdentifier(),
                        List.copyOf(filters),
                        properties.userProperties());
    }

    /** Null if the reader failed. */
    static @Nullable Unsubscribe readUnsubscribe(PacketReader reader, boolean v5) {
        int packetId = reader.packetId();
        PlainProperties properties = new PlainProperties();
        if (v5) {
            properties.read(reader, PropertySet.UNSUBSCRIBE);
        }
        if (reader.remaining() == 0) {
            reader.protocolError("MQTT-3.10.3-2", "UNSUBSCRIBE without a topic filter");
        }
        List<String> filters = new ArrayList<>(2);
        while (reader.remaining() > 0 && !reader.failed()) {
            filters.add(readFilter(reader));
        }
        return reader.failed()
                ? null
                : new Unsubscribe(packetId, List.copyOf(filters), properties.userProperties());
    }

    private static String readFilter(PacketReader reader) {
        String filter = reader.string("topic filter");
        if (filter.isEmpty()) {
            reader.malformed("MQTT-4.7.3-1", "topic filter is empty");
        }
        return filter;
    }

    private static void checkOptions(PacketReader reader, String filter, int options, boolean v5) {
        if (reader.failed()) {
            return;
        }
        if (!v5) {
            if (options > 2) {
                reader.malformed("MQTT3-3.8.3-4", "requested QoS is " + options + ", not 0 to 2");
            }
            return;
        }
        if ((options & MQTT_5_RESERVED_OPTIONS) != 0) {
            reader.malformed("MQTT-3.8.3-5", "reserved bits of the subscription options are set");
        }
        if ((options & 3) == 3) {
            reader.protocolError("MQTT-3.8.3.1", "maximum QoS is 3");
        }
        if ((options >> 4 & 3) == 3) {
            reader.protocolError("MQTT-3.8.3.1", "retain handling is 3");
        }
        if ((options & 4) != 0 && Topics.isShared(filter)) {
            reader.protocolError("MQTT-3.8.3-4", "no local on a shared subscription");
        }
    }
}
