package io.robustmq.crash;

import io.robustmq.crash.Fact.Kind;
import io.robustmq.crash.Violation.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A new subscriber gets the retained message that was acknowledged last before it asked, or a later
 * one; none, if that one cleared the topic. One publisher writes to a topic, one message at a time,
 * so numbers tell what is later.
 */
final class Retained {
    private final Map<String, Topic> topics = new HashMap<>();
    private final Map<String, Asked> asked = new HashMap<>();
    private final List<Violation> violations = new ArrayList<>();

    private static final class Topic {
        private long acknowledged;
        private boolean isClear = true; // as the acknowledged one left it
        private long sent;
        private long cleared; // the last one sent that clears
    }

    private record Asked(long acknowledged, boolean isClear) {}

    private Retained() {}

    static List<Violation> judge(List<History.Entry> history, Sent sent) {
        Retained retained = new Retained();
        for (History.Entry entry : history) {
            switch (entry.fact()) {
                case Fact.Sent(MessageId id, Fact.Sending how, boolean again) -> {
                    if (how.kind() == Kind.RETAINED || how.kind() == Kind.CLEARING) {
                        Topic topic = retained.topic(how.topic());
                        topic.sent = Math.max(topic.sent, id.number());
                        if (how.kind() == Kind.CLEARING) {
                            topic.cleared = Math.max(topic.cleared, id.number());
                        }
                    }
                }
                case Fact.Acknowledged(MessageId id) -> retained.acknowledged(sent.find(id));
                case Fact.RetainedAsked(String client, String topic) -> {
                    Topic then = retained.topic(topic);
                    retained.asked.put(client, new Asked(then.acknowledged, then.isClear));
                }
                case Fact.RetainedSeen(String client, String topic, long number) ->
                        retained.seen(client, topic, number);
                default -> {} // others tell nothing of retained messages
            }
        }
        return retained.violations;
    }

    private Topic topic(String name) {
        return topics.computeIfAbsent(name, key -> new Topic());
    }

    private void acknowledged(Sent.@Nullable Message message) {
        if (message != null && message.isStored()) {
            Topic topic = topic(message.how.topic());
            topic.acknowledged = message.id.number();
            topic.isClear = message.how.kind() == Kind.CLEARING;
        }
    }

    private void seen(String client, String name, long number) {
        Asked before = Objects.requireNonNull(asked.get(client), client);
        Topic topic = topic(name);
        boolean isRight =
                number == 0
                        ? before.isClear || topic.cleared > before.acknowledged
                        : number <= topic.sent
                                && number >= before.acknowledged
                                && !(before.isClear && number == before.acknowledged);
        if (!isRight) {
            violations.add(
                    new Violation(
                            Rule.RETAINED_WRONG,
                            client
                                    + " got #"
                                    + number
                                    + " on "
                                    + name
                                    + ", acknowledged before it asked was #"
                                    + before.acknowledged
                                    + (before.isClear ? " (clear)" : "")
                                    + ", sent were up to #"
                                    + topic.sent));
        }
    }
}
