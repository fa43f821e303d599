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
            Known.of(
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
                "{service_name=\"mqtt-broker\", level=\"error\"};Loki has no level",
                "{service_name=\"mqtt-broker\"} | event_name=~\"audit[.].+|audt[.].+\";no event_name is like audt[.].+",
                "{service_name=\"mqtt-broker\"} | robustmq_qos>0 or robustmq_qso>1;Loki has no robustmq_qso",
                "{service_name=\"mqtt-broker\"} | json;wanted more before '' in: {service_name=\"mqtt-broker\"} | json",
                "max(max_over_time({service_name=\"mqtt-broker\"} | unwrap latency [1m]));Loki has no latency",
                "sum(count_over_tame({service_name=\"mqtt-broker\"}[1m]));LogQL has no count_over_tame: sum(count_over_tame({service_name=\"mqtt-broker\"}[1m]))",
                "sum(rate({service_name=\"mqtt-broker\"}[1m]);wanted ) before '' in: sum(rate({service_name=\"mqtt-broker\"}[1m])",
                "{service_name=\"mqtt-broker\"} | line_format \"{{.topic}}\";Loki has no topic",
                "sum by (client) (count_over_time({service_name=\"mqtt-broker\"}[5m]));Loki has no client",
            })
    void what_loki_would_not_have_is_named(String query, String problem) {
        assertThat(missing(Language.LOGQL, query)).contains("here: " + problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '\0',
            value = {
                "evnt:connection.failed;Elasticsearch has no evnt",
                "event:connection.broke;no event connection.broke",
                "event:(connection.failed OR connection.broke);no event connection.broke",
                "level:ERROR;no level ERROR",
                "category:connections AND (*);no category connections",
                "service:mqtt;no service mqtt",
                "connection.failed;no Lucene: connection.failed",
                "(event:connection.failed;no ) for a ( in (event:connection.failed",
            })
    void what_elasticsearch_would_not_have_is_named(String query, String problem) {
        assertThat(missing(Language.LUCENE, query)).contains("here: " + problem);
    }

    @Test
    void what_elasticsearch_has_is_not_missed() {
        assertThat(
                        missing(
                                Language.LUCENE,
                                "service:* AND event:(\"connection.failed\" OR \"journal.corrupt\") AND level:error"
                                        + " AND client_id:\"a b\" AND reason_code:[128 TO *] AND (*)",
                                "@timestamp",
                                "event.action",
                                "trace.id"))
                .isEmpty();
        assertThat(missing(Language.LUCENE, "*", "topic"))
                .containsExactly("here: Elasticsearch has no topic");
    }

    @Test
    void a_query_of_traces_asks_for_what_spans_have() {
        assertThat(
                        missing(
                                Language.TRACES,
                                "{resource.service.name=\"mqtt-broker\" && name=\"publish\" && span.messaging.client.id=\"a\"}"))
                .isEmpty();
        assertThat(
                        missing(
                                Language.TRACES,
                                "{resource.service.name=\"mqtt\" && name=\"send\" && span.client=\"a\"}"))
                .containsExactlyInAnyOrder(
                        "here: no service mqtt",
                        "here: no span send",
                        "here: spans have no client");
    }

    @Test
    void an_event_that_a_text_names_must_be_in_the_catalogue() {
        assertThat(known.missing(new Text("page", "look for connection.broke.")))
                .containsExactly("page: no event connection.broke");
    }
}
