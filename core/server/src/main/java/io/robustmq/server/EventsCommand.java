package io.robustmq.server;

import io.robustmq.eventlog.EventLines;
import io.robustmq.eventlog.EventQuery;
import io.robustmq.eventlog.EventSearch;
import io.robustmq.eventlog.OfflineEvents;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code robustmq events}: those of a running node, or in the files of one that does not run. */
final class EventsCommand extends NodeCommand {
    /** Before what comes, unless more or fewer are asked for. */
    private static final int BEFORE_FOLLOWING = 10;

    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long MOST_PAUSE_MILLIS = 5000;

    private final EventsArguments arguments;
    private final EventLines lines;

    EventsCommand(
            EventsArguments arguments,
            NodeTarget target,
            EventLines lines,
            PrintStream out,
            PrintStream err) {
        super(target, out, err);
        this.arguments = arguments;
        this.lines = lines;
    }

    // A running node

    @Override
    ExitCode online(NodeClient node) throws IOException {
        Map<String, List<String>> asked = new LinkedHashMap<>(arguments.asked());
        boolean few =
                arguments.follow() && !asked.containsKey("limit") && !asked.containsKey("since");
        int left = few ? BEFORE_FOLLOWING : arguments.query().limit();
        List<byte[]> newestFirst = new ArrayList<>();
        long end = -1;
        boolean more = true;
        while (more && left > 0) {
            asked.put("limit", List.of("" + Math.min(left, EventQuery.MAX_LIMIT)));
            HttpResponse<byte[]> answer = node.get(EventsApi.PATH, asked, EventsApi.LINES);
            int before = newestFirst.size();
            split(answer.body(), newestFirst);
            left -= newestFirst.size() - before;
            end = end < 0 ? Long.parseLong(header(answer, EventsApi.END)) : end;
            more = header(answer, EventsApi.MORE).equals("true");
            asked.put("before", List.of(header(answer, EventsApi.NEXT)));
            tellGaps(header(answer, EventsApi.GAPS));
        }
        for (byte[] event : newestFirst.reversed()) {
            out.println(lines.line(event));
        }
        out.flush();
        return arguments.follow() ? follow(node, end) : ExitCode.OK;
    }

    private static String header(HttpResponse<?> answer, String name) throws IOException {
        return answer.headers()
                .firstValue(name)
                .orElseThrow(() -> new IOException("the answer has no header " + name));
    }

    private static void split(byte[] lines, List<byte[]> into) {
        int from = 0;
        for (int i = 0; i < lines.length; i++) {
            if (lines[i] == '\n') {
                into.add(Arrays.copyOfRange(lines, from, i));
                from = i + 1;
            }
        }
    }

    private void tellGaps(String gaps) {
        if (!gaps.isEmpty()) {
            err.println("robustmq: these cannot be read, or retention removed them: " + gaps);
        }
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

    // Files

    @Override
    @Nullable String needsNode() {
        return arguments.follow() ? "--follow needs a running node; leave --data out" : null;
    }

    @Override
    ExitCode offline(OfflineEvents events) throws IOException {
        EventSearch.Page page = events.page(arguments.query());
        for (EventSearch.Found event : page.events().reversed()) {
            out.println(lines.line(event.json()));
        }
        for (EventSearch.Gap gap : page.gaps()) {
            err.println(
                    "robustmq: "
                            + gap.from()
                            + "-"
                            + gap.to()
                            + " cannot be read: "
                            + gap.reason());
        }
        out.flush();
        return ExitCode.OK;
    }
}
