package io.robustmq.server;

import io.robustmq.eventlog.Explainer;
import io.robustmq.eventlog.Explanation;
import io.robustmq.eventlog.ExplanationJson;
import io.robustmq.eventlog.ExplanationText;
import io.robustmq.eventlog.OfflineEvents;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.OfflineJournal;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.URLEncoder;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code robustmq explain}: asks a running node, or reads the files of one that does not run. */
final class ExplainCommand {
    private final ExplainArguments arguments;
    private final NodeTarget target;
    private final boolean colours;
    private final PrintStream out;
    private final PrintStream err;
    private final InstantSource clock;

    ExplainCommand(
            ExplainArguments arguments,
            NodeTarget target,
            boolean colours,
            PrintStream out,
            PrintStream err,
            InstantSource clock) {
        this.arguments = arguments;
        this.target = target;
        this.colours = colours;
        this.out = out;
        this.err = err;
        this.clock = clock;
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
            ExitCode code =
                    switch (refused.status()) {
                        case 400 -> ExitCode.USAGE;
                        case 401, 403 -> ExitCode.NO_PERMISSION;
                        default -> ExitCode.UNAVAILABLE;
                    };
            return wrong(code, String.valueOf(refused.getMessage()));
        } catch (ConnectException | HttpConnectTimeoutException nobody) {
            if (data != null && Files.isDirectory(events(data))) {
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

    private ExitCode online(NodeClient node) throws IOException {
        Map<String, List<String>> asked = new LinkedHashMap<>();
        if (arguments.since() != null) {
            asked.put("since", List.of(arguments.since().toString()));
        }
        if (arguments.waiting() != null) {
            asked.put("client_id", List.of(arguments.waiting()));
        }
        asked.put("zone", List.of(ZoneId.systemDefault().getId()));
        asked.put("color", List.of("" + colours));
        String path =
                switch (arguments.subject()) {
                    case ExplainArguments.Subject.Client(String id) -> "client/" + encoded(id);
                    case ExplainArguments.Subject.Message(String trace) -> "message/" + trace;
                    case ExplainArguments.Subject.Topic(String topic) -> {
                        asked.put("topic", List.of(topic));
                        yield "message";
                    }
                };
        String accept = arguments.json() ? "application/json" : ExplainApi.TEXT;
        HttpResponse<byte[]> answer = node.get(ExplainApi.PATH + path, asked, accept);
        out.write(answer.body(), 0, answer.body().length);
        out.flush();
        return ExitCode.OK;
    }

    private static String encoded(String id) {
        return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static Path events(Path data) {
        Path inside = data.resolve(EventsCommand.EVENTS);
        return Files.exists(inside.resolve("LOCK")) ? inside : data;
    }

    private ExitCode offline(Path data) {
        try (OfflineJournal journal = new OfflineJournal(events(data), new LocalDisk())) {
            journal.open();
            OfflineEvents events = new OfflineEvents(journal, EventsCommand.EVENTS);
            ZoneId zone = ZoneId.systemDefault();
            // what identities are hashed with is gone with the process
            Explainer explainer = new Explainer(events::page, id -> null, clock, zone);
            Explanation explained =
                    switch (arguments.subject()) {
                        case ExplainArguments.Subject.Client(String id) ->
                                explainer.client(id, arguments.since());
                        case ExplainArguments.Subject.Message(String trace) ->
                                explainer.message(trace, arguments.waiting());
                        case ExplainArguments.Subject.Topic(String topic) ->
                                explainer.topic(topic, arguments.since(), arguments.waiting());
                    };
            out.print(
                    arguments.json()
                            ? new String(ExplanationJson.of(explained), StandardCharsets.UTF_8)
                                    + "\n"
                            : new ExplanationText(clock.instant(), zone, colours).of(explained));
            out.flush();
            return ExitCode.OK;
        } catch (IOException unreadable) {
            return JournalTool.failed(unreadable, err);
        }
    }
}
