package io.robustmq.eventlog;

import io.robustmq.telemetry.catalogue.CataloguedEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells what became of a message, or of those on a topic. One thread. */
final class MessageAccount {
    private final String subject;
    private final Wording wording;
    private final List<Fact> facts;
    private final Map<String, CataloguedEvent> catalogue;
    private final List<Explanation.Finding> findings = new ArrayList<>();
    private final List<String> missing;

    /** What was told last of each who was to get it. */
    private final Map<String, Fact> outcomes = new LinkedHashMap<>();

    /**
     * @param facts of the trace or the topic, in order
     */
    MessageAccount(
            String subject,
            Wording wording,
            List<Fact> facts,
            Map<String, CataloguedEvent> catalogue,
            List<String> missing) {
        this.subject = subject;
        this.wording = wording;
        this.facts = facts;
        this.catalogue = catalogue;
        this.missing = new ArrayList<>(missing);
        for (Fact fact : facts) {
            if (isOutcome(fact)) {
                outcomes.put(fact.get("client_id"), fact);
            }
        }
    }

    private static boolean isOutcome(Fact fact) {
        return switch (fact.event()) {
            case "message.queued", "message.delivered", "message.acknowledged", "message.dropped" ->
                    true;
            default -> false;
        };
    }

    /** Who asks why they did not get it. */
    record Asker(String clientId, String storedAs, List<Fact> facts) {}

    /**
     * @param traced one message, else all of a topic
     */
    Explanation tell(boolean traced, @Nullable Asker asker) {
        Episode story = new Episode(null);
        facts.forEach(fact -> story.add(fact, phrase(fact)));
        String first = asker == null ? "" : forAsker(asker, traced) + " ";
        String verdict = first + (traced ? ofMessage(asker) : ofTopic());
        if (facts.stream().anyMatch(fact -> Story.SAMPLED.contains(fact.event())) || !traced) {
            missing.add(
                    "Single messages are recorded as samples (events.messages-per-second, tracing.ratio): that something is not told does not mean that it did not happen.");
        }
        return new Explanation(
                subject, verdict.strip(), List.copyOf(findings), story.steps(), missing);
    }

    private @Nullable Fact last(String event) {
        return facts.reversed().stream().filter(fact -> fact.is(event)).findFirst().orElse(null);
    }

    private void finding(String pattern, String text, String event) {
        findings.add(new Explanation.Finding(pattern, text, Actions.of(catalogue, event)));
    }

    // One message

    private String ofMessage(@Nullable Asker asker) {
        Fact published = last("message.published");
        Fact rejected = last("message.rejected");
        Fact denied = last("authentication.publish_denied");
        if (rejected != null) {
            String text = "The broker refused it: " + refusal(rejected) + " Nobody got it.";
            finding("publish_refused", text, "message.rejected");
            return text;
        }
        Fact violated = last("message.schema_violated");
        if (violated != null && MessagePhrases.isRefusal(violated)) {
            String text = MessagePhrases.violation(violated) + " Nobody got it.";
            finding("schema_violated", text, "message.schema_violated");
            return text;
        }
        if (denied != null) {
            String text =
                    "The broker refused it, "
                            + ReasonNames.of(denied.number("reason_code"))
                            + ": its client may not publish to "
                            + MessagePhrases.topic(denied)
                            + ". Nobody got it.";
            finding("publish_denied", text, "authentication.publish_denied");
            return text;
        }
        StringBuilder text = new StringBuilder();
        if (published == null) {
            missing.add(
                    "Its message.published is not there: it was not sampled, or is not in the store any more.");
        } else {
            text.append(
                    "%s published it at %s to %s (QoS %d, %d bytes). "
                            .formatted(
                                    Wording.quoted(published.get("client_id")),
                                    wording.time(published.at()),
                                    MessagePhrases.topic(published),
                                    published.number("qos"),
                                    published.number("payload_bytes")));
        }
        long expected = published == null ? 0 : published.number("deliveries");
        if (published != null && expected == 0 || last("message.unrouted") != null) {
            String nobody =
                    "No subscription matched it at that time, so nobody was to get it: whoever wanted it was not subscribed to this topic, or its session had ended.";
            finding("no_subscription", nobody, "message.unrouted");
            return text.append(nobody).toString();
        }
        text.append(outcomes(asker));
        long untold = expected - outcomes.size();
        if (untold > 0) {
            missing.add(
                    "Of "
                            + Wording.deliveries(expected)
                            + ", "
                            + untold
                            + " left no event: they were not sampled, or have not been sent yet.");
        }
        return text.toString();
    }

