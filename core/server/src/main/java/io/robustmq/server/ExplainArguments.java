package io.robustmq.server;

import io.robustmq.eventlog.EventQuery;
import io.robustmq.eventlog.EventQueryParser;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code robustmq explain} is to explain.
 *
 * @param waiting the client that waits for a message; null for all
 * @param since null for all there is
 * @param node where the events are
 */
record ExplainArguments(
        Subject subject,
        @Nullable String waiting,
        @Nullable Instant since,
        boolean json,
        EventsArguments.Colours colours,
        NodeArguments node) {

    /** What it is about. */
    sealed interface Subject {
        record Client(String id) implements Subject {}

        record Message(String traceId) implements Subject {}

        record Topic(String topic) implements Subject {}
    }

    private static final String NEEDED =
            "explain needs a subject: robustmq explain client ID, robustmq explain message TRACE, or robustmq explain message --topic TOPIC";

    private static final List<String> NAMES =
            List.of("--topic", "--client-id", "--since", "--color");

    /**
     * @param rest what follows {@code explain}
     * @return these arguments, or what is wrong with them
     */
    static CommandLine parse(List<String> rest, Instant now, ZoneId zone) {
        Map<String, String> said = new LinkedHashMap<>();
        NodeArguments.Builder node = new NodeArguments.Builder();
        boolean json = false;
        boolean optionsEnded = false;
        while (!rest.isEmpty()) {
            String argument = rest.removeFirst();
            if (argument.equals("--") && !optionsEnded) {
                optionsEnded = true; // a client id may begin with dashes
                continue;
            }
            if (optionsEnded || !argument.startsWith("--") && !argument.equals("-h")) {
                String place = said.containsKey("kind") ? "name" : "kind";
                if (said.containsKey(place)) {
                    return CommandLine.unexpected(argument);
                }
                said.put(place, argument);
                continue;
            }
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            if (name.equals("--help") || name.equals("-h")) {
                return new CommandLine.Help();
            }
            if (argument.equals("--json")) {
                json = true;
                continue;
            }
            if (!NAMES.contains(name) && !NodeArguments.Builder.takes(name)) {
                return CommandLine.unexpected(argument);
            }
            if (equals < 0 && rest.isEmpty()) {
                return new CommandLine.Wrong(name + " needs a value: " + name + "=VALUE");
            }
            String value = equals < 0 ? rest.removeFirst() : argument.substring(equals + 1);
            String wrong = null;
            if (NAMES.contains(name)) {
                said.put(name, value);
            } else {
                wrong = node.take(name, value);
            }
            if (wrong != null) {
                return new CommandLine.Wrong(wrong);
            }
        }
        return checked(said, json, node.build(), now, zone);
    }

    private static CommandLine checked(
            Map<String, String> said, boolean json, NodeArguments node, Instant now, ZoneId zone) {
        Subject subject = subject(said);
        if (subject == null) {
            return new CommandLine.Wrong(NEEDED);
        }
        boolean client = subject instanceof Subject.Client;
        if (client && said.containsKey("--client-id")) {
            return new CommandLine.Wrong("--client-id is for explain message: who waits for it");
        }
        String colour = said.getOrDefault("--color", "auto");
        EventsArguments.Colours colours =
                EventsArguments.constant(EventsArguments.Colours.values(), colour);
        if (colours == null) {
            return new CommandLine.Wrong("--color must be auto, always or never, was " + colour);
        }
        Map<String, List<String>> asked = new LinkedHashMap<>();
        String since = said.get("--since");
        if (since != null) {
            asked.put("since", List.of(since));
        }
        if (subject instanceof Subject.Message(String traceId)) {
            asked.put("trace", List.of(traceId));
        }
        EventQueryParser parser =
                new EventQueryParser(
                        asked,
                        name -> name.equals("trace") ? "TRACE" : "--" + name,
                        now,
                        zone,
                        EventQuery.MAX_LIMIT);
        return switch (parser.parse()) {
            case EventQueryParser.Wrong(String line) -> new CommandLine.Wrong(line);
            case EventQueryParser.Right(EventQuery query) ->
                    new CommandLine.Explain(
                            new ExplainArguments(
                                    subject,
                                    said.get("--client-id"),
                                    query.since(),
                                    json,
                                    colours,
                                    node));
        };
    }

    private static @Nullable Subject subject(Map<String, String> said) {
        String kind = said.getOrDefault("kind", "");
        String name = said.get("name");
        String topic = said.get("--topic");
        if (kind.equals("client") && name != null && topic == null) {
            return new Subject.Client(name);
        }
        if (kind.equals("message") && name != null && topic == null) {
            return new Subject.Message(name);
        }
        return kind.equals("message") && name == null && topic != null
                ? new Subject.Topic(topic)
                : null;
    }
}
