package io.robustmq.eventlog;

import io.robustmq.telemetry.pipeline.LogText;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * Times, spans and lists as people say them. Immutable.
 *
 * @param today times of this day are told without it
 */
record Wording(ZoneId zone, LocalDate today) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter DAY_AND_TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

    private static final long FOR_EVER_SECONDS = 0xFFFF_FFFFL;

    /** A list names no more. */
    private static final int MAX_NAMED = 3;

    static Wording at(Instant now, ZoneId zone) {
        return new Wording(zone, now.atZone(zone).toLocalDate());
    }

    String time(Instant when) {
        var there = when.atZone(zone);
        return (there.toLocalDate().equals(today) ? TIME : DAY_AND_TIME).format(there);
    }

    /** {@code 1.5 s}, {@code 3 min}, {@code 2 h}. */
    static String span(long millis) {
        Duration span = Duration.ofMillis(millis);
        if (millis < 1000) {
            return millis + " ms";
        }
        if (millis < 10_000 && millis % 1000 >= 100) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
        }
        if (span.toSeconds() < 120) {
            return span.toSeconds() + " s";
        }
        if (span.toMinutes() < 120 && span.toMinutes() != 60) {
            return span.toMinutes() + " min";
        }
        return span.toHours() < 48 ? span.toHours() + " h" : span.toDays() + " days";
    }

    /** How long a session is kept. */
    static String kept(long seconds) {
        return seconds >= FOR_EVER_SECONDS ? "for ever" : "for " + span(seconds * 1000);
    }

    /** {@code 1 message}, {@code 2 messages}. */
    static String count(long number, String one) {
        return number + " " + one + (number == 1 ? "" : "s");
    }

    static String deliveries(long number) {
        return number == 1 ? "1 delivery" : number + " deliveries";
    }

    /** {@code once}, {@code 3 times}. */
    static String times(long number) {
        return number == 1 ? "once" : number + " times";
    }

    /** Some of them, and how many more there are. */
    static String list(Collection<String> all) {
        List<String> named = all.stream().limit(MAX_NAMED).toList();
        int more = all.size() - named.size();
        return String.join(", ", named) + (more > 0 ? " and " + more + " more" : "");
    }

    /** What a client chose: it must not forge a line or talk to the terminal. */
    static String quoted(String text) {
        StringBuilder out = new StringBuilder();
        LogText.append(text, out);
        return out.toString();
    }

    static String sentence(String text) {
        return text.isEmpty() ? "" : Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