    private static String refusal(Fact rejected) {
        return ReasonNames.of(rejected.number("reason_code"))
                + ", "
                + Wording.quoted(rejected.get("detail"))
                + ".";
    }

    /** Of all but who asks, who is told first. */
    private String outcomes(@Nullable Asker asker) {
        Map<String, List<String>> clients = new LinkedHashMap<>();
        outcomes.forEach((client, fact) -> {
            if (asker == null || !client.equals(asker.storedAs)) {
                clients.computeIfAbsent(outcome(fact), first -> new ArrayList<>())
                        .add(Wording.quoted(client));
            }
        });
        StringBuilder text = new StringBuilder();
        clients.forEach((outcome, who) ->
                text.append(Wording.list(who)).append(' ').append(outcome).append(". "));
        for (Fact fact : outcomes.values()) {
            if (fact.is("message.dropped")) {
                findings.add(
                        new Explanation.Finding(
                                "dropped_" + fact.get("reason"),
                                Wording.quoted(fact.get("client_id"))
                                        + " did not get it: "
                                        + MessagePhrases.dropReason(fact)
                                        + ".",
                                Actions.ofDrop(catalogue, fact.get("reason"))));
            }
        }
        return text.toString();
    }

    /** Said behind a client's name. */
    private static String outcome(Fact fact) {
        return switch (fact.event()) {
            case "message.acknowledged" ->
                    fact.number("reason_code") < 0x80
                            ? "got it and acknowledged it"
                            : "got it and refused it, "
                                    + ReasonNames.of(fact.number("reason_code"));
            case "message.delivered" ->
                    fact.number("qos") == 0
                            ? "was sent it (QoS 0 is not acknowledged)"
                            : "was sent it, an acknowledgement is not recorded";
            case "message.queued" ->
                    "did not get it yet, as far as is known: it waits in its session";
            default -> "did not get it: " + MessagePhrases.dropReason(fact);
        };
    }

    // All on a topic

    private String ofTopic() {
        List<Fact> published = all("message.published");
        List<Fact> dropped = all("message.dropped");
        List<Fact> refused = new ArrayList<>(all("message.rejected"));
        refused.addAll(all("authentication.publish_denied"));
        Fact last = last("message.published");
        StringBuilder text = new StringBuilder();
        if (last == null) {
            text.append("No publish to it is recorded. ");
        } else {
            text.append(
                    "%s to it recorded, the last at %s by %s with %s. "
                            .formatted(
                                    Wording.count(published.size(), "publish")
                                            .replace("shs", "shes"),
                                    wording.time(last.at()),
                                    Wording.quoted(last.get("client_id")),
                                    Wording.deliveries(last.number("deliveries"))));
        }
        long unheard = published.stream().filter(fact -> fact.number("deliveries") == 0).count();
        if (unheard > 0) {
            String nobody =
                    Wording.times(unheard) + " no subscription matched, so nobody was to get it.";
            finding("no_subscription", nobody, "message.unrouted");
            text.append(Wording.sentence(nobody)).append(' ');
        }
        if (!refused.isEmpty()) {
            Fact worst = refused.getLast();
            String line =
                    "Publishes to it were refused "
                            + Wording.times(Findings.sum(refused))
                            + ", the last at "
                            + wording.time(worst.at())
                            + " from "
                            + Wording.quoted(worst.get("client_id"))
                            + ", "
                            + ReasonNames.of(worst.number("reason_code"))
                            + ".";
            finding("publish_refused", line, worst.event());
            text.append(line).append(' ');
        }
        Map<String, Set<String>> losers = new LinkedHashMap<>();
        for (Fact fact : dropped) {
            losers.computeIfAbsent(fact.get("reason"), first -> new LinkedHashSet<>())
                    .add(Wording.quoted(fact.get("client_id")));
        }
        losers.forEach((reason, clients) -> {
            Fact one =
                    dropped.stream()
                            .filter(fact -> fact.get("reason").equals(reason))
                            .findFirst()
                            .orElseThrow();
            String line =
                    "Messages were dropped for "
                            + Wording.list(clients)
                            + ": "
                            + MessagePhrases.dropReason(one)
                            + ".";
            findings.add(
                    new Explanation.Finding(
                            "dropped_" + reason, line, Actions.ofDrop(catalogue, reason)));
            text.append(line).append(' ');
        });
        return text.toString();
    }

    private List<Fact> all(String event) {
        return facts.stream().filter(fact -> fact.is(event)).toList();
    }

    // One who waits for it

