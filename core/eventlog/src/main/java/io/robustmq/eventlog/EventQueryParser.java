package io.robustmq.eventlog;

import io.robustmq.journal.Search;
import io.robustmq.telemetry.event.Severity;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes a query of what somebody wrote, in a URL or on a command line. */
public final class EventQueryParser {
    /** What may be asked for, as a URL has it. */
    public static final List<String> NAMES =
            List.of(
                    "event",
                    "level",
                    "client_id",
                    "topic",
                    "connection",
                    "address",
                    "trace",
                    "since",
                    "until",
                    "from",
                    "before",
                    "limit",
                    "order");

    private static final int MAX_GLOBS = 32;
    private static final int MAX_TEXT = 65_535;
    private static final Pattern TRACE = Pattern.compile("[0-9a-f]{32}");
    private static final Pattern RELATIVE = Pattern.compile("(\\d{1,9})(s|m|h|d)");

    private final Map<String, List<String>> given;
    private final UnaryOperator<String> spelled;
    private final Instant now;
    private final ZoneId zone;
    private final int maxLimit;

    /**
     * @param given values by name
     * @param spelled how whoever wrote them knows a name, for the complaint
     * @param now what relative times are relative to
     * @param zone of times without one
     */
    public EventQueryParser(
            Map<String, List<String>> given,
            UnaryOperator<String> spelled,
            Instant now,
            ZoneId zone,
            int maxLimit) {
        this.given = given;
        this.spelled = spelled;
        this.now = now;
        this.zone = zone;
        this.maxLimit = maxLimit;
    }

    /** A query, or what is wrong. */
    public sealed interface Parsed {}

    public record Right(EventQuery query) implements Parsed {}

    /**
     * @param line names the option, what is allowed, and what was written
     */
    public record Wrong(String line) implements Parsed {}

    /** Leaves {@link #parse}, and no further. */
    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;

        Refusal(String line) {
            super(line, null, false, false);
        }
    }

    public Parsed parse() {
        try {
            return new Right(query());
        } catch (Refusal wrong) {
            return new Wrong(String.valueOf(wrong.getMessage()));
        }
    }

    private EventQuery query() throws Refusal {
        for (String name : given.keySet()) {
            if (!NAMES.contains(name)) {
                throw new Refusal(
                        "unknown "
                                + spelled.apply(name)
                                + ", there are "
                                + String.join(", ", NAMES.stream().map(spelled).toList()));
            }
        }
        String topic = one("topic");
        TopicPattern pattern = topic == null ? null : TopicPattern.of(topic);
        if (pattern != null && !pattern.isValid()) {
            throw wrong("topic", "a topic, or a filter with + and # for whole levels", topic);
        }
        String trace = one("trace");
        if (trace != null && !TRACE.matcher(trace).matches()) {
            throw wrong("trace", "32 hex digits in lower case", trace);
        }
        String address = one("address");
        return new EventQuery(
                globs(),
                level(),
                one("client_id"),
                pattern,
                number("connection"),
                address == null ? null : PeerAddress.of(address),
                trace,
                time("since"),
                time("until"),
                number("from", 0),
                number("before", Long.MAX_VALUE),
                limit(),
                order());
    }

    private List<EventGlob> globs() throws Refusal {
        List<String> all = given.getOrDefault("event", List.of());
        if (all.size() > MAX_GLOBS) {
            throw new Refusal(
                    spelled.apply("event")
                            + " may be given "
                            + MAX_GLOBS
                            + " times, was "
                            + all.size());
        }
        List<EventGlob> globs = new ArrayList<>();
        for (String text : all) {
            EventGlob glob = EventGlob.of(text);
            if (glob == null) {
                throw wrong(
                        "event", "an event's name such as connection.closed or connection.*", text);
            }
            globs.add(glob);
        }
        return List.copyOf(globs);
    }

    private Severity level() throws Refusal {
        String text = one("level");
        if (text == null) {
            return Severity.DEBUG;
        }
        for (Severity severity : Severity.values()) {
            if (severity.name().equalsIgnoreCase(text)) {
                return severity;
            }
        }
        throw wrong("level", "debug, info, warn or error", text);
    }

    private int limit() throws Refusal {
        String text = one("limit");
        long limit = text == null ? Math.min(EventQuery.DEFAULT_LIMIT, maxLimit) : parsed(text);
        if (limit < 1 || limit > maxLimit) {
            throw wrong("limit", "a whole number from 1 to " + maxLimit, String.valueOf(text));
        }
        return (int) limit;
    }

    private Search.Order order() throws Refusal {
        return switch (one("order")) {
            case null -> Search.Order.NEWEST_FIRST;
            case "newest" -> Search.Order.NEWEST_FIRST;
            case "oldest" -> Search.Order.OLDEST_FIRST;
            case String other -> throw wrong("order", "newest or oldest", other);
        };
    }

    private @Nullable Instant time(String name) throws Refusal {
        String text = one(name);
        if (text == null) {
            return null;
        }
        Matcher relative = RELATIVE.matcher(text);
        if (relative.matches()) {
            long number = Long.parseLong(relative.group(1));
            return now.minus(
                    switch (relative.group(2)) {
                        case "s" -> Duration.ofSeconds(number);
                        case "m" -> Duration.ofMinutes(number);
                        case "h" -> Duration.ofHours(number);
                        default -> Duration.ofDays(number);
                    });
        }
        Instant time = absolute(text.toUpperCase(Locale.ROOT));
        if (time == null) {
            throw wrong(
                    name,
                    "a time such as 2026-11-25T14:00:00Z or 2026-11-25, or a time ago such as 90s, 10m, 2h or 7d",
                    text);
        }
        return time;
    }

    private @Nullable Instant absolute(String text) {
        try {
            if (text.length() == 10) {
                return LocalDate.parse(text).atStartOfDay(zone).toInstant();
            }
            boolean zoned =
                    text.endsWith("Z") || text.lastIndexOf('+') > 10 || text.lastIndexOf('-') > 10;
            return zoned
                    ? OffsetDateTime.parse(text).toInstant()
                    : LocalDateTime.parse(text).atZone(zone).toInstant();
        } catch (DateTimeException no) {
            return null;
        }
    }

    private @Nullable Long number(String name) throws Refusal {
        String text = one(name);
        if (text == null) {
            return null;
        }
        long number = parsed(text);
        if (number < 0) {
            throw wrong(name, "a whole number from 0 on", text);
        }
        return number;
    }

    private long number(String name, long otherwise) throws Refusal {
        Long number = number(name);
        return number == null ? otherwise : number;
    }

    /** -1 if it is no whole number. */
    private static long parsed(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            return -1;
        }
    }

    private @Nullable String one(String name) throws Refusal {
        List<String> values = given.getOrDefault(name, List.of());
        if (values.size() > 1) {
            throw new Refusal(spelled.apply(name) + " may be given once, was " + values.size());
        }
        if (values.isEmpty()) {
            return null;
        }
        String value = values.getFirst();
        if (value.isEmpty() || value.length() > MAX_TEXT) {
            throw wrong(
                    name, "a text of 1 to " + MAX_TEXT + " characters", value.length() + " long");
        }
        return value;
    }

    private Refusal wrong(String name, String allowed, String was) {
        String shown = was.length() > 128 ? was.substring(0, 128) + "…" : was;
        return new Refusal(spelled.apply(name) + " must be " + allowed + ", was \"" + shown + '"');
    }
}
