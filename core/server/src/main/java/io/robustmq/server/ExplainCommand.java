package io.robustmq.server;

import io.robustmq.eventlog.Account;
import io.robustmq.eventlog.ClientAccount;
import io.robustmq.eventlog.EventFields;
import io.robustmq.eventlog.Evidence;
import io.robustmq.eventlog.MessageAccount;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code robustmq explain}: what the events say became of one client, or of one message. */
final class ExplainCommand {
    /** The newest are taken; an account of more would not be read. */
    private static final int MOST_EVENTS = 5000;

    /** What is dropped of a message may wait that long before, and still be told with it. */
    private static final Duration DROPPED_WITHIN = Duration.ofMinutes(1);

    private final ExplainArguments arguments;
    private final NodeTarget target;
    private final ZoneId zone;
    private final PrintStream out;
    private final PrintStream err;

    ExplainCommand(
            ExplainArguments arguments,
            NodeTarget target,
            ZoneId zone,
            PrintStream out,
            PrintStream err) {
        this.arguments = arguments;
        this.target = target;
        this.zone = zone;
        this.out = out;
        this.err = err;
    }

    ExitCode run() {
        return EventSource.use(target, false, err, this::explain);
    }

    /** {@link ExitCode#FOUND} if there is nothing to explain it with. */
    private ExitCode explain(EventSource source) throws IOException {
        Map<String, List<String>> asked = new LinkedHashMap<>();
        Instant since = arguments.since();
        if (since != null) {
            asked.put("since", List.of(since.toString()));
        }
        EventSource.Answer oldest = source.ask(Map.of("order", List.of("oldest")), 1);
        Evidence.Kept kept =
                oldest.events().isEmpty()
                        ? Evidence.Kept.NOTHING
                        : Evidence.Kept.from(EventFields.of(oldest.events().getFirst()));
        String name =
                switch (arguments.subject()) {
                    case CLIENT -> "client_id";
                    case MESSAGE -> "trace";
                };
        asked.put(name, List.of(arguments.what()));
        EventSource.Answer answer = source.ask(asked, MOST_EVENTS);
        List<EventFields> events = fields(answer.events().reversed());
        Evidence evidence = new Evidence(kept, answer.gaps(), answer.more(), since);
        Account account =
                switch (arguments.subject()) {
                    case CLIENT -> ClientAccount.of(arguments.what(), events, evidence, zone);
                    case MESSAGE ->
                            MessageAccount.of(
                                    arguments.what(),
                                    events,
                                    dropsNear(events, source),
                                    evidence,
                                    zone);
                };
        account.lines().forEach(out::println);
        out.flush();
        return events.isEmpty() ? ExitCode.FOUND : ExitCode.OK;
    }

    /** A drop does not say which message it was, but when, and on which topic. */
    private static List<EventFields> dropsNear(List<EventFields> events, EventSource source)
            throws IOException {
        for (EventFields event : events) {
            String topic = event.get("topic_name");
            if (topic.isEmpty() || topic.contains("+") || topic.contains("#")) {
                continue;
            }
            Map<String, List<String>> asked = new LinkedHashMap<>();
            asked.put("event", List.of("message.dropped"));
            asked.put("topic", List.of(topic));
            asked.put("since", List.of(event.time().toString()));
            asked.put("until", List.of(event.time().plus(DROPPED_WITHIN).toString()));
            asked.put("order", List.of("oldest"));
            return fields(source.ask(asked, MOST_EVENTS).events());
        }
        return List.of();
    }

    private static List<EventFields> fields(List<byte[]> events) throws IOException {
        List<EventFields> all = new ArrayList<>(events.size());
        for (byte[] event : events) {
            all.add(EventFields.of(event));
        }
        return all;
    }
}
