package io.robustmq.eventlog;

import io.robustmq.telemetry.event.Severity;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What happened on one connection, or between two. One thread. */
final class Episode {
    /** A client that is too slow has them over and over. */
    private static final Set<String> IN_TURNS =
            Set.of(
                    "connection.write_blocked",
                    "connection.write_resumed",
                    "session.queue_filled",
                    "message.dropped");

    final @Nullable Link link;
    private final List<Telling> tellings = new ArrayList<>();
    private boolean over;

    Episode(@Nullable Link link) {
        this.link = link;
    }

    void add(Fact fact, Phrase phrase) {
        Telling same = same(phrase.key());
        if (same != null) {
            same.add(fact, phrase);
        } else {
            tellings.add(Telling.of(fact, phrase));
        }
    }

    /** The last one if it says the same, or one before it where they come in turns. */
    private @Nullable Telling same(String key) {
        for (Telling each : tellings.reversed()) {
            if (each.key().equals(key)) {
                return each;
            }
            if (!IN_TURNS.contains(each.phrase().event())) {
                return null;
            }
        }
        return null;
    }

    /** Nothing more belongs to it. */
    void end() {
        over = true;
    }

    boolean isOver() {
        return over;
    }

    /** Two episodes of the same shape are alike for people. */
    String shape() {
        return tellings.stream().map(Telling::key).collect(Collectors.joining("\n"));
    }

    List<Explanation.Step> steps() {
        return tellings.stream().map(Telling::step).toList();
    }

    /**
     * Several of one shape as one step.
     *
     * @param alike in order, at least one
     */
    static Explanation.Step folded(List<Episode> alike) {
        Telling first = alike.getFirst().tellings.getFirst();
        Episode lastEpisode = alike.getLast();
        Telling last = lastEpisode.tellings.getLast();
        long leftOut = 0;
        Severity level = Severity.DEBUG;
        for (Episode each : alike) {
            leftOut += each.tellings.getLast().leftOut();
            for (Telling telling : each.tellings) {
                level = telling.level().ordinal() > level.ordinal() ? telling.level() : level;
            }
        }
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < lastEpisode.tellings.size(); i++) {
            parts.add(part(alike, i));
        }
        long times = alike.size() + leftOut;
        long span = last.first().at().toEpochMilli() - first.first().at().toEpochMilli();
        String text =
                Wording.times(times)
                        + ", every "
                        + Wording.span(span / Math.max(1, times - 1))
                        + ": "
                        + String.join("; ", parts)
                        + (leftOut == 0
                                ? ""
                                : " ("
                                        + leftOut
                                        + " of them were left out by the throttle, only counted)");
        return new Explanation.Step(
                first.first().at(),
                last.last().at(),
                times,
                level,
                text,
                first.first().seq(),
                last.last().seq());
    }

    private static String part(List<Episode> alike, int index) {
        Phrase phrase = alike.getLast().tellings.get(index).phrase();
        Set<String> listed = new LinkedHashSet<>();
        for (Episode each : alike) {
            listed.add(each.tellings.get(index).phrase().listed());
        }
        return phrase.lead() + Wording.list(listed) + phrase.rest();
    }
}
