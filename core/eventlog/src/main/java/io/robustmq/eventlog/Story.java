package io.robustmq.eventlog;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts the events of a client in order, and those that say the same together. One thread. */
final class Story {
    /** They go with single messages, and only some of them are recorded. */
    static final Set<String> SAMPLED =
            Set.of(
                    "message.published",
                    "message.delivered",
                    "message.unrouted",
                    "message.retained_stored",
                    "message.retained_cleared",
                    "message.delayed",
                    "message.delayed_published",
                    "message.queued",
                    "message.acknowledged");

    private static final Set<String> NOT_TOLD = Set.of(NodeRuns.PIPELINE_STOPPING);

    /** From so many on, connections of one shape are told as one. */
    private static final int FOLD_FROM = 3;

    /** A longer story is not read: its middle is left out. */
    private static final int MAX_STEPS = 120;

    private static final int FIRST_STEPS = 20;

    private final Links links;
    private final Phrases phrases;
    private final List<Episode> episodes = new ArrayList<>();
    private int sampled;
    private int leftOut;

    Story(Links links, Phrases phrases) {
        this.links = links;
        this.phrases = phrases;
    }

    void add(Fact fact) {
        Link link = links.of(fact);
        if (SAMPLED.contains(fact.event())) {
            sampled++;
            return;
        }
        if (NOT_TOLD.contains(fact.event()) || link != null && link.isToldElsewhere(fact)) {
            return;
        }
        if (fact.is(NodeRuns.START)) {
            episodes.forEach(Episode::end);
        }
        Episode episode = episode(link);
        episode.add(fact, phrases.of(fact));
        if (fact.is("connection.closed") || fact.is("connection.refused")) {
            episode.end();
        }
    }

    @SuppressWarnings("ReferenceEquality") // there is one object per connection
    private Episode episode(@Nullable Link link) {
        Episode last = episodes.isEmpty() ? null : episodes.getLast();
        boolean goesOn = last != null && (link == null ? !last.isOver() : last.link == link);
        if (last != null && goesOn) {
            return last;
        }
        Episode next = new Episode(link);
        episodes.add(next);
        return next;
    }

    List<Explanation.Step> steps() {
        List<Explanation.Step> steps = new ArrayList<>();
        int from = 0;
        while (from < episodes.size()) {
            int to = from + 1;
            String shape = episodes.get(from).shape();
            while (to < episodes.size() && episodes.get(to).shape().equals(shape)) {
                to++;
            }
            List<Episode> alike = episodes.subList(from, to);
            if (alike.size() >= FOLD_FROM) {
                steps.add(Episode.folded(alike));
            } else {
                alike.forEach(each -> steps.addAll(each.steps()));
            }
            from = to;
        }
        if (steps.size() <= MAX_STEPS) {
            return steps;
        }
        leftOut = steps.size() - MAX_STEPS;
        List<Explanation.Step> shortened = new ArrayList<>(steps.subList(0, FIRST_STEPS));
        shortened.addAll(steps.subList(steps.size() - (MAX_STEPS - FIRST_STEPS), steps.size()));
        return shortened;
    }

    /** How many steps {@link #steps} did not tell, after the first ones. */
    int leftOut() {
        return leftOut;
    }

    /** How many events of single messages there are. */
    int sampled() {
        return sampled;
    }
}
