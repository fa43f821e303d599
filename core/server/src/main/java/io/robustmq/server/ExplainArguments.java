package io.robustmq.server;

import io.robustmq.eventlog.EventQueryParser;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code robustmq explain} is to explain.
 *
 * @param what a client identifier, or a trace id
 * @param since null for as far back as there is
 */
record ExplainArguments(Subject subject, String what, @Nullable Instant since, NodeArguments node) {
    enum Subject {
        CLIENT,
        MESSAGE
    }

    private static final String USAGE =
            "explain needs a client or a trace: robustmq explain client ID, or robustmq explain message TRACE";

    /**
     * @param rest what follows {@code explain}
     * @return these arguments, or what is wrong with them
     */
    static CommandLine parse(List<String> rest, Instant now, ZoneId zone) {
        NodeArguments.Builder node = new NodeArguments.Builder();
        Subject subject = null;
        String what = null;
        Instant since = null;
        while (!rest.isEmpty()) {
            String argument = rest.removeFirst();
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            if (name.equals("--help") || name.equals("-h")) {
                return new CommandLine.Help();
            }
            if (name.equals("--since") || NodeArguments.Builder.takes(name)) {
                if (equals < 0 && rest.isEmpty()) {
                    return new CommandLine.Wrong(name + " needs a value: " + name + "=VALUE");
                }
                String value = equals < 0 ? rest.removeFirst() : argument.substring(equals + 1);
                if (!name.equals("--since")) {
                    String wrong = node.take(name, value);
                    if (wrong != null) {
                        return new CommandLine.Wrong(wrong);
                    }
                    continue;
                }
                switch (parsed("since", value, now, zone)) {
                    case EventQueryParser.Wrong(String line) -> {
                        return new CommandLine.Wrong(line);
                    }
                    case EventQueryParser.Right(var query) -> since = query.since();
                }
            } else if (subject == null && argument.equals("client")) {
                subject = Subject.CLIENT;
            } else if (subject == null && argument.equals("message")) {
                subject = Subject.MESSAGE;
            } else if (subject != null && what == null) {
                what = argument; // a client may be called --what
            } else {
                return subject == null
                        ? new CommandLine.Wrong(USAGE)
                        : CommandLine.unexpected(argument);
            }
        }
        if (subject == null || what == null) {
            return new CommandLine.Wrong(USAGE);
        }
        String filter = subject == Subject.CLIENT ? "client_id" : "trace";
        if (parsed(filter, what, now, zone) instanceof EventQueryParser.Wrong(String line)) {
            return new CommandLine.Wrong(line);
        }
        return new CommandLine.Explain(new ExplainArguments(subject, what, since, node.build()));
    }

    private static EventQueryParser.Parsed parsed(
            String name, String value, Instant now, ZoneId zone) {
        return new EventQueryParser(
                        Map.of(name, List.of(value)),
                        written -> written.equals("since") ? "--since" : "the " + written,
                        now,
                        zone,
                        EventSource.MAX_EVENTS)
                .parse();
    }
}
