package io.robustmq.eventlog;

import io.robustmq.telemetry.catalogue.Catalogue;
import io.robustmq.telemetry.catalogue.CataloguedEvent;
import io.robustmq.telemetry.pipeline.LogText;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What happened, in lines for people: a heading, what happened in its order, then what is not
 * known. What went wrong has the cause and the remedy of the catalogue, the first time.
 */
public final class Account {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT);

    private final ZoneId zone;
    private final List<String> lines = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();
    private final Map<String, CataloguedEvent> catalogue = new HashMap<>();
    private final Set<String> explained = new HashSet<>();

    Account(ZoneId zone) {
        this.zone = zone;
        Catalogue.read().events().forEach(event -> catalogue.put(event.name(), event));
    }

    /** The whole text. */
    public List<String> lines() {
        List<String> all = new ArrayList<>(lines);
        if (!unknown.isEmpty()) {
            all.add("");
            all.add("What is not known:");
            unknown.forEach(line -> all.add("- " + line));
        }
        return all;
    }

    void line(String text) {
        lines.add(text);
    }

    void unknown(String text) {
        unknown.add(text);
    }

    String time(Instant when) {
        return TIME.format(when.atZone(zone));
    }

    /** What happened; if it should not have, with why and what to do. */
    void happened(EventFields event, String sentence) {
        String level = event.get("level");
        boolean wrong = level.equals("warn") || level.equals("error");
        line(time(event.time()) + (wrong ? " ! " : "   ") + sentence);
        CataloguedEvent known = catalogue.get(event.get("event"));
        if (wrong && known != null && explained.add(known.name())) {
            line(" ".repeat(26) + "cause: " + known.cause());
            line(" ".repeat(26) + "to do: " + known.action());
        }
    }

    /** What holds for every account. */
    void tellOf(Evidence evidence, List<EventFields> events) {
        Evidence.Kept kept = evidence.kept();
        Instant since = kept.since();
        if (since == null) {
            unknown("the node keeps no events at all");
        } else if (kept.seq() > 0
                && (evidence.since() == null || evidence.since().isBefore(since))) {
            unknown("what was before " + time(since) + ": retention removed it");
        }
        if (evidence.cut()) {
            unknown("what was before the events above: there are more, ask with --since");
        }
        if (!evidence.gaps().isEmpty()) {
            unknown("events " + evidence.gaps() + " cannot be read: damaged, or removed");
        }
        long suppressed = events.stream().mapToLong(event -> event.number("suppressed")).sum();
        if (suppressed > 0) {
            unknown(
                    suppressed
                            + " more occurrences of these events were left out (suppressed): so many came at once");
        }
    }

    /** A client's text, safe to show. */
    static String quoted(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 2);
        LogText.append(text, safe);
        return safe.toString();
    }

    static String count(long number, String one) {
        return number + " " + one + (number == 1 ? "" : "s");
    }

    /** Such as 3 min 20 s. */
    static String duration(long millis) {
        long seconds = millis / 1000;
        if (seconds < 1) {
            return millis + " ms";
        }
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min " + seconds % 60 + " s";
        }
        return seconds < 172_800
                ? seconds / 3600 + " h " + seconds / 60 % 60 + " min"
                : seconds / 86_400 + " d " + seconds / 3600 % 24 + " h";
    }

    static String seconds(long seconds) {
        return seconds == 4_294_967_295L ? "ever" : duration(seconds * 1000);
    }
}
