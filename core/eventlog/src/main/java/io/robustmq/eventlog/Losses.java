package io.robustmq.eventlog;

import io.robustmq.telemetry.catalogue.CataloguedEvent;
import java.util.List;
import java.util.Map;

/** Looks for messages that did not reach a client, and why. One thread. */
final class Losses {
    private final Findings findings;
    private final Map<String, CataloguedEvent> catalogue;

    /**
     * @param findings what is found is added to them
     */
    Losses(Findings findings, Map<String, CataloguedEvent> catalogue) {
        this.findings = findings;
        this.catalogue = catalogue;
    }

    void find() {
        Map<String, List<Fact>> dropped = Findings.by(findings.of("message.dropped"), "reason");
        List<Fact> blocked = findings.of("connection.write_blocked");
        List<Fact> slow = dropped.getOrDefault("slow_consumer", List.of());
        if (!blocked.isEmpty() || !slow.isEmpty()) {
            long resumed =
                    findings.of("connection.write_resumed").stream()
                            .mapToLong(fact -> fact.number("dropped"))
                            .sum();
            findings.add(
                    "slow_consumer",
                    "It read more slowly than was sent to it "
                            + findings.between(blocked.isEmpty() ? slow : blocked)
                            + ": "
                            + (resumed > 0
                                    ? Wording.count(resumed, "QoS 0 message")
                                            + " were dropped until it caught up."
                                    : "QoS 0 messages to it were dropped."),
                    findings.action("connection.write_blocked"));
        }
        List<Fact> full = dropped.getOrDefault("queue_full", List.of());
        List<Fact> filled = findings.of("session.queue_filled");
        if (!full.isEmpty() || !filled.isEmpty()) {
            Fact last = filled.isEmpty() ? null : filled.getLast();
            findings.add(
                    "queue_full",
                    "Its queue was full "
                            + findings.between(filled.isEmpty() ? full : filled)
                            + (last == null
                                    ? ""
                                    : " ("
                                            + Wording.count(
                                                    last.number("queued_messages"), "message")
                                            + " waited)")
                            + dropped(full),
                    findings.action("session.queue_filled"));
        }
        dropped.forEach((reason, facts) -> {
            if (!reason.equals("slow_consumer") && !reason.equals("queue_full")) {
                findings.add(
                        "dropped_" + reason,
                        "Messages for it were dropped "
                                + findings.between(facts)
                                + " since "
                                + MessagePhrases.dropReason(facts.getLast())
                                + dropped(facts),
                        Actions.ofDrop(catalogue, reason));
            }
        });
        gone("session.expired", "session_expired", "Its session expired");
        gone("session.discarded", "session_discarded", "A clean start discarded its session");
    }

    /** One event a second tells of the drops of a session, so there may have been more. */
    private static String dropped(List<Fact> facts) {
        return facts.isEmpty()
                ? "."
                : ": at least "
                        + Wording.count(Findings.sum(facts), "message")
                        + " to "
                        + Wording.list(Findings.topics(facts))
                        + ".";
    }

    private void gone(String event, String pattern, String what) {
        List<Fact> all = findings.of(event);
        long messages = all.stream().mapToLong(fact -> fact.number("discarded_messages")).sum();
        if (!all.isEmpty()) {
            findings.add(
                    pattern,
                    what
                            + " "
                            + Wording.times(Findings.sum(all))
                            + " "
                            + findings.between(all)
                            + (messages == 0
                                    ? "; no message was lost with it."
                                    : ", and "
                                            + Wording.count(messages, "waiting message")
                                            + " with it."),
                    findings.action(event));
        }
    }
}
