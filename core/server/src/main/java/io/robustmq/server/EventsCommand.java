package io.robustmq.server;

import io.robustmq.eventlog.EventLines;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code robustmq events}: those of a running node, or in the files of one that does not run. */
final class EventsCommand {
    /** Before what comes, unless more or fewer are asked for. */
    private static final int BEFORE_FOLLOWING = 10;

    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long MOST_PAUSE_MILLIS = 5000;

    private final EventsArguments arguments;
    private final NodeTarget target;
    private final EventLines lines;
    private final PrintStream out;
    private final PrintStream err;

    EventsCommand(
            EventsArguments arguments,
            NodeTarget target,
            EventLines lines,
            PrintStream out,
            PrintStream err) {
        this.arguments = arguments;
        this.target = target;
        this.lines = lines;
        this.out = out;
        this.err = err;
    }

    ExitCode run() {
        return EventSource.use(target, arguments.follow(), err, this::show);
    }

    private ExitCode show(EventSource source) throws IOException {
        Map<String, List<String>> asked = new LinkedHashMap<>(arguments.asked());
        boolean limited = asked.remove("limit") != null || asked.containsKey("since");
        boolean few = arguments.follow() && !limited;
        EventSource.Answer answer =
                source.ask(asked, few ? BEFORE_FOLLOWING : arguments.query().limit());
        for (byte[] event : answer.events().reversed()) {
            out.println(lines.line(event));
        }
        out.flush();
        if (!answer.gaps().isEmpty()) {
            err.println(
                    "robustmq: these cannot be read, or retention removed them: " + answer.gaps());
        }
        return arguments.follow() && source instanceof EventSource.Running(NodeClient node)
                ? follow(node, answer.end())
                : ExitCode.OK;
    }

    // What comes

    /** Ends when nobody reads it any more, or the node refuses. */
    private ExitCode follow(NodeClient node, long from) throws IOException {
        Map<String, List<String>> asked = new LinkedHashMap<>(arguments.asked());
        asked.keySet().removeAll(List.of("limit", "before", "order"));
        asked.put("from", List.of("" + from));
        Following following = new Following();
        long pause = FIRST_PAUSE_MILLIS;
        boolean told = false;
        while (true) {
            try {
                String last = following.lastId;
                HttpResponse<Stream<String>> answer =
                        last == null
                                ? node.lines(EventsApi.PATH, asked, EventsApi.STREAM)
                                : node.lines(
                                        EventsApi.PATH,
                                        asked,
                                        EventsApi.STREAM,
                                        "Last-Event-ID",
                                        last);
                if (told) {
                    err.println("robustmq: connected again");
                }
                told = false;
                pause = FIRST_PAUSE_MILLIS;
                if (!following.take(answer.body())) {
                    return ExitCode.OK;
                }
            } catch (NodeClient.RefusedException refused) {
                if (refused.isFinal()) {
                    throw refused;
                }
            } catch (UncheckedIOException | IOException lost) {
                // told below; the node may come back
            }
            if (!told) {
                err.println("robustmq: the connection to " + node.url() + " is lost, trying again");
                told = true;
            }
            if (!pause(pause)) {
                return ExitCode.OK;
            }
            pause = Math.min(MOST_PAUSE_MILLIS, 2 * pause);
        }
    }

    /** False if the process is to end. */
    private static boolean pause(long millis) {
        try {
            Thread.sleep(millis);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Where the stream of events is. */
    private final class Following {
        private @Nullable String lastId;
        private String id = "";
        private String event = "";

        /** False if nobody reads the output any more. */
        boolean take(Stream<String> stream) throws IOException {
            try (stream) {
                Iterator<String> all = stream.iterator();
                while (all.hasNext()) {
                    take(all.next());
                    if (out.checkError()) {
                        return false;
                    }
                }
            }
            return true;
        }

        private void take(String line) throws IOException {
            if (line.isEmpty()) {
                lastId = id.isEmpty() ? lastId : id;
                id = "";
                event = "";
            } else if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.startsWith("event: ")) {
                event = line.substring(7);
            } else if (line.startsWith("data: ") && event.isEmpty()) {
                out.println(lines.line(line.substring(6).getBytes(StandardCharsets.UTF_8)));
            } else if (line.startsWith("data: ")) {
                err.println("robustmq: " + event + " " + line.substring(6));
            }
        }
    }
}
