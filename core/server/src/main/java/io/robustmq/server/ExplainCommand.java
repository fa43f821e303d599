package io.robustmq.server;

import io.robustmq.eventlog.Explainer;
import io.robustmq.eventlog.Explanation;
import io.robustmq.eventlog.ExplanationJson;
import io.robustmq.eventlog.ExplanationText;
import io.robustmq.eventlog.OfflineEvents;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code robustmq explain}: asks a running node, or reads the files of one that does not run. */
final class ExplainCommand extends NodeCommand {
    private final ExplainArguments arguments;
    private final boolean colours;
    private final InstantSource clock;

    ExplainCommand(
            ExplainArguments arguments,
            NodeTarget target,
            boolean colours,
            PrintStream out,
            PrintStream err,
            InstantSource clock) {
        super(target, out, err);
        this.arguments = arguments;
        this.colours = colours;
        this.clock = clock;
    }

    @Override
    ExitCode online(NodeClient node) throws IOException {
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

    @Override
    @Nullable String needsNode() {
        return null;
    }

    @Override
    ExitCode offline(OfflineEvents events) throws IOException {
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
                        ? new String(ExplanationJson.of(explained), StandardCharsets.UTF_8) + "\n"
                        : new ExplanationText(clock.instant(), zone, colours).of(explained));
        out.flush();
        return ExitCode.OK;
    }
}
