package io.robustmq.broker;

import java.util.List;

/**
 * What an operator decides about certain topics.
 *
 * @param rewrites the first that is for a topic rewrites it
 * @param autoSubscriptions of each client
 * @param offlineOff filters; what matches one is not kept for a session whose client is away
 */
public record TopicRules(
        List<RewriteRule> rewrites,
        List<AutoSubscription> autoSubscriptions,
        List<String> offlineOff) {
    public static final TopicRules NONE = new TopicRules(List.of(), List.of(), List.of());
}
