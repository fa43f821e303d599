package io.robustmq.eventlog;

import io.robustmq.telemetry.catalogue.CataloguedEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks for what usually is behind a client's trouble. What was left out by the throttle counts
 * too. One thread.
 */
final class Findings {
    /** Once or twice is a client that came back before its old connection was found dead. */
    private static final long SHARED_FROM = 3;

    /** A shorter keep alive is easily missed by a client that is busy. */
    private static final long SHORT_KEEP_ALIVE_SECONDS = 10;

    private static final long QUOTA_EXCEEDED = 0x97;
    private static final long PACKET_TOO_LARGE = 0x95;

    private final Map<String, CataloguedEvent> catalogue;
    private final Wording wording;
    private final Links links;
    private final Map<String, List<Fact>> byEvent;
    private final List<Explanation.Finding> found = new ArrayList<>();

    Findings(
            Map<String, CataloguedEvent> catalogue,
            Wording wording,
            Links links,
            List<Fact> facts) {
        this.catalogue = catalogue;
        this.wording = wording;
        this.links = links;
        this.byEvent =
                facts.stream()
                        .collect(
                                Collectors.groupingBy(
                                        Fact::event, LinkedHashMap::new, Collectors.toList()));
    }

    /** The most important first. */
    List<Explanation.Finding> find(NodeRuns runs, boolean metCrash) {
        if (metCrash) {
            Fact last =
                    runs.starts().reversed().stream()
                            .filter(start -> !start.inOrder())
                            .findFirst()
                            .orElseThrow()
                            .fact();
            add(
                    "broker_killed",
                    "The broker did not stop in order before it started at "
                            + wording.time(last.at())
                            + ", which ended the client's connection without a word.",
                    "Find out who or what ended the process: the out-of-memory killer, an orchestrator, a power cut.");
        }
        takenOver();
        keepAlive();
        protocol();
        lostConnections();
        refusals();
        disk();
        new Losses(this, catalogue).find();
        for (Fact failed : of("connection.failed")) {
            add(
                    "broker_defect",
                    "A defect of the broker ended a connection: " + Phrases.failure(failed) + ".",
                    action("connection.failed"));
        }
        return found;
    }

    void add(String pattern, String text, String action) {
        found.add(new Explanation.Finding(pattern, text, action));
    }

    String action(String event) {
        return Actions.of(catalogue, event);
    }

    List<Fact> of(String event) {
        return byEvent.getOrDefault(event, List.of());
    }

    static long sum(List<Fact> facts) {
        return facts.size() + facts.stream().mapToLong(Fact::suppressed).sum();
    }

    String between(List<Fact> facts) {
        String from = wording.time(facts.getFirst().at());
        String to = wording.time(facts.getLast().at());
        return from.equals(to) ? "at " + from : "between " + from + " and " + to;
    }

    static Map<String, List<Fact>> by(List<Fact> facts, String field) {
        return facts.stream()
                .collect(
                        Collectors.groupingBy(
                                fact -> fact.get(field), LinkedHashMap::new, Collectors.toList()));
    }

    // Connections that ended

    private void takenOver() {
        List<Fact> all = of("connection.taken_over");
        if (all.isEmpty()) {
            return;
        }
        long times = sum(all);
        Set<String> hosts = new LinkedHashSet<>();
        for (Fact fact : all) {
            hosts.add(fact.host());
            Link next = links.successor(fact);
            Fact came = next == null ? null : next.get("connection.accepted");
            if (came != null) {
                hosts.add(came.host());
            }
        }
        if (times < SHARED_FROM) {
            add(
                    "taken_over",
                    "Another connection with its client id took over "
                            + Wording.times(times)
                            + " "
                            + between(all)
                            + ": often a client that came back before its old connection was found dead.",
                    action("connection.taken_over"));
            return;
        }
        add(
                "two_clients_one_id",
                "Its connection was taken over "
                        + Wording.times(times)
                        + " "
                        + between(all)
                        + ": two clients use this client id at once, from "
                        + Wording.list(hosts)
                        + (hosts.size() > 1
                                ? "."
                                : " both, or one that opens a new connection while its old one is still open."),
                "Give each client its own client id.");
    }

    private void keepAlive() {
        List<Fact> all = of("connection.keep_alive_expired");
        if (all.isEmpty()) {
            return;
        }
        Fact last = all.getLast();
        long seconds = last.number("keep_alive_seconds");
        add(
                "keep_alive_expired",
                "Its keep alive of "
                        + seconds
                        + " s ran out "
                        + Wording.times(sum(all))
                        + " "
                        + between(all)
                        + ", the last time nothing had come for "
                        + Wording.span(last.number("idle_millis"))
                        + ".",
                action("connection.keep_alive_expired"));
        if (seconds <= SHORT_KEEP_ALIVE_SECONDS) {
            add(
                    "keep_alive_short",
                    "A keep alive of "
                            + seconds
                            + " s is short: a client that is busy, or a slow network, easily misses it.",
                    "Have the client ask for a longer keep alive.");
        }
    }

