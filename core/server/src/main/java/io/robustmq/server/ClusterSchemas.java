package io.robustmq.server;

import io.robustmq.broker.PayloadSchema;
import io.robustmq.placement.Content;
import io.robustmq.placement.Document;
import io.robustmq.placement.DocumentAnswer;
import io.robustmq.placement.DocumentChange;
import io.robustmq.placement.DocumentKind;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code robustmq cluster schemas}: what payloads must be, on all brokers of the cluster. */
final class ClusterSchemas {
    private final ClusterConnection cluster;
    private final ClusterCommand.Saying saying;

    ClusterSchemas(ClusterConnection cluster, ClusterCommand.Saying saying) {
        this.cluster = cluster;
        this.saying = saying;
    }

    ExitCode run(ClusterOrder.Schemas order) throws IOException, InterruptedException {
        String name = order.name();
        Document known = name.isEmpty() ? null : cluster.view().document(DocumentKind.SCHEMA, name);
        return switch (order.verb()) {
            case LIST -> list();
            case SHOW -> known == null ? unknown(name) : show(known);
            case PUT -> put(order, known);
            case REMOVE -> known == null ? unknown(name) : remove(order, known);
        };
    }

    private ExitCode list() {
        for (Document each : cluster.view().documents(DocumentKind.SCHEMA, "")) {
            saying.say(
                    each.name()
                            + ": "
                            + switch (parsed(each.name(), AgreedAccess.text(each))) {
                                case SchemaFile.Loaded(PayloadSchema schema) -> summary(schema);
                                case SchemaFile.Wrong(List<ConfigProblem> problems) ->
                                        "cannot be used: " + problems.getFirst().line();
                            });
        }
        return ExitCode.OK;
    }

    private static SchemaFile.Outcome parsed(String name, String text) {
        return SchemaFile.parse(name, name, text);
    }

    private static String summary(PayloadSchema schema) {
        return SchemaFile.word(schema.onMismatch())
                + " what does not match on "
                + String.join(", ", schema.filters());
    }

    private ExitCode show(Document known) {
        saying.out().print(AgreedAccess.text(known));
        return ExitCode.OK;
    }

    private ExitCode unknown(String name) {
        return saying.failed(ExitCode.FOUND, "the cluster has no schema " + name);
    }

    private ExitCode put(ClusterOrder.Schemas order, @Nullable Document known)
            throws IOException, InterruptedException {
        Path file = Path.of(order.file());
        String wrongName = SchemaFile.nameProblem(order.name());
        if (wrongName != null) {
            return saying.failed(ExitCode.USAGE, wrongName);
        }
        int schemas = cluster.view().documents(DocumentKind.SCHEMA, "").size();
        if (known == null && schemas >= Schemas.MAX) {
            return saying.failed(
                    ExitCode.FOUND,
                    "the cluster has " + schemas + " schemas, and at most " + Schemas.MAX);
        }
        String text;
        try {
            if (Files.size(file) > SchemaFile.MAX_BYTES) {
                return saying.failed(
                        ExitCode.CONFIGURATION,
                        file
                                + " has "
                                + Files.size(file)
                                + " bytes, and a schema has at most "
                                + SchemaFile.MAX_BYTES);
            }
            text = Files.readString(file);
        } catch (NoSuchFileException missing) {
            return saying.failed(ExitCode.NO_INPUT, file + ": no such file");
        } catch (MalformedInputException notText) {
            return saying.failed(ExitCode.CONFIGURATION, file + " is not UTF-8");
        } catch (IOException unreadable) {
            return saying.failed(ExitCode.NO_INPUT, DataDirectory.reason(unreadable));
        }
        return switch (SchemaFile.parse(file.toString(), order.name(), text)) {
            case SchemaFile.Wrong(List<ConfigProblem> problems) -> {
                problems.forEach(each -> saying.err().println(each.line()));
                yield saying.failed(
                        ExitCode.CONFIGURATION,
                        file + " cannot be used, see above; nothing was changed");
            }
            case SchemaFile.Loaded(PayloadSchema schema) -> put(order, known, schema, text);
        };
    }

    private ExitCode put(
            ClusterOrder.Schemas order, @Nullable Document known, PayloadSchema schema, String text)
            throws IOException, InterruptedException {
        saying.say(
                "All brokers "
                        + summary(schema)
                        + ", from now on"
                        + (known == null ? "." : ", instead of what " + order.name() + " was."));
        Content content = Content.of(text.getBytes(StandardCharsets.UTF_8));
        DocumentChange change =
                known == null
                        ? DocumentChange.create(DocumentKind.SCHEMA, order.name(), content)
                        : DocumentChange.replace(known, content);
        return changed(order, change, "schema " + order.name() + " is in force");
    }

    private ExitCode remove(ClusterOrder.Schemas order, Document known)
            throws IOException, InterruptedException {
        saying.say("What is published is not held against " + order.name() + " any more.");
        return changed(
                order, DocumentChange.remove(known), "schema " + order.name() + " was removed");
    }

    private ExitCode changed(ClusterOrder.Schemas order, DocumentChange change, String done)
            throws IOException, InterruptedException {
        if (!order.yes()) {
            saying.say(ClusterCommand.Saying.NOTHING);
            return ExitCode.OK;
        }
        String why = ClusterCommand.why(order.why(), "cluster schemas");
        return switch (cluster.change(List.of(change), cluster.author(), why)) {
            case DocumentAnswer.Changed _ -> {
                int schemas = cluster.view().documents(DocumentKind.SCHEMA, "").size();
                saying.say(done + ", the cluster has " + ClusterCommand.count(schemas, "schema"));
                yield ExitCode.OK;
            }
            case DocumentAnswer.Conflicts _ ->
                    saying.failed(
                            ExitCode.FOUND,
                            "somebody else changed "
                                    + order.name()
                                    + " meanwhile, nothing was changed; look again");
            case DocumentAnswer.Full(long maxBytes, long bytes) ->
                    saying.failed(
                            ExitCode.FOUND,
                            "placement holds at most " + maxBytes + " bytes of documents");
        };
    }
}
