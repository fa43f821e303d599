package io.robustmq.telemetry.catalogue;

import io.robustmq.telemetry.event.Sensitivity;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.Volume;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** {@code docs/reference/events.md}: the reference for the person on call. */
public final class EventsPage {
    /** What a category is about and where to begin; a category without this is a defect. */
    private static final Map<String, String> GUIDANCE =
            Map.ofEntries(
                    Map.entry(
                            "connection",
                            """
                            Listeners and client connections. Begin with `client_id` or `remote_addr`; every event of one
                            connection has the same `connection_id`, and its last is `connection.closed`, whose `ending` says why.
                            Many `connection.protocol_violated` of one `rule` are one broken client library; many
                            `connection.keep_alive_expired` at once are the network.\
                            """),
                    Map.entry(
                            "authentication",
                            """
                            Who clients are and what they may do. Many `authentication.failed` from one `remote_addr` are somebody
                            guessing; from many addresses with one `user_name`, a password that was changed.\
                            """),
                    Map.entry(
                            "message",
                            """
                            Application messages. Their number is in the metrics (`robustmq_mqtt_publish_received_total`,
                            `robustmq_mqtt_delivered_total`, `robustmq_mqtt_dropped_total`); the events are samples to see what they
                            look like, except for drops and refusals, which are faults. When a subscriber misses messages, look for
                            `message.dropped` with its `client_id`.\
                            """),
                    Map.entry(
                            "subscription",
                            """
                            What clients asked to be sent. When a client gets nothing, look for `subscription.created` or
                            `subscription.refused` with its `client_id` and compare `topic_filter` with the topic published.\
                            """),
                    Map.entry(
                            "session",
                            """
                            What the broker remembers of a client between its connections. When messages went missing over a
                            reconnect, follow its `client_id`: `session.suspended`, then `session.resumed`, `session.expired` or
                            `session.discarded`, each with the number of messages that waited.\
                            """),
                    Map.entry(
                            "journal",
                            """
                            Durable bytes. An error here is a disk: what was acknowledged before is safe, what comes after is
                            refused. `journal.sync_slow` comes long before `journal.append_failed`.\
                            """),
                    Map.entry(
                            "replication",
                            """
                            Shards that several journal nodes keep. `replication.replica_failed` names the node that a writer
                            goes on without, and appends go on; `replication.ensemble_wanted` says that they wait. A
                            `replication.writer_fenced` is a shard that another node has taken over.\
                            """),
                    Map.entry(
                            "placement",
                            """
                            The node's roles, and what nodes agree on. A start is `placement.config_loaded`, `placement.role_ready`
                            for each role, `placement.node_ready`; a start that failed is `placement.start_failed` with what to
                            mend.\
                            """),
                    Map.entry(
                            "pipeline",
                            """
                            The log about itself. The broker works on at full speed whatever happens here; what is at stake is the
                            log. `pipeline.sink_failed` names the sink and why; `pipeline.events_dropped` says how much it missed.
                            For every sink `robustmq_pipeline_emitted_total` = `robustmq_pipeline_shipped_total` +
                            `robustmq_pipeline_waiting` + `robustmq_pipeline_dropped_total`.\
                            """),
                    Map.entry(
                            "audit",
                            """
                            What administrators did, from where, and what they were refused. No level, rate or sampling leaves one
                            of these out. `admin-token` is whoever had the token of the node; `remote_addr` tells them apart.\
                            """),
                    Map.entry(
                            "foreign",
                            """
                            Lines of the libraries inside the broker. They are here so that nothing is hidden; the broker's own
                            events say the same in better words.\
                            """));

    private final StringBuilder page = new StringBuilder();

    private EventsPage() {}

    public static String of(Catalogue catalogue) {
        EventsPage page = new EventsPage();
        page.head(catalogue);
        catalogue.categories().forEach(page::category);
        return page.page.toString();
    }

