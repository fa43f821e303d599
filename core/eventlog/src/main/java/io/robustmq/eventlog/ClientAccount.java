package io.robustmq.eventlog;

import io.robustmq.telemetry.catalogue.CataloguedEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells what became of a client, of its events and those of its node. One thread. */
final class ClientAccount {
    private final String clientId;
    private final Instant now;
    private final Wording wording;
    private final List<Fact> facts;
    private final NodeRuns runs;
    private final Links links;
    private final Phrases phrases;
    private final Map<String, CataloguedEvent> catalogue;

    /**
     * @param facts the client's and its node's, in order
     */
    ClientAccount(
            String clientId,
            Instant now,
            Wording wording,
            List<Fact> facts,
            Map<String, CataloguedEvent> catalogue) {
        this.clientId = clientId;
        this.now = now;
        this.wording = wording;
        this.facts = facts;
        this.catalogue = catalogue;
        this.runs = new NodeRuns(facts);
        this.links = new Links(runs, facts);
        this.phrases = new Phrases(links, runs, catalogue);
    }

    Explanation tell(List<String> missing) {
        Story story = new Story(links, phrases);
        facts.forEach(story::add);
        List<Explanation.Step> steps = story.steps();
        List<String> unknown = new ArrayList<>(missing);
        if (story.leftOut() > 0) {
            unknown.add(
                    Wording.count(story.leftOut(), "step")
                            + " in the middle of the story are not shown: ask for less with --since.");
        }
        if (story.sampled() > 0) {
            unknown.add(
                    "Single messages are recorded as samples only, so they are not told here; "
                            + story.sampled()
                            + " such events are there (message.* of this client).");
        }
        Link last = lastAccepted();
        Fact crash = last == null ? null : crashDuring(last);
        if (crash != null) {
            unknown.add(
                    "The end of its connection at the broker's crash before "
                            + wording.time(crash.at())
                            + " has no event, nor has what came in the last moments before it.");
        }
        List<Explanation.Finding> findings =
                new Findings(catalogue, wording, links, facts).find(runs, metCrash());
        String pattern = pattern(last, crash);
        findings = Findings.lead(findings, pattern);
        return new Explanation(
                "client " + Wording.quoted(clientId),
                verdict(last, crash, findings, pattern),
                findings,
                steps,
                unknown);
    }

    // What it is now

    private @Nullable Link lastAccepted() {
        return links.all().reversed().stream()
                .filter(link -> link.has("connection.accepted"))
                .findFirst()
                .orElse(null);
    }

    /** The start after the crash that ended it; null if it ended otherwise, or not at all. */
    private @Nullable Fact crashDuring(Link link) {
        Fact accepted = link.get("connection.accepted");
        if (accepted == null || link.has("connection.closed")) {
            return null;
        }
        return runs.starts().stream()
                .filter(start -> start.fact().seq() > accepted.seq())
                .map(NodeRuns.Start::fact)
                .findFirst()
                .orElse(null);
    }

    private boolean metCrash() {
        return links.all().stream()
                .map(this::crashDuring)
                .anyMatch(start -> start != null && runs.isCrash(start));
    }

    private @Nullable Link lastEnded() {
        return links.all().reversed().stream()
                .filter(link -> link.has("connection.closed") || crashDuring(link) != null)
                .findFirst()
                .orElse(null);
    }

    private String verdict(
            @Nullable Link last,
            @Nullable Fact crash,
            List<Explanation.Finding> findings,
            @Nullable String pattern) {
        StringBuilder text = new StringBuilder();
        if (last == null) {
            text.append("It did not get in, as far as is known. ");
        } else if (!last.has("connection.closed") && crash == null) {
            Fact accepted = last.get("connection.accepted");
            if (accepted != null) {
                text.append("It is connected since ")
                        .append(wording.time(accepted.at()))
                        .append(" from ")
                        .append(accepted.get("remote_addr"))
                        .append(". ");
            }
        } else {
            text.append("It is not connected. ");
        }
        text.append(lastEnd());
        text.append(refusedSince());
        boolean connected = last != null && !last.has("connection.closed") && crash == null;
        text.append(connected ? "" : session());
        for (Explanation.Finding finding : findings) {
            boolean said = finding.pattern().equals(pattern) && isSaidByEnd(finding);
            if (!said && !finding.pattern().equals("broker_stopped")) {
                text.append(finding.text()).append(' ');
            }
        }
        return text.toString().strip();
    }

    /** Whether the sentence on the last end says as much. */
    private static boolean isSaidByEnd(Explanation.Finding finding) {
        return finding.text().contains(" once ");
    }

    private String lastEnd() {
        Link link = lastEnded();
        if (link == null) {
            return "";
        }
        Fact closed = link.get("connection.closed");
        Fact crash = crashDuring(link);
        if (closed != null) {
            return "Last disconnect: "
                    + wording.time(closed.at())
                    + ", "
                    + phrases.why(closed, link).text()
                    + ". ";
        }
        return crash == null
                ? ""
                : "Last disconnect: before "
                        + wording.time(crash.at())
                        + (runs.isCrash(crash)
                                ? ", when the broker started again without having been stopped in order. "
                                : ", when the broker started again. ");
    }

    private String refusedSince() {
        Link link = lastEnded();
        Fact closed = link == null ? null : link.get("connection.closed");
        Link open = lastAccepted();
        Fact accepted = open == null ? null : open.get("connection.accepted");
        long after =
                Math.max(
                        closed == null ? -1 : closed.seq(), accepted == null ? -1 : accepted.seq());
        List<Fact> refused =
                facts.stream()
                        .filter(fact -> fact.is("connection.refused") && fact.seq() > after)
                        .toList();
        if (refused.isEmpty()) {
            return "";
        }
        Fact last = refused.getLast();
        return "Last try: "
                + wording.time(last.at())
                + ", refused with "
                + ReasonNames.of(last.number("reason_code"))
                + ". ";
    }

    /** What is kept for a client that is away. */
    private String session() {
        Fact last =
                facts.stream()
                        .filter(fact ->
                                fact.event().startsWith("session.")
                                        && !fact.is("session.state_restored"))
                        .reduce((a, b) -> b)
                        .orElse(null);
        if (last == null) {
            return "";
        }
        return switch (last.event()) {
            case "session.suspended" -> {
                long seconds = last.number("expiry_seconds");
                boolean over = last.at().plusSeconds(seconds).isBefore(now);
                yield "Its session is kept "
                        + Wording.kept(seconds)
                        + " from then"
                        + (over ? ", which has passed" : "")
                        + "; "
                        + Wording.count(last.number("queued_messages"), "message")
                        + " waited for it at that time. ";
            }
            case "session.ended", "session.expired" ->
                    "It has no session: what is published meanwhile is not kept for it. ";
            default -> "";
        };
    }

    /** Of the finding that goes with its last end. */
    private @Nullable String pattern(@Nullable Link last, @Nullable Fact crash) {
        if (last == null) {
            return "authentication_refused";
        }
        if (crash != null) {
            return "broker_killed";
        }
        Link ended = lastEnded();
        Fact closed = ended == null ? null : ended.get("connection.closed");
        if (closed == null) {
            return null;
        }
        return switch (closed.get("ending")) {
            case "keep_alive_timeout" -> "keep_alive_expired";
            case "protocol_error" ->
                    closed.number("reason_code") == 0x95 ? "packet_too_large" : "protocol_error";
            case "taken_over" -> "taken_over";
            case "server_shutdown" -> "broker_stopped";
            case "peer_closed", "io_error" -> "connection_lost";
            default -> null;
        };
    }
}
