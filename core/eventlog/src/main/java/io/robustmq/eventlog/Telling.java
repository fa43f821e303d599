package io.robustmq.eventlog;

import io.robustmq.telemetry.event.Severity;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/** Events that are told as one. One thread. */
final class Telling {
    private final Fact first;
    private final Set<String> listed = new LinkedHashSet<>();
    private Fact last;
    private Phrase phrase;
    private Severity level = Severity.DEBUG;
    private long times;
    private long leftOut;

    Telling(Fact fact, Phrase phrase) {
        this.first = fact;
        this.last = fact;
        this.phrase = phrase;
    }

    static Telling of(Fact fact, Phrase phrase) {
        Telling telling = new Telling(fact, phrase);
        telling.add(fact, phrase);
        return telling;
    }

    void add(Fact fact, Phrase said) {
        last = fact;
        phrase = said;
        times++;
        leftOut += fact.suppressed();
        if (!said.detail().isEmpty()) {
            listed.add(said.detail());
        }
        Severity its = Severity.valueOf(fact.get("level").toUpperCase(Locale.ROOT));
        level = its.ordinal() > level.ordinal() ? its : level;
    }

    Fact first() {
        return first;
    }

    Fact last() {
        return last;
    }

    Phrase phrase() {
        return phrase;
    }

    String key() {
        return phrase.key();
    }

    Severity level() {
        return level;
    }

    /** By the throttle, before those that are there. */
    long leftOut() {
        return leftOut;
    }

    String text() {
        String what =
                listed.size() < 2
                        ? phrase.text()
                        : phrase.lead() + Wording.list(listed) + phrase.rest();
        String often = times > listed.size() && times > 1 ? " (" + times + " times)" : "";
        return what
                + often
                + (leftOut == 0 ? "" : " (" + leftOut + " more were left out by the throttle)");
    }

    Explanation.Step step() {
        return new Explanation.Step(
                first.at(), last.at(), times, level, text(), first.seq(), last.seq());
    }
}
