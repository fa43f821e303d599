package io.robustmq.dashboards;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code docs/reference/metrics.md}, of what running nodes answer to {@code /metrics}. */
final class MetricsPage {
    private static final Pattern COMMENT = Pattern.compile("# (HELP|TYPE) (\\S+) (.*)");
    private static final Pattern SERIES = Pattern.compile("([a-zA-Z_:]\\w*)(?:\\{(.*)})? \\S+.*");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"(?:[^\"\\\\]|\\\\.)*\"");
    private static final String OURS = "robustmq_";

    /** In this order; what a name begins with, after {@link #OURS}. */
    private static final Map<String, String> SECTIONS = sections();

    private static Map<String, String> sections() {
        Map<String, String> sections = new LinkedHashMap<>();
        sections.put("mqtt_peer_", "Between brokers");
        sections.put("mqtt_", "Clients and messages");
        sections.put("home", "Homes of sessions");
        sections.put("claim", "Which home a client belongs to");
        sections.put("journal_", "Journal");
        sections.put("replication_", "Replication");
        sections.put("placement_", "Placement");
        sections.put("log_", "Events");
        sections.put("pipeline_", "Shipping of events, spans and metrics");
        sections.put("trace", "Traces");
        sections.put("metrics_", "These metrics");
        sections.put("", "The node");
        return sections;
    }

    private static final class Family {
        private String help = "";
        private String type = "";
        private boolean hasSeries;
        private final Set<String> labels = new TreeSet<>();
        private final Set<String> roles = new TreeSet<>();
    }

    private final Map<String, Family> families = new TreeMap<>();

    /** What one node of that role answered, in Prometheus' text format. */
    void read(String role, String text) {
        Map<String, Family> known = new LinkedHashMap<>();
        for (String line : text.split("\n")) {
            Matcher comment = COMMENT.matcher(line);
            Matcher series = SERIES.matcher(line);
            if (comment.matches()) {
                Family family = families.computeIfAbsent(comment.group(2), name -> new Family());
                family.roles.add(role);
                known.put(comment.group(2), family);
                if (comment.group(1).equals("HELP")) {
                    family.help = comment.group(3);
                } else {
                    family.type = comment.group(3);
                }
            } else if (series.matches()) {
                Family family = known.get(family(series.group(1), known));
                if (family == null) {
                    throw new IllegalStateException("a series without a type: " + line);
                }
                family.hasSeries = true;
                Matcher label = LABEL.matcher(series.group(2) == null ? "" : series.group(2));
                while (label.find()) {
                    if (!label.group(1).equals("le") && !label.group(1).equals("quantile")) {
                        family.labels.add(label.group(1));
                    }
                }
            }
        }
    }

    private static String family(String series, Map<String, Family> known) {
        return known.containsKey(series)
                ? series
                : series.replaceFirst("_(bucket|count|sum|created)$", "");
    }

    /** Ours of which nothing is known but the name. */
    List<String> withoutSeries() {
        List<String> without = new ArrayList<>();
        families.forEach((name, family) -> {
            if (name.startsWith(OURS) && !family.hasSeries) {
                without.add(name);
            }
        });
        return without;
    }

    @Override
    public String toString() {
        StringBuilder page =
                new StringBuilder(
                        """
                        # Metrics

                        What a node answers to `GET /metrics`, in Prometheus' text format, OpenMetrics or protobuf, and what it pushes by OTLP if that
                        is switched on. This page is generated from running nodes. Counters begin at 0 when the process starts. A label that is
                        not named here is Prometheus' own (`job`, `instance`; `le` of histograms). In protobuf a histogram is a native one too,
                        with buckets 9 % wide.

                        Roles: S `standalone`, P `placement-center`, J `journal-server`, M `mqtt-server`.
                        """);
        Map<String, Family> left = new TreeMap<>(families);
        SECTIONS.forEach((prefix, title) -> section(page, title, OURS + prefix, left, true));
        section(page, "The JVM and the process", "", left, false);
        return page.toString();
    }

    /**
     * @param withLabels what a JVM's metrics have depends on what it has done by now
     */
    private static void section(
            StringBuilder page,
            String title,
            String prefix,
            Map<String, Family> left,
            boolean withLabels) {
        page.append("\n## ").append(title).append("\n\n");
        page.append(
                withLabels ? "| metric | type | labels | roles | |\n|---|---|---|---|---|\n" : "");
        page.append(withLabels ? "" : "| metric | type | |\n|---|---|---|\n");
        left.entrySet()
                .removeIf(each -> {
                    boolean isHere = each.getKey().startsWith(prefix);
                    if (isHere) {
                        row(page, each.getKey(), each.getValue(), withLabels);
                    }
                    return isHere;
                });
    }

    private static void row(StringBuilder page, String name, Family family, boolean withLabels) {
        page.append("| `").append(name).append("` | ").append(family.type).append(" | ");
        if (withLabels) {
            List<String> labels = family.labels.stream().map(label -> "`" + label + "`").toList();
            page.append(String.join(", ", labels)).append(" | ");
            page.append(roles(family.roles)).append(" | ");
        }
        page.append(family.help.replace("|", "\\|")).append(" |\n");
    }

    private static String roles(Set<String> roles) {
        StringBuilder letters = new StringBuilder();
        for (String role :
                List.of("standalone", "placement-center", "journal-server", "mqtt-server")) {
            letters.append(roles.contains(role) ? role.substring(0, 1).toUpperCase() : "");
        }
        return letters.toString();
    }
}
