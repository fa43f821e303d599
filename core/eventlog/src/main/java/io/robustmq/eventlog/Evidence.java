package io.robustmq.eventlog;

import io.robustmq.journal.Search;
import io.robustmq.telemetry.event.Severity;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads events for an account, and keeps what is wrong with them. One thread. */
final class Evidence {
    /** An account is of the newest ones. */
    static final int MAX_FACTS = 5000;

    private final Explainer.Pages pages;
    private final Set<EventSearch.Gap> gaps = new LinkedHashSet<>();
    private final List<String> missing = new ArrayList<>();

    Evidence(Explainer.Pages pages) {
        this.pages = pages;
    }

    /** A question for events with any of these names; none: all. */
    static EventQuery named(
            List<String> names, @Nullable Instant since, @Nullable TopicPattern topic) {
        return query(names, null, topic, null, since);
    }

    /** Everything that names this client. */
    static EventQuery ofClient(String clientId, @Nullable Instant since) {
        return query(List.of(), clientId, null, null, since);
    }

    /** Everything that belongs to this trace. */
    static EventQuery ofTrace(String traceId) {
        return query(List.of(), null, null, traceId, null);
    }

    private static EventQuery query(
            List<String> names,
            @Nullable String clientId,
            @Nullable TopicPattern topic,
            @Nullable String traceId,
            @Nullable Instant since) {
        return new EventQuery(
                names.stream().map(EventGlob::of).map(Objects::requireNonNull).toList(),
                Severity.DEBUG,
                clientId,
                topic,
                null,
                null,
                traceId,
                since,
                null,
                0,
                Long.MAX_VALUE,
                MAX_FACTS,
                Search.Order.NEWEST_FIRST);
    }

    /**
     * The newest that a query wants, oldest first.
     *
     * @param what of whom they are, to tell that there are more
     */
    List<Fact> newest(EventQuery query, int most, String what) throws IOException {
        List<Fact> newestFirst = new ArrayList<>();
        long before = Long.MAX_VALUE;
        boolean more = true;
        while (more && newestFirst.size() < most) {
            int limit = Math.min(EventQuery.MAX_LIMIT, most - newestFirst.size());
            EventSearch.Page page = pages.page(query.newestBefore(before, limit));
            for (EventSearch.Found found : page.events()) {
                newestFirst.add(Fact.of(found));
            }
            gaps.addAll(page.gaps());
            before = page.next();
            more = page.more();
        }
        if (more && !what.isEmpty()) {
            missing.add(
                    "Only the newest "
                            + most
                            + " events "
                            + what
                            + " were looked at, there are older ones.");
        }
        return List.copyOf(newestFirst.reversed());
    }

    /** The first event that is there; null if there is none. */
    @Nullable Fact first() throws IOException {
        EventSearch.Page page =
                pages.page(Evidence.named(List.of(), null, null).oldestFrom(0).limited(1));
        return page.events().isEmpty() ? null : Fact.of(page.events().getFirst());
    }

    void missing(String line) {
        missing.add(line);
    }

    /** What the throttle left out, by kind. */
    void tellSuppressed(List<Fact> facts) {
        Map<String, Long> leftOut =
                facts.stream()
                        .filter(fact -> fact.suppressed() > 0)
                        .collect(
                                Collectors.groupingBy(
                                        Fact::event,
                                        LinkedHashMap::new,
                                        Collectors.summingLong(Fact::suppressed)));
        leftOut.forEach((event, count) ->
                missing.add(
                        Wording.count(count, "event")
                                + " "
                                + event
                                + " were left out by the throttle (events.per-key-per-second)"
                                + switch (event) {
                                    case "connection.protocol_violated" ->
                                            ", of any client that broke the same rule.";
                                    case "authentication.failed" ->
                                            ", of any client at the same address.";
                                    default -> "; they are in the counts.";
                                }));
    }

    void tellDrops(List<Fact> facts) {
        if (facts.stream().anyMatch(fact -> fact.is("message.dropped"))) {
            missing.add(
                    "message.dropped tells of one message per client, reason and second at most: more may have been dropped.");
        }
        for (Fact fact : facts) {
            if (fact.is("pipeline.events_dropped")) {
                missing.add(
                        "The node dropped "
                                + fact.number("dropped")
                                + " events before "
                                + fact.at()
                                + ": they came faster than they could be stored.");
            }
        }
    }

    List<String> missing() {
        List<String> all = new ArrayList<>(missing);
        for (EventSearch.Gap gap : gaps) {
            all.add(
                    "Events "
                            + gap.from()
                            + " to "
                            + (gap.to() - 1)
                            + " cannot be read: "
                            + gap.reason()
                            + ".");
        }
        return all;
    }
}
