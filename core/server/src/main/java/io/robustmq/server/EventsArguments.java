package io.robustmq.server;

import io.robustmq.eventlog.EventLines;
import io.robustmq.eventlog.EventQuery;
import io.robustmq.eventlog.EventQueryParser;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code robustmq events} is to show.
 *
 * @param query with a limit of up to {@link #MAX_LIMIT}
 * @param asked its filters as written, by the names that a URL has for them; times are absolute
 * @param node where the events are
 */
record EventsArguments(
        EventQuery query,
        Map<String, List<String>> asked,
        boolean follow,
        EventLines.Format format,
        Colours colours,
        NodeArguments node) {

    /** They are held in memory, to be shown oldest first. */
    static final int MAX_LIMIT = 100_000;

    /** Whether levels are coloured. */
    enum Colours {
        /** On a terminal, unless NO_COLOR is set. */
        AUTO,
        ALWAYS,
        NEVER
    }

    /** Of a query, on the command line. */
    private static final List<String> FILTERS =
            List.of(
                    "--event",
                    "--level",
                    "--client-id",
                    "--topic",
                    "--connection",
                    "--address",
                    "--trace",
                    "--since",
                    "--until",
                    "--from",
                    "--before",
                    "--limit");

    /**
     * @param rest what follows {@code events}
     * @return these arguments, or what is wrong with them
     */
    static CommandLine parse(List<String> rest, Instant now, ZoneId zone) {
        Map<String, List<String>> asked = new LinkedHashMap<>();
        NodeArguments.Builder node = new NodeArguments.Builder();
        boolean follow = false;
        EventLines.Format format = EventLines.Format.TABLE;
        Colours colours = Colours.AUTO;
        while (!rest.isEmpty()) {
            String argument = rest.removeFirst();
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            if (name.equals("--help") || name.equals("-h")) {
                return new CommandLine.Help();
            }
            if (argument.equals("--follow") || argument.equals("-f")) {
                follow = true;
                continue;
            }
            boolean known =
                    FILTERS.contains(name)
                            || name.equals("--format")
                            || name.equals("--color")
                            || NodeArguments.Builder.takes(name);
            if (!known) {
                return CommandLine.unexpected(argument);
            }
            if (equals < 0 && rest.isEmpty()) {
                return new CommandLine.Wrong(name + " needs a value: " + name + "=VALUE");
            }
            String value = equals < 0 ? rest.removeFirst() : argument.substring(equals + 1);
            switch (name) {
                case "--format" -> {
                    EventLines.Format found = constant(EventLines.Format.values(), value);
                    if (found == null) {
                        return new CommandLine.Wrong(
                                "--format must be table, json or logfmt, was " + value);
                    }
                    format = found;
                }
                case "--color" -> {
                    Colours found = constant(Colours.values(), value);
                    if (found == null) {
                        return new CommandLine.Wrong(
                                "--color must be auto, always or never, was " + value);
                    }
                    colours = found;
                }
                case String other when FILTERS.contains(other) ->
                        asked.computeIfAbsent(
                                        other.substring(2).replace('-', '_'),
                                        first -> new ArrayList<>())
                                .add(value);
                default -> {
                    String wrong = node.take(name, value);
                    if (wrong != null) {
                        return new CommandLine.Wrong(wrong);
                    }
                }
            }
        }
        EventQueryParser parser =
                new EventQueryParser(
                        asked, written -> "--" + written.replace('_', '-'), now, zone, MAX_LIMIT);
        if (follow && asked.containsKey("until")) {
            return new CommandLine.Wrong("--until and --follow exclude each other");
        }
        return switch (parser.parse()) {
            case EventQueryParser.Wrong(String line) -> new CommandLine.Wrong(line);
            case EventQueryParser.Right(EventQuery query) -> {
                put(asked, "since", query.since());
                put(asked, "until", query.until());
                yield new CommandLine.ShowEvents(
                        new EventsArguments(
                                query, Map.copyOf(asked), follow, format, colours, node.build()));
            }
        };
    }

    /** The node may have another zone, and its answer comes in parts. */
    private static void put(Map<String, List<String>> asked, String name, @Nullable Instant time) {
        if (time != null) {
            asked.put(name, List.of(time.toString()));
        }
    }

    private static <E extends Enum<E>> @Nullable E constant(E[] all, String name) {
        for (E each : all) {
            if (each.name().toLowerCase(Locale.ROOT).equals(name)) {
                return each;
            }
        }
        return null;
    }
}
