package io.robustmq.telemetry.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.telemetry.catalogue.example.Examples;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogueTest {
    @Test
    void every_category_and_at_least_40_events_are_read() {
        Catalogue catalogue = Catalogue.read();
        assertThat(catalogue.categories().keySet())
                .containsExactly(
                        "connection",
                        "authentication",
                        "message",
                        "subscription",
                        "session",
                        "journal",
                        "replication",
                        "placement",
                        "pipeline",
                        "audit",
                        "foreign");
        assertThat(catalogue.events()).hasSizeGreaterThanOrEqualTo(40);
    }

    @Test
    void flattened_records_become_fields_of_the_event() {
        assertThat(event("connection.accepted").fields())
                .extracting(Field::name)
                .containsExactly(
                        "protocol",
                        "connection_id",
                        "client_id",
                        "remote_addr",
                        "keep_alive_seconds",
                        "clean_start",
                        "session_present",
                        "listener",
                        "transport");
    }

    @Test
    void an_enum_is_a_text_with_known_values() {
        Field ending =
                event("connection.closed").fields().stream()
                        .filter(field -> field.name().equals("ending"))
                        .findFirst()
                        .orElseThrow();
        assertThat(ending.type()).isEqualTo(FieldType.STRING);
        assertThat(ending.values()).contains("keep_alive_timeout", "io_error");
    }

    @Test
    void a_severity_of_the_occurrence_is_the_level_and_no_field() {
        CataloguedEvent line = event("foreign.line");
        assertThat(line.severities()).hasSize(4);
        assertThat(line.fields()).extracting(Field::name).doesNotContain("severity");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "WrongCategory      | other.happened must be wrong_category.what_happened",
                "WrongCase          | must be wrong_case.what_happened in lower snake case",
                "NoSentence         | cause must be a sentence",
                "NoEventType        | must be a record with @EventType",
                "NoDoc              | no_doc.happened.count has no @Doc",
                "UnitWithoutSuffix  | size must end in _bytes",
                "SuffixWithoutUnit  | waited_millis ends in _millis, its unit must be ms",
                "UnknownUnit        | unit furlong is not one of",
                "NotAType           | list has a type that cannot be published",
                "TakesEnvelope      | level has the name of an envelope field",
                "FieldTwice         | error_msg is there twice",
                "NameTwice          | name_twice.happened is the name of two types",
                "TwoMeanings        | count has another type, unit, sensitivity or attribute",
            })
    void what_breaks_a_rule_of_publishing_is_refused(String example, String complaint)
            throws ClassNotFoundException {
        Class<?> category = Class.forName(Examples.class.getName() + "$" + example);
        assertThatThrownBy(() -> Catalogue.of(List.of(category))).hasMessageContaining(complaint);
    }

    private static CataloguedEvent event(String name) {
        return Catalogue.read().events().stream()
                .filter(event -> event.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
