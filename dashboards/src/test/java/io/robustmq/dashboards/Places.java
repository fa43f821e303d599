package io.robustmq.dashboards;

import io.robustmq.dashboards.Queries.Query;
import io.robustmq.telemetry.catalogue.Catalogue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Where each metric and each event can be seen: in a panel or a rule that names it. A panel of a
 * whole category, such as {@code journal[.].+}, names none: nobody has thought of what is new in
 * it.
 *
 * @param published names of metrics and events
 * @param placed those that a panel or a rule names
 * @param reasons why others have no place, by name
 */
record Places(Set<String> published, Set<String> placed, Map<String, String> reasons) {
    private static final Pattern METRIC =
            Pattern.compile("(?m)^\\| `((?:robustmq|jvm|process)_\\w+)` \\|");
    private static final String SERIES = "_(bucket|count|sum|created)$";

    static Places in(Path root) {
        Set<String> published = new TreeSet<>();
        Catalogue.read().events().forEach(event -> published.add(event.name()));
        METRIC.matcher(Queries.text(root.resolve("docs/reference/metrics.md")))
                .results()
                .map((MatchResult row) -> row.group(1))
                .forEach(published::add);
        Set<String> placed = new TreeSet<>();
        List<Query> queries = new ArrayList<>();
        for (Path dashboard : Queries.files(root.resolve("dashboards"), ".json")) {
            queries.addAll(Panels.queries(dashboard.toString(), Queries.json(dashboard)));
        }
        queries.addAll(Queries.rules(root.resolve("alerts")));
        queries.forEach(query -> place(query, placed));
        return new Places(published, placed, reasons(root.resolve("dashboards/unplaced.tsv")));
    }

    private static Map<String, String> reasons(Path file) {
        Map<String, String> reasons = new LinkedHashMap<>();
        for (String line : Queries.text(file).lines().toList()) {
            if (line.startsWith("#")) {
                continue;
            }
            String[] parts = line.split("\t");
            if (parts.length != 2 || reasons.put(parts[0], parts[1]) != null) {
                throw new IllegalArgumentException("no name and reason, or twice: " + line);
            }
        }
        return reasons;
    }

    static void place(Query query, Set<String> placed) {
        switch (query.language()) {
            case PROMQL -> {
                for (PromQl.Selector selector : PromQl.read(query.query()).selectors()) {
                    placed.add(selector.metric());
                    placed.add(selector.metric().replaceFirst(SERIES, ""));
                    named(selector.matchers(), "event", placed);
                }
            }
            case LOGQL -> named(LogQl.read(query.query()).fields(), "event_name", placed);
            case LUCENE -> {
                for (Lucene.Clause clause : Lucene.read(query.query())) {
                    if (clause.field().equals("event")) {
                        placed.addAll(clause.values());
                    }
                }
            }
            case TRACES -> {}
        }
    }

    private static void named(
            List<PromQl.LabelMatcher> matchers, String label, Set<String> placed) {
        for (PromQl.LabelMatcher matcher : matchers) {
            if (matcher.label().equals(label) && matcher.positive()) {
                placed.addAll(matcher.literals());
            }
        }
    }

    /** What somebody has to decide, in words. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        for (String name : published) {
            if (!placed.contains(name) && !reasons.containsKey(name)) {
                faults.add(name + " has no panel, no alert, and no reason in unplaced.tsv");
            }
        }
        reasons.forEach((name, reason) -> {
            if (!published.contains(name)) {
                faults.add(name + " is in unplaced.tsv and is not published");
            }
            if (placed.contains(name)) {
                faults.add(name + " is in unplaced.tsv and has a place");
            }
        });
        return faults;
    }
}
