package io.robustmq.eventlog;

import io.robustmq.telemetry.catalogue.Catalogue;
import io.robustmq.telemetry.catalogue.CataloguedEvent;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Explains what became of a client or a message, from the events of a node. Any thread. */
public final class Explainer {
    /** Tells of the node, whatever the client. */
    private static final List<String> OF_THE_NODE =
            List.of(
                    NodeRuns.START,
                    NodeRuns.READY,
                    NodeRuns.STOPPING,
                    NodeRuns.PIPELINE_STOPPING,
                    "session.state_restored",
                    "session.snapshot_failed",
                    "journal.append_failed",
                    "journal.recovered",
                    "journal.corrupt",
                    "journal.retention_overrun",
                    "pipeline.events_dropped");

    /** Of connections that ended before they said whose they are. */
    private static final List<String> NAMELESS =
            List.of(
                    "connection.protocol_violated",
                    "connection.handshake_timed_out",
                    "connection.limit_reached",
                    "connection.refused",
                    "authentication.failed");

    /** With them a client becomes known, if it was not before. */
    private static final Set<String> BEGINNINGS =
            Set.of(
                    "session.created",
                    "authentication.succeeded",
                    "authentication.failed",
                    "connection.refused",
                    "connection.protocol_violated");

    /** What is told of messages. */
    private static final List<String> ON_A_TOPIC =
            List.of("message.*", "authentication.publish_denied");

    private static final int MAX_NAMELESS = 2000;
    private static final int MAX_NODE_FACTS = 1000;
    private static final int LOOKED_AT_FOR_NAMES = 1000;
    private static final int MAX_NAMES = 3;
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{16}");

    private final Pages pages;
    private final Hash hash;
    private final InstantSource clock;
    private final ZoneId zone;

    /** Where events are found. */
    @FunctionalInterface
    public interface Pages {
        EventSearch.Page page(EventQuery query) throws IOException;
    }

    /** What stands for a client id in events; null if that is not known, or it is the id. */
    @FunctionalInterface
    public interface Hash {
        @Nullable String of(String clientId);
    }

    /**
     * @param zone of the times in sentences
     */
    public Explainer(Pages pages, Hash hash, InstantSource clock, ZoneId zone) {
        this.pages = pages;
        this.hash = hash;
        this.clock = clock;
        this.zone = zone;
    }

    private static final class Known {
        /** Read once: it takes a while. */
        static final Map<String, CataloguedEvent> EVENTS =
                Catalogue.read().events().stream()
                        .collect(Collectors.toMap(CataloguedEvent::name, Function.identity()));
    }

    /** Why it disconnected, and what it did not get. */
    public Explanation client(String clientId, @Nullable Instant since) throws IOException {
        Instant now = clock.instant();
        Wording wording = Wording.at(now, zone);
        Evidence evidence = new Evidence(pages);
        List<Fact> own = ofClient(clientId, since, evidence);
        if (own.isEmpty()) {
            return unknown(clientId, since, wording, evidence);
        }
        Instant begin = since == null ? own.getFirst().at() : since;
        List<Fact> node =
                evidence.newest(
                        Evidence.named(OF_THE_NODE, begin, null),
                        MAX_NODE_FACTS,
                        "of the node itself");
        List<Fact> all = new ArrayList<>(own);
        all.addAll(node);
        all.addAll(nameless(own, begin, evidence));
        all.sort(Comparator.comparingLong(Fact::seq));
        tellBeginning(own, since, wording, evidence);
        evidence.tellSuppressed(own);
        evidence.tellDrops(all);
        all.removeIf(fact -> fact.is("pipeline.events_dropped"));
        return new ClientAccount(clientId, now, wording, all, Known.EVENTS)
                .tell(evidence.missing());
    }

    /** By the id as it is, or else by what it is hashed to. */
    private List<Fact> ofClient(String clientId, @Nullable Instant since, Evidence evidence)
            throws IOException {
        String what = "of this client";
        EventQuery query = Evidence.ofClient(clientId, since);
        List<Fact> own = evidence.newest(query, Evidence.MAX_FACTS, what);
        String hashed = hash.of(clientId);
        if (!own.isEmpty() || hashed == null) {
            return own;
        }
        query = Evidence.ofClient(hashed, since);
        own = evidence.newest(query, Evidence.MAX_FACTS, what);
        if (!own.isEmpty()) {
            evidence.missing(
                    "Identities are hashed in these events: this client is "
                            + hashed
                            + " since the node's last start. The key is new with each start, so what was before cannot be found by the client id.");
        }
        return own;
    }

    /** Those that may be of this client: on its connections, or from its address. */
    private static List<Fact> nameless(List<Fact> own, Instant begin, Evidence evidence)
            throws IOException {
        Set<String> hosts = new LinkedHashSet<>();
        own.forEach(fact -> hosts.add(fact.host()));
        hosts.remove("");
        if (hosts.isEmpty()) {
            return List.of();
        }
        List<Fact> found =
                evidence.newest(Evidence.named(NAMELESS, begin, null), MAX_NAMELESS, "").stream()
                        .filter(fact ->
                                fact.get("client_id").isEmpty() && hosts.contains(fact.host()))
                        .toList();
        if (!found.isEmpty()) {
            evidence.missing(
                    Wording.count(found.size(), "connection")
                            + " from "
                            + Wording.list(hosts)
                            + " ended before a client id was known; whether they were this client's is a guess from the address.");
        }
        return found;
    }

