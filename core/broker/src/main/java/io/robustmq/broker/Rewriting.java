package io.robustmq.broker;

import io.netty.buffer.ByteBufUtil;
import io.robustmq.protocol.Topics;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the topics and filters of one client become by the operator's rules: once for each topic of
 * a connection, not for each message. Only where there are rules. Belongs to the connection's loop.
 */
final class Rewriting {
    /** Topics remembered; when full all are forgotten. */
    private static final int MAX_KNOWN = 64;

    private static final int MAX_KNOWN_CHARS = 256;

    /** What stands before the topic or filter proper, and how many levels of it. */
    private static final Map<String, Integer> PREFIXES =
            Map.of("$share/", 2, "$exclusive/", 1, Delayed.PREFIX, 2);

    private static final To UNCHANGED = new To("", new byte[0], null);

    private final Connection connection;
    private final List<RewriteRule> rules;
    private final Map<String, To> published = new HashMap<>();

    // the last topic again is the common case, and the codec then brings the same String
    private String last = "";
    private To lastTo = UNCHANGED;

    private Rewriting(Connection connection, List<RewriteRule> rules) {
        this.connection = connection;
        this.rules = rules;
    }

    /** Null if there are no rules. */
    static @Nullable Rewriting of(Connection connection) {
        List<RewriteRule> rules = connection.loop().shared().settings().topicRules().rewrites();
        return rules.isEmpty() || connection.link() != null
                ? null
                : new Rewriting(connection, rules);
    }

    /**
     * @param wrong why it may not be published to; null if it may
     */
    record To(String topic, byte[] utf8, @Nullable String wrong) {}

    /** Where a PUBLISH to that topic, or a will, goes; null if to that topic. */
    @SuppressWarnings("ReferenceEquality") // a different String of the same text goes the long way
    @Nullable To published(String topic) {
        if (topic == last) {
            return lastTo == UNCHANGED ? null : lastTo;
        }
        To to = published.get(topic);
        if (to == null) {
            to = made(topic);
            if (topic.length() <= MAX_KNOWN_CHARS) {
                if (published.size() == MAX_KNOWN) {
                    published.clear();
                }
                published.put(topic, to);
            }
        }
        last = topic;
        lastTo = to;
        return to == UNCHANGED ? null : to;
    }

    private To made(String topic) {
        String rewritten = rewritten(topic, RewriteRule.Action.PUBLISH);
        if (rewritten == null) {
            return UNCHANGED;
        }
        return new To(rewritten, rewritten.getBytes(StandardCharsets.UTF_8), wrong(rewritten));
    }

    private @Nullable String wrong(String rewritten) {
        Protection.Topics limits = connection.loop().shared().settings().protection().topics();
        int levels = TopicLevels.count(rewritten);
        int bytes = ByteBufUtil.utf8Bytes(rewritten);
        if (!Topics.isValidTopic(rewritten)) {
            return "a rule rewrites its topic to " + rewritten + ", which is none";
        }
        return levels > limits.maxLevels() || bytes > limits.maxBytes()
                ? "a rule rewrites its topic to one of "
                        + levels
                        + " levels and "
                        + bytes
                        + " bytes, the limits are "
                        + limits.maxLevels()
                        + " and "
                        + limits.maxBytes()
                : null;
    }

    /**
     * What a filter of SUBSCRIBE or UNSUBSCRIBE becomes; maybe none, as {@code check} will find.
     */
    String subscribed(String filter) {
        String rewritten = rewritten(filter, RewriteRule.Action.SUBSCRIBE);
        return rewritten == null ? filter : rewritten;
    }

    /** Null if no rule is for it. */
    private @Nullable String rewritten(String topic, RewriteRule.Action action) {
        int from = properFrom(topic);
        String proper = topic.substring(from);
        for (RewriteRule rule : rules) {
            if (rule.action() == action || rule.action() == RewriteRule.Action.ALL) {
                String rewritten = rule.rewritten(proper, connection);
                if (rewritten != null) {
                    return topic.substring(0, from) + rewritten;
                }
            }
        }
        return null;
    }

    private static int properFrom(String topic) {
        if (topic.isEmpty() || topic.charAt(0) != '$') {
            return 0;
        }
        for (Map.Entry<String, Integer> prefix : PREFIXES.entrySet()) {
            if (topic.startsWith(prefix.getKey())) {
                int from = 0;
                for (int i = 0; i < prefix.getValue(); i++) {
                    from = topic.indexOf('/', from) + 1;
                    if (from == 0) {
                        return 0;
                    }
                }
                return from;
            }
        }
        return 0;
    }
}
