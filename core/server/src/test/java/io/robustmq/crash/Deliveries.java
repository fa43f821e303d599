package io.robustmq.crash;

import io.robustmq.crash.Fact.Kind;
import io.robustmq.crash.Sent.Message;
import io.robustmq.crash.Subscriptions.Subscription;
import io.robustmq.crash.Violation.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether what was acknowledged arrived, how often, as what, and when. */
final class Deliveries {
    /** Clocks of two processes, in milliseconds each. */
    private static final long TOLERANCE_NANOS = 20_000_000;

    private final Sent sent;
    private final Subscriptions subscriptions;
    private final int end;
    private final Map<String, Map<MessageId, Count>> counts = new HashMap<>();
    private final List<Violation> violations = new ArrayList<>();

    /** How often one client got one message. */
    private static final class Count {
        private int all;
        private int withoutDup;
    }

    Deliveries(List<History.Entry> history, Sent sent, Subscriptions subscriptions) {
        this.sent = sent;
        this.subscriptions = subscriptions;
        this.end = history.size();
        for (History.Entry entry : history) {
            if (entry.fact() instanceof Fact.Received received) {
                arrived(received, entry.nanos());
            }
        }
    }

    List<Violation> judge() {
        for (String client : subscriptions.byClient().keySet()) {
            for (Message message : sent.all()) {
                judge(client, message);
            }
        }
        return violations;
    }

    private void arrived(Fact.Received received, long nanos) {
        if (received.retained()) {
            return; // judged by Retained
        }
        Count count =
                counts.computeIfAbsent(received.client(), key -> new HashMap<>())
                        .computeIfAbsent(received.message(), key -> new Count());
        count.all++;
        count.withoutDup += received.dup() ? 0 : 1;
        Message message = sent.find(received.message());
        if (message == null) {
            violations.add(new Violation(Rule.STRAY, "nobody had sent it: " + received));
        } else if (!message.how.topic().equals(received.topic())) {
            violations.add(new Violation(Rule.STRAY, received + " was sent as " + message));
        } else if (message.how.kind() == Kind.DELAYED) {
            long tookNanos = nanos - message.sentNanos;
            if (tookNanos < message.how.delayMillis() * 1_000_000 - TOLERANCE_NANOS) {
                violations.add(
                        new Violation(
                                Rule.EARLY, received + " after " + tookNanos / 1_000_000 + " ms"));
            }
        }
        if (message != null) {
            judgeQos(received, message);
        }
    }

    private void judgeQos(Fact.Received received, Message message) {
        Subscription subscription = matching(received.client(), received.topic());
        if (subscription == null) {
            violations.add(new Violation(Rule.STRAY, "never subscribed: " + received));
        } else if (received.qos() != Math.min(message.how.qos(), subscription.granted())) {
            violations.add(
                    new Violation(
                            Rule.WRONG_QOS,
                            received + " of " + message + ", granted " + subscription.granted()));
        }
    }

    /** The clients of these tests have no two filters that match one topic. */
    private @Nullable Subscription matching(String client, String topic) {
        for (Subscription subscription : subscriptions.byClient().getOrDefault(client, List.of())) {
            if (subscription.matches(topic)) {
                return subscription;
            }
        }
        return null;
    }

    private void judge(String client, Message message) {
        Subscription subscription = matching(client, message.how.topic());
        if (subscription == null || message.isStored()) {
            return;
        }
        Count count = counts.getOrDefault(client, Map.of()).get(message.id);
        String told = client + " (QoS " + subscription.granted() + ") and " + message;
        if (count == null) {
            if (isOwed(subscription, message)) {
                violations.add(new Violation(Rule.LOST, told));
            }
            return;
        }
        if (isUnwanted(subscription, message)) {
            violations.add(new Violation(Rule.STRAY, "after its UNSUBACK: " + told));
        }
        String times =
                told
                        + ": "
                        + count.all
                        + " times, "
                        + count.withoutDup
                        + " without DUP, sent "
                        + message.copies();
        boolean exactlyOnce = Math.min(message.how.qos(), subscription.granted()) == 2;
        if (exactlyOnce && count.all > 1) {
            violations.add(new Violation(Rule.DOUBLED, times));
        } else if (count.withoutDup > message.copies()) {
            violations.add(new Violation(Rule.DUP_MISSING, times));
        }
    }

    /** Subscribed from before it was sent until it was acknowledged, or came due. */
    private boolean isOwed(Subscription subscription, Message message) {
        if (message.acknowledged() == Sent.NEVER) {
            return false;
        }
        int until =
                switch (message.how.kind()) {
                    case DELAYED -> end;
                    case PLAIN, WILL, RETAINED, CLEARING -> message.acknowledged();
                };
        return subscription.surelyOver(message.sent, until);
    }

    private boolean isUnwanted(Subscription subscription, Message message) {
        int until = message.how.kind() == Kind.PLAIN ? message.over() : Sent.NEVER;
        return subscription.surelyNotOver(message.sent, until);
    }
}