    private String forAsker(Asker asker, boolean traced) {
        String who = Wording.quoted(asker.clientId);
        Fact outcome = outcomes.get(asker.storedAs);
        if (outcome != null) {
            return who
                    + " "
                    + outcome(outcome)
                    + (traced
                            ? "."
                            : ", at "
                                    + wording.time(outcome.at())
                                    + "; that is the last that is recorded for it.");
        }
        Fact published = last("message.published");
        if (asker.facts.isEmpty()) {
            return "No event names " + who + ", so whether it was to get it is not known.";
        }
        boolean refused = last("message.rejected") != null && traced;
        if (refused || published == null && traced) {
            return "Nothing is recorded of it for " + who + ".";
        }
        long moment = published == null ? Long.MAX_VALUE : published.seq();
        String topic =
                published == null
                        ? facts.isEmpty() ? subjectTopic() : facts.getLast().get("topic_name")
                        : published.get("topic_name");
        return stateOf(who, ClientState.at(asker.facts, moment), topic);
    }

    private String subjectTopic() {
        return subject.substring(subject.indexOf(' ') + 1);
    }

    private String stateOf(String who, ClientState state, String topic) {
        List<String> matching = state.matching(topic);
        Fact gone = state.gone();
        if (matching.isEmpty() && !state.isKnown()) {
            missing.add(
                    "The store begins after "
                            + who
                            + " did, so it may have subscriptions that are not known.");
            return "No subscription of " + who + " that matches is recorded.";
        }
        if (matching.isEmpty()) {
            String why =
                    !state.isConnected() && gone != null
                            ? "it was away, and its session had ended at "
                                    + wording.time(gone.at())
                                    + ", so nothing was kept for it"
                            : state.filters().isEmpty()
                                    ? "it had no subscription at that time"
                                    : "none of its subscriptions matched: it had "
                                            + Wording.list(
                                                    state.filters().stream()
                                                            .map(Wording::quoted)
                                                            .toList());
            String line = who + " was not to get it: " + why + ".";
            findings.add(
                    new Explanation.Finding(
                            "not_subscribed",
                            line,
                            !state.isConnected() && gone != null
                                    ? "Connect with a Session Expiry Interval (3.1.1: Clean Session 0) and subscribe with QoS 1 to get what comes while it is away."
                                    : "Compare the topic with the filters that the client subscribes to."));
            return line;
        }
        return who
                + " was subscribed with "
                + Wording.list(matching)
                + (state.isConnected()
                        ? " and connected"
                        : state.isKept()
                                ? " and away, with a session that keeps QoS 1 and 2 for it"
                                : " and away")
                + " at that time, so it was to get it; what became of that is not recorded.";
    }

    // In words

    private Phrase phrase(Fact fact) {
        String client = Wording.quoted(fact.get("client_id"));
        String topic = MessagePhrases.topic(fact);
        String event = fact.event();
        String code = ReasonNames.of(fact.number("reason_code"));
        return switch (event) {
            case "message.published" ->
                    Phrase.of(
                            event + client + topic + fact.number("deliveries"),
                            "%s published to %s, QoS %d, %d bytes%s: %s at once"
                                    .formatted(
                                            client,
                                            topic,
                                            fact.number("qos"),
                                            fact.number("payload_bytes"),
                                            fact.get("retain").equals("true") ? ", retained" : "",
                                            Wording.deliveries(fact.number("deliveries"))));
            case "message.unrouted" -> Phrase.of(event, "no subscription matched " + topic);
            case "message.delivered" ->
                    Phrase.of(
                            event + client,
                            "sent to "
                                    + client
                                    + " with QoS "
                                    + fact.number("qos")
                                    + ", "
                                    + (fact.number("latency_micros") < 1000
                                            ? "less than 1 ms"
                                            : Wording.span(fact.number("latency_micros") / 1000))
                                    + " after it had come");
            case "message.acknowledged" ->
                    Phrase.of(event + client, client + " acknowledged it, " + code);
            case "message.queued" ->
                    Phrase.of(event + client, "kept for " + client + ", which was away or busy");
            case "message.dropped" ->
                    Phrase.of(
                            event + client + fact.get("reason"),
                            "dropped for " + client + ": " + MessagePhrases.dropReason(fact));
            case "message.rejected" ->
                    Phrase.of(
                            event + client,
                            "refused from " + client + ", " + refusal(fact).replaceAll("\\.$", ""));
            case "authentication.publish_denied" ->
                    Phrase.of(
                            event + client, client + " may not publish to " + topic + ", " + code);
            case "message.retained_stored" ->
                    Phrase.of(event, "stored as the retained message of " + topic);
            default -> {
                CataloguedEvent known = catalogue.get(event);
                yield Phrase.of(event, event + (known == null ? "" : ": " + known.cause()));
            }
        };
    }
}
