package io.robustmq.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.robustmq.stack.Dashboards.Asked;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DashboardsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String VARIABLES =
            """
            {"name": "datasource", "type": "datasource", "query": "prometheus"},
            {"name": "job", "type": "query", "datasource": {"type": "prometheus"},
             "query": {"query": "label_values(up, job)"}},
            {"name": "instance", "type": "query", "datasource": {"type": "prometheus"},
             "query": {"query": "label_values(up{job=\\"$job\\"}, instance)"},
             "includeAll": true, "multi": true, "current": {"value": ["$__all"]}},
            {"name": "any", "type": "custom", "query": "x,y", "includeAll": true,
             "allValue": ".+", "current": {"value": "$__all"}},
            {"name": "level", "type": "custom", "query": "warn,error", "multi": true,
             "current": {"value": ["error"]}},
            {"name": "named", "type": "custom", "query": "One : 1,Two : 2"},
            {"name": "fixed", "type": "constant", "query": "4"},
            {"name": "step", "type": "interval", "query": "1m,5m"},
            {"name": "client", "type": "textbox", "query": ""},
            {"name": "field", "type": "query", "datasource": {"type": "elasticsearch"},
             "query": "{\\"find\\": \\"terms\\", \\"field\\": \\"event\\"}", "includeAll": true}
            """;

    private static final Variables.Sources SOURCES =
            new Variables.Sources() {
                @Override
                public List<String> ofSeries(String selector, String label) {
                    return label.equals("job")
                            ? List.of("robustmq", "other")
                            : List.of("a.b:1 of " + selector, "c:2");
                }

                @Override
                public List<String> ofLogs(String label) {
                    return List.of(label);
                }

                @Override
                public List<String> ofDocuments(String field) {
                    return List.of(field + ".one", field + ".two");
                }

                @Override
                public String typed(String variable) {
                    return "typed " + variable;
                }
            };

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '\0',
            value = {
                "prometheus;up{job=\"$job\"};up{job=\"robustmq\"}",
                "prometheus;$instance;(a\\\\.b:1 of up\\\\{job=\"robustmq\"\\\\}|c:2)",
                "prometheus;${any};.+",
                "prometheus;${level:pipe};error",
                "prometheus;${instance:pipe};a.b:1 of up{job=\"robustmq\"}|c:2",
                "prometheus;[[named]];1",
                "prometheus;$fixed;4",
                "prometheus;[$step];[1m]",
                "prometheus;[$__rate_interval];[1m]",
                "prometheus;=~\"a$\";=~\"a$\"",
                "loki;$client;typed client",
                "elasticsearch;event:$field;event:(\"event.one\" OR \"event.two\")",
            })
    void variables_are_filled_in_as_grafana_does(String source, String query, String filled)
            throws Exception {
        assertThat(asked(panel(source, query)).getFirst().text()).isEqualTo(filled);
    }

    @Test
    void panels_in_folded_rows_and_annotations_are_asked_and_computed_ones_are_not()
            throws Exception {
        String nested = "{\"type\": \"row\", \"panels\": [" + panel("loki", "{a=\"b\"}") + "]}";
        String computed = panel("__expr__", "$A * 2");

        assertThat(asked(nested + "," + computed))
                .extracting(Asked::where)
                .containsExactly("x.json, 'p', A", "x.json, annotation 'restarts'");
    }

    @Test
    void a_kind_of_data_source_that_nobody_here_stands_for_is_refused() {
        assertThatThrownBy(() -> asked(panel("mysql", "select 1"))).hasMessageContaining("mysql");
    }

    private static String panel(String source, String query) {
        return JSON.createObjectNode()
                .put("title", "p")
                .set(
                        "targets",
                        JSON.createArrayNode()
                                .add(
                                        JSON.createObjectNode()
                                                .put("refId", "A")
                                                .put("expr", query)
                                                .set(
                                                        "datasource",
                                                        JSON.createObjectNode()
                                                                .put("type", source))))
                .toString();
    }

    private static List<Asked> asked(String panels) throws Exception {
        String dashboard =
                """
                {"templating": {"list": [%s]}, "panels": [%s],
                 "annotations": {"list": [{"name": "builtin", "datasource": {"type": "grafana"}},
                   {"name": "restarts", "expr": "up", "datasource": {"type": "prometheus"}}]}}
                """
                        .formatted(VARIABLES, panels);
        return Dashboards.of("x.json", JSON.readTree(dashboard), SOURCES);
    }
}
