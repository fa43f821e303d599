package io.robustmq.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.dashboards.PromQl.LabelMatcher;
import io.robustmq.dashboards.Queries.Query;
import io.robustmq.telemetry.catalogue.Catalogue;
import io.robustmq.testkit.Repository;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Loki, Elasticsearch and a store of traces have of the nodes, as the files say that the build
 * makes of the types. Says what a query asks for beyond that.
 *
 * @param services that nodes report as
 * @param lokiFields of a record's structured metadata
 * @param columns of Elasticsearch, with their other names
 * @param spans by name
 * @param attributes of spans
 */
record Stores(
        Catalogue catalogue,
        Set<String> services,
        Set<String> lokiFields,
        Set<String> columns,
        Set<String> spans,
        Set<String> attributes) {

    /** The label that a record has in Loki whichever way it came; see collectors/loki. */
    private static final Set<String> LOKI_LABELS = Set.of("service_name");

    /** What it keeps of every record, the fields of the events aside. */
    private static final Set<String> LOKI_METADATA =
            Set.of(
                    "severity_text",
                    "severity_number",
                    "detected_level",
                    "trace_id",
                    "span_id",
                    "event_name",
                    "service_version",
                    "service_instance_id");

    private static final Set<String> LEVELS = Set.of("debug", "info", "warn", "error");
    private static final Set<String> SEVERITY_TEXTS = Set.of("DEBUG", "INFO", "WARN", "ERROR");
    private static final Pattern OF_TRACES =
            Pattern.compile(
                    "(?<scope>resource|span)\\.(?<key>[\\w.]+)|\\bname\\s*=~?\\s*\"(?<name>[^\"]*)\"");
    private static final Pattern SERVICE =
            Pattern.compile("resource\\.service\\.name\\s*=~?\\s*\"([^\"]*)\"");
    private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\| (\\w+) \\|.*");
    private static final Set<String> TYPES = Set.of("string", "long", "boolean", "double");

    static Stores of(Catalogue catalogue, Set<String> services) {
        Path root = Repository.root();
        Set<String> loki = new TreeSet<>(LOKI_METADATA);
        Queries.json(root.resolve("collectors/loki/fields.json"))
                .path("structured_metadata")
                .forEach(name -> loki.add(name.asText()));
        Set<String> columns = new TreeSet<>();
        columns(
                Queries.json(root.resolve("collectors/elasticsearch/robustmq-mappings.json"))
                        .path("template")
                        .path("mappings"),
                "",
                columns);
        Set<String> spans = new TreeSet<>();
        Set<String> attributes = new TreeSet<>();
        Queries.text(root.resolve("docs/reference/spans.md"))
                .lines()
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .forEach(row ->
                        (TYPES.contains(row.group(2)) ? attributes : spans).add(row.group(1)));
        return new Stores(catalogue, services, loki, columns, spans, attributes);
    }

    private static void columns(JsonNode mapping, String prefix, Set<String> into) {
        for (String below : List.of("properties", "fields")) {
            mapping.path(below)
                    .properties()
                    .forEach(column -> {
                        String name = prefix + column.getKey();
                        if (column.getValue().has("type")) {
                            into.add(name);
                        }
                        columns(column.getValue(), name + ".", into);
                    });
        }
    }

    List<String> missingOfLogQl(Query query) {
        LogQl.Reads reads;
        try {
            reads = LogQl.read(query.query());
        } catch (IllegalArgumentException e) {
            return List.of(Objects.toString(e.getMessage()));
        }
        List<String> missing = new ArrayList<>();
        reads.streams().forEach(matcher -> missingOf(matcher, LOKI_LABELS, missing));
        reads.fields().forEach(matcher -> missingOf(matcher, lokiFields, missing));
        Set<String> all = new HashSet<>(lokiFields);
        all.addAll(LOKI_LABELS);
        for (List<String> names : List.of(reads.used(), query.shown())) {
            for (String name : names) {
                if (!all.contains(name)) {
                    missing.add("Loki has no " + name);
                }
            }
        }
        return missing;
    }

    private void missingOf(LabelMatcher matcher, Set<String> names, List<String> missing) {
        if (!names.contains(matcher.label())) {
            missing.add("Loki has no " + matcher.label());
        }
        Set<String> values =
                switch (matcher.label()) {
                    case "event_name" -> eventNames();
                    case "severity_text" -> SEVERITY_TEXTS;
                    case "service_name" -> services;
                    default -> Set.of();
                };
        if (values.isEmpty()) {
            return;
        }
        for (String value : matcher.literals()) {
            if (!values.contains(value)) {
                missing.add("no " + matcher.label() + " " + value);
            }
        }
        for (String pattern : matcher.patterns()) {
            if (values.stream().noneMatch(Pattern.compile(pattern).asMatchPredicate())) {
                missing.add("no " + matcher.label() + " is like " + pattern);
            }
        }
    }

    List<String> missingOfLucene(Query query) {
        List<String> missing = new ArrayList<>();
        List<Lucene.Clause> clauses;
        try {
            clauses = Lucene.read(query.query());
        } catch (IllegalArgumentException e) {
            return List.of(Objects.toString(e.getMessage()));
        }
        List<String> names = new ArrayList<>(query.shown());
        for (Lucene.Clause clause : clauses) {
            names.add(clause.field());
            Set<String> values =
                    switch (clause.field()) {
                        case "event" -> eventNames();
                        case "level" -> LEVELS;
                        case "service" -> services;
                        case "category" -> catalogue.categories().keySet();
                        default -> Set.of();
                    };
            for (String value : clause.values()) {
                if (!values.isEmpty() && !value.contains("*") && !values.contains(value)) {
                    missing.add("no " + clause.field() + " " + value);
                }
            }
        }
        for (String name : names) {
            if (!columns.contains(name)) {
                missing.add("Elasticsearch has no " + name);
            }
        }
        return missing;
    }

    /** In TraceQL; how what Jaeger is asked for is written so, {@link Panels} knows. */
    List<String> missingOfTraces(Query query) {
        List<String> missing = new ArrayList<>();
        Matcher asked = OF_TRACES.matcher(query.query());
        while (asked.find()) {
            String name = asked.group("name");
            String key = asked.group("key");
            if (name != null && !spans.contains(name)) {
                missing.add("no span " + name);
            }
            if ("resource".equals(asked.group("scope")) && !key.equals("service.name")
                    || "span".equals(asked.group("scope")) && !attributes.contains(key)) {
                missing.add("spans have no " + key);
            }
        }
        SERVICE.matcher(query.query())
                .results()
                .map(found -> found.group(1))
                .filter(service -> !services.contains(service))
                .forEach(service -> missing.add("no service " + service));
        return missing;
    }

    Set<String> eventNames() {
        Set<String> names = new TreeSet<>();
        catalogue.events().forEach(event -> names.add(event.name()));
        return names;
    }
}
