package io.robustmq.eventlog;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Why a client came and went, and what it did not get. */
public final class ClientAccount {
    /** So many take-overs are no accident. */
    private static final int MANY_TAKE_OVERS = 3;

    private ClientAccount() {}

    /**
     * @param events all that name it, in their order
     */
    public static Account of(
            String clientId, List<EventFields> events, Evidence evidence, ZoneId zone) {
        Account account = new Account(zone);
        String name = "Client " + Account.quoted(clientId);
        if (events.isEmpty()) {
            account.line(name + ": no event names it.");
            account.unknown(
                    "whether it ever reached this node: one that is not let in before its CONNECT was read has no name yet");
            account.unknown(
                    "its name, if events.hash-identities is on: ask for the hash that its events have");
            account.tellOf(evidence, events);
            return account;
        }
        account.line(
                name
                        + ", "
                        + account.time(events.getFirst().time())
                        + " to "
                        + account.time(events.getLast().time())
                        + ":");
        summary(events).forEach(line -> account.line("  " + line));
        account.line("");
        for (int i = 0; i < events.size(); i++) {
            EventFields event = events.get(i);
            int alike = alike(events, i);
            account.happened(
                    event,
                    Sentences.of(event)
                            + (alike == 1 ? "" : ", and " + (alike - 1) + " more like this"));
            i += alike - 1;
        }
        unknown(events, account);
        account.tellOf(evidence, events);
        return account;
    }

    /** How many in a row are messages of the same fate. */
    private static int alike(List<EventFields> events, int from) {
        EventFields first = events.get(from);
        if (!first.get("event").startsWith("message.")) {
            return 1;
        }
        int to = from + 1;
        while (to < events.size()
                && events.get(to).get("event").equals(first.get("event"))
                && events.get(to).get("topic_name").equals(first.get("topic_name"))
                && events.get(to).get("reason").equals(first.get("reason"))) {
            to++;
        }
        return to - from;
    }

    private static List<String> summary(List<EventFields> events) {
        Map<String, Long> endings = new TreeMap<>();
        Map<String, Long> drops = new TreeMap<>();
        Map<String, Long> wrong = new LinkedHashMap<>();
        long accepted = 0;
        for (EventFields event : events) {
            long times = 1 + event.number("suppressed");
            switch (event.get("event")) {
                case "connection.accepted" -> accepted += times;
                case "connection.closed" ->
                        endings.merge(Sentences.ending(event.get("ending")), times, Long::sum);
                case "message.dropped" ->
                        drops.merge(event.get("reason").replace('_', ' '), times, Long::sum);
                case "subscription.refused",
                        "authentication.failed",
                        "connection.refused",
                        "connection.taken_over",
                        "connection.protocol_violated" ->
                        wrong.merge(event.get("event"), times, Long::sum);
                case String other -> {}
            }
        }
        List<String> lines = new ArrayList<>();
        lines.add(
                Account.count(accepted, "connection")
                        + " accepted"
                        + (endings.isEmpty() ? "" : "; ended because " + joined(endings)));
        if (!drops.isEmpty()) {
            lines.add("messages for it dropped, at least: " + joined(drops));
        }
        if (!wrong.isEmpty()) {
            lines.add(joined(wrong));
        }
        if (wrong.getOrDefault("connection.taken_over", 0L) >= MANY_TAKE_OVERS) {
            lines.add("it looks as if two clients share this identifier");
        }
        return lines;
    }

    private static String joined(Map<String, Long> counts) {
        return counts.entrySet().stream()
                .map(entry -> entry.getKey() + " (" + entry.getValue() + ")")
                .collect(Collectors.joining(", "));
    }

    private static void unknown(List<EventFields> events, Account account) {
        Set<String> begun = new HashSet<>();
        Set<String> open = new TreeSet<>();
        Set<String> without = new TreeSet<>();
        for (EventFields event : events) {
            String connection = event.get("connection_id");
            switch (event.get("event")) {
                case "connection.accepted" -> {
                    begun.add(connection);
                    open.add(connection);
                }
                case "connection.closed" -> {
                    if (!begun.contains(connection)) {
                        without.add(connection);
                    }
                    open.remove(connection);
                }
                case String other -> {}
            }
        }
        if (!without.isEmpty()) {
            account.unknown("how these connections began: " + String.join(", ", without));
        }
        if (open.size() > 1) {
            account.unknown(
                    "how all but one of these connections ended: "
                            + String.join(", ", open)
                            + "; the node may have been killed");
        } else if (!open.isEmpty()) {
            account.unknown(
                    "how connection "
                            + open.iterator().next()
                            + " ends: it is open, or the node was killed");
        }
        account.unknown(
                "each single message: message.published and message.delivered are sampled (events.messages-per-second), and message.dropped is a few per second");
    }
}
