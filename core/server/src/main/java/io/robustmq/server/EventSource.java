package io.robustmq.server;

import io.robustmq.eventlog.EventQuery;
import io.robustmq.eventlog.EventQueryParser;
import io.robustmq.eventlog.EventSearch;
import io.robustmq.eventlog.OfflineEvents;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.OfflineJournal;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where a command has events from. */
sealed interface EventSource {
    /** The shard of that name, in the folder of that name. */
    String EVENTS = "events";

    /** More are not held in memory. */
    int MAX_EVENTS = 100_000;

    /**
     * @param events JSON of each, in the order that was asked for
     * @param more whether there are more than were asked for
     * @param gaps what cannot be read, such as {@code 5-9,20-21}; empty if nothing
     * @param end the sequence number after the newest of all when this was asked
     */
    record Answer(List<byte[]> events, boolean more, String gaps, long end) {}

    /**
     * @param asked filters and order, by their names in a URL
     */
    Answer ask(Map<String, List<String>> asked, int limit) throws IOException;

    /** A running node. */
    record Running(NodeClient node) implements EventSource {
        @Override
        public Answer ask(Map<String, List<String>> asked, int limit) throws IOException {
            Map<String, List<String>> next = new LinkedHashMap<>(asked);
            boolean oldestFirst = asked.getOrDefault("order", List.of()).contains("oldest");
            List<byte[]> events = new ArrayList<>();
            StringBuilder gaps = new StringBuilder();
            long end = -1;
            boolean more = true;
            while (more && events.size() < limit) {
                int most = Math.min(limit - events.size(), EventQuery.MAX_LIMIT);
                next.put("limit", List.of("" + most));
                HttpResponse<byte[]> part = node.get(EventsApi.PATH, next, EventsApi.LINES);
                split(part.body(), events);
                end = end < 0 ? Long.parseLong(header(part, EventsApi.END)) : end;
                more = header(part, EventsApi.MORE).equals("true");
                next.put(oldestFirst ? "from" : "before", List.of(header(part, EventsApi.NEXT)));
                String these = header(part, EventsApi.GAPS);
                gaps.append(gaps.isEmpty() || these.isEmpty() ? "" : ",").append(these);
            }
            return new Answer(events, more, gaps.toString(), end);
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
    }

    /** The files of a node that does not run. */
    record Stopped(OfflineJournal journal) implements EventSource {
        @Override
        public Answer ask(Map<String, List<String>> asked, int limit) throws IOException {
            Map<String, List<String>> limited = new LinkedHashMap<>(asked);
            limited.put("limit", List.of("" + limit));
            EventQueryParser parser =
                    new EventQueryParser(
                            limited,
                            name -> name,
                            Instant.now(),
                            ZoneId.systemDefault(),
                            MAX_EVENTS);
            EventQuery query =
                    switch (parser.parse()) {
                        case EventQueryParser.Right(EventQuery right) -> right;
                        case EventQueryParser.Wrong(String line) -> throw new IOException(line);
                    };
            EventSearch.Page page = new OfflineEvents(journal, EVENTS).page(query);
            List<byte[]> events = page.events().stream().map(EventSearch.Found::json).toList();
            String gaps =
                    String.join(
                            ",",
                            page.gaps().stream().map(gap -> gap.from() + "-" + gap.to()).toList());
            return new Answer(events, page.more(), gaps, -1);
        }
    }

    /** What is done with it. */
    interface Use {
        ExitCode with(EventSource source) throws IOException;
    }

    /**
     * Of the running node, or of its files where it does not run.
     *
     * @param live whether only a running one will do
     */
    static ExitCode use(NodeTarget target, boolean live, PrintStream err, Use use) {
        String url = target.url();
        Path data = target.data();
        if (url == null) {
            return live
                    ? wrong(err, ExitCode.USAGE, "--follow needs a running node; leave --data out")
                    : useFiles(String.valueOf(data), err, use);
        }
        try (NodeClient node = new NodeClient(url, target.token())) {
            return use.with(new Running(node));
        } catch (NodeClient.RefusedException refused) {
            ExitCode code =
                    switch (refused.status()) {
                        case 400 -> ExitCode.USAGE;
                        case 401, 403 -> ExitCode.NO_PERMISSION;
                        default -> ExitCode.UNAVAILABLE;
                    };
            return wrong(err, code, String.valueOf(refused.getMessage()));
        } catch (ConnectException | HttpConnectTimeoutException nobody) {
            if (data != null && !live && Files.isDirectory(data.resolve(EVENTS))) {
                err.println(
                        "robustmq: no node answers at " + url + ", reading its files in " + data);
                return useFiles(data.toString(), err, use);
            }
            return wrong(
                    err,
                    ExitCode.UNAVAILABLE,
                    "no node answers at " + url + ": start it, or name another with --url");
        } catch (IOException failed) {
            return wrong(err, ExitCode.UNAVAILABLE, url + ": " + DataDirectory.reason(failed));
        }
    }

    private static ExitCode useFiles(String data, PrintStream err, Use use) {
        Path inside = Path.of(data).resolve(EVENTS);
        Path folder = Files.exists(inside.resolve("LOCK")) ? inside : Path.of(data);
        try (OfflineJournal journal = new OfflineJournal(folder, new LocalDisk())) {
            journal.open();
            return use.with(new Stopped(journal));
        } catch (IOException unreadable) {
            return JournalTool.failed(unreadable, err);
        }
    }

    private static ExitCode wrong(PrintStream err, ExitCode code, String line) {
        err.println("robustmq: " + line);
        return code;
    }
}