    private void protocol() {
        by(of("connection.protocol_violated"), "rule")
                .forEach((rule, facts) -> {
                    Fact last = facts.getLast();
                    boolean tooLarge = last.number("reason_code") == PACKET_TOO_LARGE;
                    add(
                            tooLarge ? "packet_too_large" : "protocol_error",
                            "It broke the rule "
                                    + rule
                                    + " "
                                    + Wording.times(sum(facts))
                                    + " "
                                    + between(facts)
                                    + ", "
                                    + ReasonNames.of(last.number("reason_code"))
                                    + ": "
                                    + Wording.quoted(last.get("detail"))
                                    + ".",
                            tooLarge
                                    ? "Send smaller messages, or raise mqtt.max-packet-size."
                                    : action("connection.protocol_violated"));
                });
    }

    private void lostConnections() {
        List<Fact> lost = new ArrayList<>(of("connection.closed"));
        lost.removeIf(fact -> !fact.get("ending").equals("peer_closed") && !isNetwork(fact));
        if (!lost.isEmpty()) {
            add(
                    "connection_lost",
                    "The connection broke, or was closed without DISCONNECT, "
                            + Wording.times(sum(lost))
                            + " "
                            + between(lost)
                            + ".",
                    "Look at the client's own log for why it went, and at the network and any proxy between.");
        }
        List<Fact> stopped = new ArrayList<>(of("connection.closed"));
        stopped.removeIf(fact -> !fact.get("ending").equals("server_shutdown"));
        if (!stopped.isEmpty()) {
            add("broker_stopped", "The broker was stopped in order " + between(stopped) + ".", "");
        }
    }

    private boolean isNetwork(Fact closed) {
        Link link = links.of(closed);
        return closed.get("ending").equals("io_error")
                && (link == null || !link.has("connection.failed"));
    }

    // What the broker did not allow, or could not do

    private void refusals() {
        by(of("connection.refused"), "reason_code")
                .forEach((code, facts) -> {
                    Fact last = facts.getLast();
                    boolean unknown = isUnknown(last);
                    add(
                            unknown ? "authentication_refused" : "connect_refused",
                            refused("Its CONNECT was refused", facts),
                            unknown
                                    ? action("authentication.failed")
                                    : action("connection.refused"));
                });
        List<Fact> denied = of("authentication.publish_denied");
        if (!denied.isEmpty()) {
            Set<String> topics = topics(denied);
            add(
                    "publish_denied",
                    "It published "
                            + Wording.times(sum(denied))
                            + " to what it may not publish to: "
                            + Wording.list(topics)
                            + ".",
                    action("authentication.publish_denied"));
        }
        by(of("message.schema_violated"), "schema")
                .forEach((schema, facts) ->
                        add(
                                "schema_violated",
                                "It published "
                                        + Wording.times(sum(facts))
                                        + " what is not as schema "
                                        + schema
                                        + " says. The last time: "
                                        + MessagePhrases.violation(facts.getLast()),
                                action("message.schema_violated")));
        by(of("subscription.refused"), "reason_code")
                .forEach((code, facts) ->
                        add(
                                "subscription_refused",
                                refused("A subscription was refused", facts),
                                action("subscription.refused")));
        by(of("message.rejected"), "reason_code")
                .forEach((code, facts) ->
                        add(
                                isNoRoom(facts.getLast())
                                        ? "publish_refused_no_room"
                                        : "publish_refused",
                                refused("Its messages were refused", facts),
                                isNoRoom(facts.getLast())
                                        ? "Make room on the broker's disk; it goes on by itself."
                                        : action("message.rejected")));
    }

    private static boolean isNoRoom(Fact rejected) {
        return rejected.number("reason_code") == QUOTA_EXCEEDED
                && rejected.get("detail").startsWith("it could not be stored");
    }

    private boolean isUnknown(Fact refused) {
        Link link = links.of(refused);
        return link != null && link.has("authentication.failed");
    }

    private String refused(String what, List<Fact> facts) {
        Fact last = facts.getLast();
        return what
                + " "
                + Wording.times(sum(facts))
                + " "
                + between(facts)
                + ", "
                + ReasonNames.of(last.number("reason_code"))
                + ": "
                + Wording.quoted(last.get("detail"))
                + ".";
    }

    static Set<String> topics(List<Fact> facts) {
        Set<String> topics = new LinkedHashSet<>();
        facts.forEach(fact -> topics.add(MessagePhrases.topic(fact)));
        return topics;
    }

    private void disk() {
        List<Fact> failed = of("journal.append_failed");
        if (failed.isEmpty()) {
            return;
        }
        List<Fact> recovered = of("journal.recovered");
        boolean over = !recovered.isEmpty() && recovered.getLast().seq() > failed.getLast().seq();
        add(
                "disk_failed",
                "The broker could not write to its disk "
                        + between(failed)
                        + ": "
                        + Phrases.failure(failed.getLast())
                        + (over
                                ? "; it can again since "
                                        + wording.time(recovered.getLast().at())
                                        + "."
                                : "; it still cannot."),
                action("journal.append_failed"));
    }

    /** The finding that goes with an end of a connection comes first. */
    static List<Explanation.Finding> lead(List<Explanation.Finding> all, @Nullable String pattern) {
        List<Explanation.Finding> ordered = new ArrayList<>(all);
        ordered.sort((a, b) ->
                Boolean.compare(!a.pattern().equals(pattern), !b.pattern().equals(pattern)));
        return List.copyOf(ordered);
    }
}