    private void head(Catalogue catalogue) {
        line("# Events");
        line("");
        line("<!-- Generated from the event types by CatalogueGoldenTest: do not edit. -->");
        line("");
        line(
                "Every event that RobustMQ can report: "
                        + catalogue.events().size()
                        + " in "
                        + catalogue.categories().size()
                        + " categories. Names and fields are an interface: they are not renamed,");
        line(
                "and none vanishes unless [retired.tsv](../../telemetry/catalogue/retired.tsv) says since when and why. The same for");
        line(
                "machines is [events.schema.json](../../telemetry/catalogue/events.schema.json); how events get into Loki and");
        line("Elasticsearch is in [collectors/](../../collectors/README.md).");
        line("");
        line("| category | events | what it is about |");
        line("|---|---|---|");
        catalogue
                .categories()
                .forEach((category, events) ->
                        row(
                                "[" + category + "](#" + category + ")",
                                Integer.toString(events.size()),
                                firstSentence(guidance(category))));
        line("");
        line("Something is wrong? Look at the errors, then the warnings:");
        line("");
        line("| event | level | what happened | what to do |");
        line("|---|---|---|---|");
        for (Severity severity : List.of(Severity.ERROR, Severity.WARN)) {
            for (CataloguedEvent event : catalogue.events()) {
                if (event.severities().equals(List.of(severity))) {
                    row(link(event), level(severity), event.cause(), event.action());
                }
            }
        }
        line("");
        line("## Fields of every event");
        line("");
        line("| field | type | meaning |");
        line("|---|---|---|");
        for (Field field : Envelope.FIELDS) {
            row("`" + field.name() + "`", type(field), field.meaning());
        }
        line("");
        line("How to read the tables:");
        line("");
        line(
                "- **Level.** *error*: something is broken or lost, somebody must act. *warn*: a client or a resource misbehaves, or will soon;");
        line("  look when it repeats. *info*: what happened. *debug*: single messages, sampled.");
        line(
                "- **How often.** *lifecycle* events come a few times per start and are never left out; *connection* and *fault* events are");
        line(
                "  throttled by event and key, *message* events are sampled where they happen; `suppressed` counts what was left out.");
        line(
                "- **Unit.** A field with a unit ends in it: `_millis` (ms), `_micros` (us), `_seconds` (s), `_bytes` (By). A field name means one");
        line("  type, unit and attribute in all events.");
        line(
                "- **Sensitivity.** Fields marked *identity* are hashed where `events.hash-identities` is on. Payloads and passwords are in no field.");
        line(
                "- **Attribute.** What the field is called in OTLP. There `event` is the EventName and the attribute `event.name`, `level` the");
        line(
                "  severity, `service` and `node_id` are the resource attributes `service.name` and `robustmq.node_id`. Loki has the same");
        line(
                "  names with `_` for each dot; Elasticsearch has the field's name, and the attribute's as an alias where it is not `robustmq.`.");
        line("");
    }

    private void category(String category, List<CataloguedEvent> events) {
        line("## " + category);
        line("");
        line(guidance(category));
        line("");
        events.forEach(this::event);
    }

    private void event(CataloguedEvent event) {
        line("### " + event.name());
        line("");
        String levels =
                event.severities().stream()
                        .map(EventsPage::level)
                        .collect(Collectors.joining(", "));
        line("*" + levels + ", " + volume(event.volume()) + ".* " + event.cause());
        line("");
        line("**What to do:** " + event.action());
        line("");
        if (event.fields().isEmpty()) {
            return;
        }
        line("| field | type | meaning | attribute |");
        line("|---|---|---|---|");
        for (Field field : event.fields()) {
            row(
                    "`" + field.name() + "`",
                    type(field),
                    meaning(field),
                    "`" + field.attribute() + "`");
        }
        line("");
    }

    private static String guidance(String category) {
        String guidance = GUIDANCE.get(category);
        if (guidance == null) {
            throw new IllegalStateException("events.md has no guidance for category " + category);
        }
        return guidance;
    }

    private static String firstSentence(String text) {
        return text.substring(0, text.indexOf('.') + 1);
    }

    private static String meaning(Field field) {
        StringBuilder meaning = new StringBuilder(field.meaning());
        if (!field.values().isEmpty()) {
            meaning.append(": ").append(String.join(", ", field.values()));
        }
        if (field.sensitivity() == Sensitivity.IDENTITY) {
            meaning.append(" (*identity*)");
        }
        return meaning.toString();
    }

    private static String type(Field field) {
        String type = field.type().schemaName();
        return field.unit().isEmpty() ? type : type + ", " + field.unit();
    }

    private static String link(CataloguedEvent event) {
        String anchor = event.name().replace(".", "");
        return "[" + event.name() + "](#" + anchor + ")";
    }

    private static String level(Severity severity) {
        return severity.name().toLowerCase(Locale.ROOT);
    }

    private static String volume(Volume volume) {
        return volume.name().toLowerCase(Locale.ROOT);
    }

    private void row(String... cells) {
        line("| " + String.join(" | ", cells) + " |");
    }

    private void line(String text) {
        page.append(text.replace("\r", "")).append('\n');
    }
}
