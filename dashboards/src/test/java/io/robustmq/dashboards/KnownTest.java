package io.robustmq.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.dashboards.Queries.Language;
import io.robustmq.dashboards.Queries.Query;
import io.robustmq.dashboards.Queries.Text;
import io.robustmq.telemetry.catalogue.Catalogue;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KnownTest {
    private final Known known =
            new Known(
                    List.of(
                            Map.of("__name__", "up", "job", "robustmq", "instance", "a:1"),
                            Map.of(
                                    "__name__",
                                    "robustmq_log_events_total",
                                    "level",
                                    "error",
                                    "service",
                                    "mqtt-broker",
                                    "event",
                                    "connection.failed",
                                    "instance",
                                    "a:1")),
                    Catalogue.read());

    private List<String> missing(Language language, String query, String... shown) {
        return known.missing(new Query("here", language, query, List.of(shown), false));
    }

    @Test
    void what_is_there_is_not_missed() {
        assertThat(
                        missing(
                                Language.PROMQL,
                                "sum by (service) (rate(robustmq_log_events_total{level=\"error\",instance=\"b:2\"}[1m])) > 0",
                                "service"))
                .isEmpty();
        assertThat(
                        missing(
                                Language.LOGQL,
                                "sum by (error_type) (count_over_time({service_name=~\"mqtt-broker\"}"
                                        + " | event_name=\"connection.failed\" | severity_text=~\"ERROR|WARN\" [5m]))"))
                .isEmpty();
        assertThat(
                        known.missing(
                                new Text(
                                        "here",
                                        "see `connection.failed`, journal.slow-sync, connection.*")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '\0',
            value = {
                "rate(robustmq_log_event_total[1m]);no metric robustmq_log_event_total",
                "robustmq_log_events_total{severity=\"error\"};no label severity on robustmq_log_events_total",
                "robustmq_log_events_total{level=\"err\"};no robustmq_log_events_total with level=\"err\"",
                "robustmq_log_events_total{level=~\"error|fatal\"};no robustmq_log_events_total with level=\"fatal\"",
                "robustmq_log_events_total{event=\"connection.broke\"};no robustmq_log_events_total with event=\"connection.broke\"",
                "sum by (servce) (robustmq_log_events_total);no label servce on robustmq_log_events_total",
                "sum(up) / sum by (level) (up);no label level on up",
                "sum(up;wanted an operand before '' in: sum(up",
            })
    void what_is_not_there_is_named(String query, String problem) {
        assertThat(missing(Language.PROMQL, query)).contains("here: " + problem);
    }

    @Test
    void a_label_that_is_shown_must_be_there() {
        assertThat(missing(Language.PROMQL, "sum(up)", "sink"))
                .containsExactly("here: shows a label that no metric of it has: sink");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '\0',
            value = {
                "{service=\"mqtt-broker\"};Loki has no service",
                "{service_name=\"mqtt-server\"};no service_name mqtt-server",
                "{service_name=\"mqtt-broker\"} | event=\"connection.failed\";Loki has no event",
                "{service_name=\"mqtt-broker\"} | event_name=\"connection.broke\";no event_name connection.broke",
                "{service_name=\"mqtt-broker\"} | event_name=~\"connection.failed|connection.broke\";no event_name connection.broke",
                "{service_name=\"mqtt-broker\"} | severity_text=\"error\";no severity_text error",
                "sum by (client) (count_over_time({service_name=\"mqtt-broker\"}[5m]));Loki has no client",
            })
    void what_loki_would_not_have_is_named(String query, String problem) {
        assertThat(missing(Language.LOGQL, query)).contains("here: " + problem);
    }

    @Test
    void an_event_that_a_text_names_must_be_in_the_catalogue() {
        assertThat(known.missing(new Text("page", "look for connection.broke.")))
                .containsExactly("page: no event connection.broke");
    }
}