    private static void tellBeginning(
            List<Fact> own, @Nullable Instant since, Wording wording, Evidence evidence)
            throws IOException {
        if (since != null) {
            evidence.missing(
                    "Asked for since " + wording.time(since) + ": what was before is not told.");
            return;
        }
        Fact first = evidence.first();
        if (first != null) {
            boolean inTheMiddle = !BEGINNINGS.contains(own.getFirst().event());
            evidence.missing(
                    "The store begins at "
                            + wording.time(first.at())
                            + (inTheMiddle
                                    ? "; this client was known before that: how it began is not there."
                                    : "; what was before is not known."));
        }
    }

    private Explanation unknown(
            String clientId, @Nullable Instant since, Wording wording, Evidence evidence)
            throws IOException {
        Fact first = evidence.first();
        evidence.missing(
                first == null
                        ? "The store has no events at all."
                        : "The store begins at " + wording.time(first.at()) + ".");
        List<Fact> accepted =
                evidence.newest(
                        Evidence.named(List.of("connection.accepted"), since, null),
                        LOOKED_AT_FOR_NAMES,
                        "");
        Set<String> names = new LinkedHashSet<>();
        accepted.forEach(fact -> names.add(fact.get("client_id")));
        boolean hashed =
                !names.isEmpty() && names.stream().allMatch(name -> HASH.matcher(name).matches());
        if (hashed) {
            evidence.missing(
                    hash.of(clientId) == null
                            ? "Identities are hashed in these events, with a key that only the running node has: ask it while it runs, or give what stands for the client in the events."
                            : "Identities are hashed in these events, with a key that is new with each start of the node: events before the last start cannot be found by the client id.");
        }
        List<String> near = near(clientId, names);
        String verdict =
                "No event names this client"
                        + (since == null ? "" : " since " + wording.time(since))
                        + ": it never sent a CONNECT that could be read, or what it did is not in the store any more."
                        + (near.isEmpty() || hashed
                                ? ""
                                : " Was it "
                                        + near.stream()
                                                .map(Wording::quoted)
                                                .collect(Collectors.joining(" or "))
                                        + "?");
        return new Explanation(
                "client " + Wording.quoted(clientId),
                verdict,
                List.of(),
                List.of(),
                evidence.missing());
    }

    /**
     * Who got one message, and who did not.
     *
     * @param waiting the client id of one who waits for it, null for none
     */
    public Explanation message(String traceId, @Nullable String waiting) throws IOException {
        Wording wording = Wording.at(clock.instant(), zone);
        Evidence evidence = new Evidence(pages);
        List<Fact> facts =
                evidence.newest(Evidence.ofTrace(traceId), Evidence.MAX_FACTS, "of this trace");
        String subject = "message " + traceId;
        if (facts.isEmpty()) {
            Fact first = evidence.first();
            evidence.missing(
                    first == null
                            ? "The store has no events at all."
                            : "The store begins at " + wording.time(first.at()) + ".");
            return new Explanation(
                    subject,
                    "No event has this trace. Either it was not sampled (tracing.ratio, tracing.max-per-second, or the publisher's own flag), or it never came, or it is not in the store any more. Ask by its topic: explain message --topic T --since TIME.",
                    List.of(),
                    List.of(),
                    evidence.missing());
        }
        evidence.tellSuppressed(facts);
        MessageAccount.Asker asker = asker(waiting, evidence);
        return new MessageAccount(subject, wording, facts, Known.EVENTS, evidence.missing())
                .tell(true, asker);
    }

    /**
     * What became of the messages on a topic.
     *
     * @param waiting the client id of one who waits for them, null for none
     */
    public Explanation topic(String topic, @Nullable Instant since, @Nullable String waiting)
            throws IOException {
        Wording wording = Wording.at(clock.instant(), zone);
        Evidence evidence = new Evidence(pages);
        List<Fact> facts =
                evidence.newest(
                        Evidence.named(ON_A_TOPIC, since, TopicPattern.of(topic)),
                        Evidence.MAX_FACTS,
                        "on this topic");
        evidence.tellSuppressed(facts);
        evidence.tellDrops(facts);
        MessageAccount.Asker asker = asker(waiting, evidence);
        return new MessageAccount(
                        "topic " + Wording.quoted(topic),
                        wording,
                        facts,
                        Known.EVENTS,
                        evidence.missing())
                .tell(false, asker);
    }

    private MessageAccount.@Nullable Asker asker(@Nullable String clientId, Evidence evidence)
            throws IOException {
        if (clientId == null) {
            return null;
        }
        List<Fact> own = ofClient(clientId, null, evidence);
        if (own.isEmpty()) {
            return new MessageAccount.Asker(clientId, clientId, own);
        }
        List<Fact> all = new ArrayList<>(own);
        all.addAll(
                evidence.newest(
                        Evidence.named(List.of(NodeRuns.START), own.getFirst().at(), null),
                        MAX_NODE_FACTS,
                        ""));
        all.sort(Comparator.comparingLong(Fact::seq));
        return new MessageAccount.Asker(clientId, own.getFirst().get("client_id"), all);
    }

    /** Those of a few letters' difference. */
    private static List<String> near(String clientId, Set<String> names) {
        int most = Math.max(1, Math.min(3, clientId.length() / 3));
        return names.stream()
                .filter(name -> !name.isEmpty() && Letters.edits(clientId, name, most) <= most)
                .sorted(Comparator.comparingInt(name -> Letters.edits(clientId, name, most)))
                .limit(MAX_NAMES)
                .toList();
    }
}
