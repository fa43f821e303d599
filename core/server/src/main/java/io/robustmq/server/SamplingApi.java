package io.robustmq.server;

import com.sun.net.httpserver.HttpExchange;
import io.robustmq.placement.Document;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.pipeline.SamplingRule;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/v1/sampling} shows which traces are recorded; {@code PUT} with some of what
 * {@link SamplingField} has, as parameters or as JSON, and {@code why}, changes it on all nodes;
 * {@code DELETE} has the configuration hold again. Any thread.
 */
final class SamplingApi {
    static final String PATH = "/api/v1/sampling";

    private final AgreedSampling sampling;
    private final Events events;

    SamplingApi(AgreedSampling sampling, Events events) {
        this.sampling = sampling;
        this.events = events;
    }

    HttpRoute route() {
        return new HttpRoute(PATH, Set.of("GET", "PUT", "DELETE"), this::answer);
    }

    private void answer(HttpExchange exchange, HttpWatch watch) throws IOException {
        AdminRequest request = AdminRequest.of(exchange, events);
        switch (request.method()) {
            case "PUT" -> change(request);
            case "DELETE" -> reset(request);
            default -> answer(request, sampling.status());
        }
    }

    private void change(AdminRequest request) throws IOException {
        if (request.isCut()) {
            request.refuse(
                    413, "the body must have at most " + AdminRequest.MAX_BODY_BYTES + " bytes");
            return;
        }
        change(
                request,
                request.isJson()
                        ? SamplingChange.read(request.body())
                        : SamplingChange.read(request.parameters()));
    }

    private void reset(AdminRequest request) throws IOException {
        String unknown = request.unknown(SamplingChange.WHY);
        if (unknown != null) {
            request.refuse(400, "no parameter " + unknown + ", there is why");
            return;
        }
        change(request, SamplingChange.reset(request.text(SamplingChange.WHY)));
    }

    private void change(AdminRequest request, SamplingChange.Outcome read) throws IOException {
        switch (read) {
            case SamplingChange.Outcome.Wrong(String line) -> request.refuse(400, line);
            case SamplingChange.Outcome.Read(SamplingChange wanted) -> {
                switch (sampling.change(wanted, request.admin())) {
                    case LogControl.Outcome.Done<AgreedSampling.Status>(
                                    AgreedSampling.Status now) ->
                            answer(request, now);
                    case LogControl.Outcome.Refused<AgreedSampling.Status>(
                                    int status,
                                    String why) ->
                            request.refuse(status, why);
                }
            }
        }
    }

    private static void answer(AdminRequest request, AgreedSampling.Status status)
            throws IOException {
        request.answer(json(status), table(status));
    }

    // As JSON

    private static String json(AgreedSampling.Status status) {
        StringBuilder json = new StringBuilder("{\"sampling\":{");
        String between = "";
        for (SamplingField each : SamplingField.values()) {
            json.append(between).append('"').append(each.key()).append("\":{\"value\":");
            json.append(each.json(each.of(status.now()))).append(",\"from\":\"");
            json.append(from(status, each)).append("\",\"configured\":");
            json.append(each.json(each.of(status.configured()))).append('}');
            between = ",";
        }
        json.append("},\"agreed_known\":").append(status.isKnown());
        json.append(",\"exported\":").append(status.noTraces() == null);
        if (status.noTraces() != null) {
            json.append(",\"not_exported\":").append(HttpAnswers.quoted(status.noTraces()));
        }
        if (!status.unreadable().isEmpty()) {
            json.append(",\"unreadable\":").append(HttpAnswers.quoted(status.unreadable()));
        }
        if (status.last() != null) {
            json.append(",\"changed\":").append(changed(status.last(), status.agreed().at()));
        }
        return json.append('}').toString();
    }

    private static String changed(Document last, @Nullable Instant at) {
        Admin admin = last.by().admin();
        return "{\"who\":"
                + HttpAnswers.quoted(admin.who())
                + ",\"address\":"
                + HttpAnswers.quoted(admin.remoteAddr())
                + ",\"node\":"
                + HttpAnswers.quoted(last.by().nodeId())
                + (at == null ? "" : ",\"at\":\"" + at + '"')
                + ",\"why\":"
                + HttpAnswers.quoted(last.why())
                + '}';
    }

    private static String from(AgreedSampling.Status status, SamplingField field) {
        return status.agreed().values().containsKey(field) ? "cluster" : "configuration";
    }

    // For people

    private static final int KEY_WIDTH = 21;
    private static final int FROM_WIDTH = 15;

    private static String table(AgreedSampling.Status status) {
        StringBuilder table = new StringBuilder();
        for (SamplingField each : SamplingField.values()) {
            Object value = each.of(status.now());
            List<String> lines =
                    each == SamplingField.RULES
                            ? SamplingField.rules(value).stream().map(SamplingRule::text).toList()
                            : List.of(each.text(value));
            table.append(padded(each.key(), KEY_WIDTH));
            table.append(padded(from(status, each), FROM_WIDTH));
            table.append(lines.isEmpty() ? "none" : HttpAnswers.printable(lines.getFirst()));
            table.append('\n');
            lines.stream()
                    .skip(1)
                    .forEach(line ->
                            table.append(" ".repeat(KEY_WIDTH + FROM_WIDTH))
                                    .append(HttpAnswers.printable(line))
                                    .append('\n'));
        }
        if (status.last() != null) {
            table.append(changedLine(status.last(), status.agreed().at()));
        }
        if (!status.isKnown()) {
            table.append(
                    "placement was not reached yet, what the cluster agreed on is not known\n");
        }
        if (!status.unreadable().isEmpty()) {
            table.append(
                            "what the cluster agreed on since cannot be read here, and has no effect: ")
                    .append(HttpAnswers.printable(status.unreadable()))
                    .append('\n');
        }
        if (status.noTraces() != null) {
            table.append("no traces leave this node, as ")
                    .append(status.noTraces())
                    .append(": this is what would hold\n");
        }
        return table.toString();
    }

    private static String changedLine(Document last, @Nullable Instant at) {
        Admin admin = last.by().admin();
        return "changed by "
                + HttpAnswers.printable(admin.who())
                + (admin.remoteAddr().isEmpty()
                        ? ""
                        : " from " + HttpAnswers.printable(admin.remoteAddr()))
                + " at node "
                + HttpAnswers.printable(last.by().nodeId())
                + (at == null ? "" : ", " + at.truncatedTo(ChronoUnit.SECONDS))
                + (last.why().isEmpty() ? "" : ": " + HttpAnswers.printable(last.why()))
                + '\n';
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }
}
