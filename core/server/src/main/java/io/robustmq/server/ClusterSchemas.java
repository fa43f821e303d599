package io.robustmq.server;

import io.robustmq.broker.PayloadSchema;
import io.robustmq.placement.Content;
import io.robustmq.placement.Document;
import io.robustmq.placement.DocumentChange;
import io.robustmq.placement.DocumentKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code robustmq cluster schemas}: what payloads must be, on all brokers of the cluster. */
final class ClusterSchemas {
    private final ClusterConnection cluster;
    private final ClusterCommand.Saying saying;
    private final ClusterDocuments documents;

    ClusterSchemas(ClusterConnection cluster, ClusterCommand.Saying saying) {
        this.cluster = cluster;
        this.saying = saying;
        this.documents = new ClusterDocuments(cluster, saying);
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
                            + switch (parsed(each.name(), AgreedDocuments.text(each))) {
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
        saying.out().print(AgreedDocuments.text(known));
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
        return documents.read(
                file,
                "a schema",
                text ->
                        switch (SchemaFile.parse(file.toString(), order.name(), text)) {
                            case SchemaFile.Wrong(List<ConfigProblem> problems) ->
                                    documents.unusable(file, problems);
                            case SchemaFile.Loaded(PayloadSchema schema) ->
                                    put(order, known, schema, text);
                        });
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
        return documents.change(
                change,
                why,
                () ->
                        done
                                + ", the cluster has "
                                + ClusterCommand.count(
                                        cluster.view().documents(DocumentKind.SCHEMA, "").size(),
                                        "schema"));
    }
}
