package io.robustmq.eventlog;

import java.time.ZoneId;
import java.util.List;

/** What became of a message that was traced. */
public final class MessageAccount {
    private MessageAccount() {}

    /**
     * @param events all of the trace, in their order
     * @param drops what was dropped on its topic soon after; it may have been another message
     */
    public static Account of(
            String traceId,
            List<EventFields> events,
            List<EventFields> drops,
            Evidence evidence,
            ZoneId zone) {
        Account account = new Account(zone);
        String name = "Message of trace " + traceId;
        if (events.isEmpty()) {
            account.line(name + ": no event belongs to it.");
            account.unknown(
                    "whether the broker saw it: only messages that are traced (tracing.ratio, or a traceparent of the publisher that says so) leave events with a trace");
            account.tellOf(evidence, events);
            return account;
        }
        account.line(name + ":");
        account.line("");
        events.forEach(event -> account.happened(event, Sentences.of(event)));
        long wanted = sum(events, "message.published", "deliveries");
        long delivered = count(events, "message.delivered");
        if (!drops.isEmpty()) {
            account.line("");
            account.line("Dropped on its topic within a minute, perhaps this message:");
            drops.forEach(event -> account.happened(event, Sentences.of(event)));
        }
        if (count(events, "message.published") == 0 && count(events, "message.rejected") == 0) {
            account.unknown("how it came: message.published is missing");
        }
        if (wanted > delivered) {
            account.unknown(
                    "what became of "
                            + (wanted - delivered)
                            + " of "
                            + wanted
                            + (wanted == 1 ? " delivery" : " deliveries")
                            + ": they wait for their client, were dropped, or message.delivered left them out");
        }
        if (wanted == 0 && count(events, "message.published") > 0) {
            account.unknown(
                    "whether somebody gets it later: nobody did at once. Compare the topic with the subscriptions; message.unrouted is a DEBUG event, and may not be kept");
        }
        account.unknown(
                "whether the subscribers acknowledged it: that is in the trace, not in events");
        account.tellOf(evidence, events);
        return account;
    }

    private static long count(List<EventFields> events, String name) {
        return events.stream().filter(event -> event.get("event").equals(name)).count();
    }

    private static long sum(List<EventFields> events, String name, String field) {
        return events.stream()
                .filter(event -> event.get("event").equals(name))
                .mapToLong(event -> event.number(field))
                .sum();
    }
}
