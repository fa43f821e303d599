package io.robustmq.crash;

import io.robustmq.crash.Fact.Kind;
import io.robustmq.crash.Violation.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * First deliveries come as they were sent, for each subscriber, publisher, topic and QoS of the
 * publish: a broker may hold back QoS 2 until its PUBREL.
 */
final class Order {
    private Order() {}

    private record Stream(String client, String publisher, String topic, int qos) {}

    private record Delivery(String client, MessageId message) {}

    static List<Violation> judge(List<History.Entry> history, Sent sent) {
        List<Violation> violations = new ArrayList<>();
        Map<Stream, Long> last = new HashMap<>();
        Set<Delivery> seen = new HashSet<>();
        for (History.Entry entry : history) {
            if (!(entry.fact() instanceof Fact.Received received) || received.retained()) {
                continue;
            }
            MessageId message = received.message();
            Sent.Message origin = sent.find(message);
            if (origin != null
                    && origin.how.kind() == Kind.PLAIN
                    && seen.add(new Delivery(received.client(), message))) {
                Stream stream =
                        new Stream(
                                received.client(),
                                message.publisher(),
                                received.topic(),
                                origin.how.qos());
                Long before = last.put(stream, message.number());
                if (before != null && before > message.number()) {
                    violations.add(
                            new Violation(Rule.REORDERED, received + " came after #" + before));
                    last.put(stream, before);
                }
            }
        }
        return violations;
    }
}
