package io.robustmq.server;

import io.robustmq.eventlog.EventLines;
import io.robustmq.eventlog.EventQuery;
import io.robustmq.eventlog.EventSearch;
import io.robustmq.eventlog.OfflineEvents;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.OfflineJournal;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code robustmq events}: those of a running node, or in the files of one that does not run. */
final class EventsCommand {
    /** The shard of that name, in the folder of that name. */
    static final String EVENTS = "events";

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
        String url = target.url();
        Path data = target.data();
        if (url == null) {
            return data == null ? ExitCode.USAGE : offline(data);
        }
        try (NodeClient node = new NodeClient(url, target.token())) {
            return online(node);
        } catch (NodeClient.RefusedException refused) {
            return refused(refused);
        } catch (ConnectException | HttpConnectTimeoutException nobody) {
            if (data != null && !arguments.follow() && Files.isDirectory(events(data))) {
                err.println(
                        "robustmq: no node answers at " + url + ", reading its files in " + data);
                return offline(data);
            }
            return wrong(
                    ExitCode.UNAVAILABLE,
                    "no node answers at " + url + ": start it, or name another with --url");
        } catch (IOException failed) {
            return wrong(ExitCode.UNAVAILABLE, url + ": " + DataDirectory.reason(failed));
        }
    }

    private ExitCode wrong(ExitCode code, String line) {
        out.flush();
        err.println("robustmq: " + line);
        return code;
    }

    private ExitCode refused(NodeClient.RefusedException refused) {
        ExitCode code =
                switch (refused.status()) {
                    case 400 -> ExitCode.USAGE;
                    case 401, 403 -> ExitCode.NO_PERMISSION;
                    default -> ExitCode.UNAVAILABLE;
                };
        return wrong(code, String.valueOf(refused.getMessage()));
    }

    // A running node

    private ExitCode online(NodeClient node) throws IOException {
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

    private static Path events(Path data) {
        Path inside = data.resolve(EVENTS);
        return Files.exists(inside.resolve("LOCK")) ? inside : data;
    }

    private ExitCode offline(Path data) {
        if (arguments.follow()) {
            return wrong(ExitCode.USAGE, "--follow needs a running node; leave --data out");
        }
        try (OfflineJournal journal = new OfflineJournal(events(data), new LocalDisk())) {
            journal.open();
            EventSearch.Page page = new OfflineEvents(journal, EVENTS).page(arguments.query());
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
        } catch (IOException unreadable) {
            return JournalTool.failed(unreadable, err);
        }
    }
}
