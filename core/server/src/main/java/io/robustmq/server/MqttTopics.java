package io.robustmq.server;

import io.robustmq.broker.AutoSubscription;
import io.robustmq.broker.RewriteRule;
import io.robustmq.broker.TopicRules;
import io.robustmq.protocol.Topics;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** {@code mqtt.topics}: what an operator decides about certain topics. */
record MqttTopics(
        List<String> rewrite,
        List<String> autoSubscribe,
        List<String> offlineMessagesOff,
        Duration sysInterval) {
    /** Each is tried for each new topic of a connection. */
    private static final int MAX_RULES = 100;

    private static final String REWRITE = "mqtt.topics.rewrite";
    private static final String AUTO_SUBSCRIBE = "mqtt.topics.auto-subscribe";
    private static final String OFFLINE_MESSAGES_OFF = "mqtt.topics.offline-messages-off";

    static final ConfigSection SECTION =
            new ConfigSection(
                    "mqtt.topics",
                    "What holds for certain topics",
                    List.of(
                            ConfigKeys.key(
                                    REWRITE,
                                    new RulesKind("publish|subscribe|all FILTER PATTERN TOPIC"),
                                    "[]",
                                    "Topics that become others, such as \"all old/# ^old/(.+)$ new/%c/$1\": what is published or subscribed to, matches the filter and has the pattern in it (RE2 syntax, no spaces) becomes TOPIC, with $1 to $9 for its groups, %c for the client identifier and %u for the user name. The first rule that is for a topic counts."),
                            ConfigKeys.key(
                                    AUTO_SUBSCRIBE,
                                    new RulesKind(
                                            "FILTER [qos=N] [no-local] [retain-as-published] [retain-handling=N]"),
                                    "[]",
                                    "Subscriptions that each client gets when it connects, such as \"clients/%c/in qos=1\", with %c for the client identifier, %u for the user name and %a for the address. A client may unsubscribe."),
                            ConfigKeys.key(
                                    OFFLINE_MESSAGES_OFF,
                                    new RulesKind("FILTER"),
                                    "[]",
                                    "Topics whose messages are not kept for a session while its client is away, whatever their QoS."),
                            ConfigKeys.key(
                                    "mqtt.topics.sys-interval",
                                    ConfigKeys.span(Duration.ZERO, Duration.ofDays(1)),
                                    "\"1m\"",
                                    "How often the broker's figures are published below $SYS/brokers/. 0s for never.")));

    static void check(ConfigValues values) {
        check(values, REWRITE, RewriteRule::parse);
        check(values, AUTO_SUBSCRIBE, AutoSubscription::parse);
        check(values, OFFLINE_MESSAGES_OFF, MqttTopics::filter);
    }

    private static void check(ConfigValues values, String path, Function<String, ?> parser) {
        List<?> rules = (List<?>) values.of(path);
        if (rules.size() > MAX_RULES) {
            values.wrong(
                    path, "has " + rules.size() + " entries, at most " + MAX_RULES + " may be");
        }
        for (Object rule : rules) {
            try {
                Object unused = parser.apply((String) rule);
            } catch (IllegalArgumentException wrong) {
                values.wrong(path, "\"" + rule + "\": " + wrong.getMessage());
            }
        }
    }

    private static String filter(String text) {
        if (!Topics.isValidFilter(text) || Topics.isShared(text)) {
            throw new IllegalArgumentException("is no topic filter");
        }
        return text;
    }

    TopicRules settings() {
        return new TopicRules(
                rewrite.stream().map(RewriteRule::parse).toList(),
                autoSubscribe.stream().map(AutoSubscription::parse).toList(),
                offlineMessagesOff);
    }
}
