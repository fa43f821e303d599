package io.robustmq.eventlog;

import io.robustmq.telemetry.pipeline.LogText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Events as lines, for people or for tools. Any thread. */
public final class EventLines {
    /** How a line looks. */
    public enum Format {
        /** For people: local time, level, event, then what is of its own. */
        TABLE,
        JSON,
        /** {@code name=value} for every field. */
        LOGFMT
    }

    private static final int EVENT_WIDTH = 30;
    private static final DateTimeFormatter LOCAL =
            DateTimeFormatter.ofPattern("MM-dd HH:mm:ss.SSS", Locale.ROOT);

    /** What a person knows, or sees in the line anyway. */
    private static final Set<String> LEFT_OUT =
            Set.of("seq", "time", "event", "level", "service", "node_id", "protocol", "span_id");

    private static final String RESET = "\u001b[0m";

    private final Format format;
    private final boolean colours;
    private final ZoneId zone;

    /**
     * @param colours only in a table
     * @param zone of the times in a table
     */
    public EventLines(Format format, boolean colours, ZoneId zone) {
        this.format = format;
        this.colours = colours;
        this.zone = zone;
    }

    /** Without the line's end. */
    public String line(byte[] json) throws IOException {
        return switch (format) {
            case JSON -> new String(json, StandardCharsets.UTF_8);
            case LOGFMT -> logfmt(EventFields.of(json));
            case TABLE -> row(EventFields.of(json));
        };
    }

    private static String logfmt(EventFields event) {
        StringBuilder line = new StringBuilder(256);
        event.all().keySet().forEach(name -> field(event, name, line));
        return line.substring(1);
    }

    private static void field(EventFields event, String name, StringBuilder line) {
        line.append(' ').append(name).append('=');
        if (event.texts().contains(name)) {
            LogText.append(event.get(name), line);
        } else {
            line.append(event.get(name));
        }
    }

    private String row(EventFields event) throws IOException {
        StringBuilder line = new StringBuilder(256);
        try {
            line.append(LOCAL.format(event.time().atZone(zone)));
        } catch (DateTimeException wrong) {
            throw new IOException("an event without a time: " + event.get("time"), wrong);
        }
        String level = event.get("level").toUpperCase(Locale.ROOT);
        line.append(' ').append(colours ? colour(level) : "").append(level);
        line.append(colours ? RESET : "").append(" ".repeat(Math.max(0, 5 - level.length())));
        String name = event.get("event");
        line.append(' ').append(name).append(" ".repeat(Math.max(0, EVENT_WIDTH - name.length())));
        if (event.all().containsKey("client_id")) {
            field(event, "client_id", line);
        }
        for (Map.Entry<String, String> each : event.all().entrySet()) {
            String field = each.getKey();
            boolean nothing = field.equals("suppressed") && each.getValue().equals("0");
            if (!LEFT_OUT.contains(field) && !field.equals("client_id") && !nothing) {
                field(event, field, line);
            }
        }
        return line.toString();
    }

    private static String colour(String level) {
        return switch (level) {
            case "ERROR" -> "\u001b[1;31m";
            case "WARN" -> "\u001b[33m";
            case "DEBUG" -> "\u001b[2m";
            default -> "\u001b[32m";
        };
    }
}
