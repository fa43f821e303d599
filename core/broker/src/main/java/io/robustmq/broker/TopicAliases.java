package io.robustmq.broker;

import java.util.HashMap;
import java.util.Map;

/**
 * The topic aliases that one client is sent instead of names (MQTT 5, 3.3.2.3.4), in the order that
 * topics come first. Only a client that allows them has any; they end with its connection.
 *
 * <p>Bound: the client's Topic Alias Maximum and {@code mqtt.topic-alias-out}. When all are given
 * out, further topics go by their names.
 */
final class TopicAliases {
    /** A name as short as this costs no more than an alias does. */
    private static final int SHORT = 5;

    private final int most;
    private final Map<String, Integer> aliases = new HashMap<>(4);

    // the last topic again is the common case, and then it is the same String
    private String lastTopic = "";
    private int lastAlias;

    TopicAliases(int most) {
        this.most = most;
    }

    /**
     * The alias of a topic: positive if the client knows it, so that it stands for the name;
     * negative if it is to be told now, beside the name; 0 for none.
     *
     * @param mayAdd the packet may become larger by it
     */
    @SuppressWarnings("ReferenceEquality") // a different String of the same text goes the long way
    int of(String topic, int topicBytes, boolean mayAdd) {
        if (topic == lastTopic) {
            return lastAlias;
        }
        Integer known = aliases.get(topic);
        if (known != null) {
            lastTopic = topic;
            lastAlias = known;
            return known;
        }
        if (!mayAdd || topicBytes <= SHORT || aliases.size() >= most) {
            return 0;
        }
        int alias = aliases.size() + 1;
        aliases.put(topic, alias);
        return -alias;
    }
}
