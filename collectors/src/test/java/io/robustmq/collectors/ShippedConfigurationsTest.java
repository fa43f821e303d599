package io.robustmq.collectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.robustmq.telemetry.catalogue.Catalogue;
import io.robustmq.telemetry.catalogue.Envelope;
import io.robustmq.telemetry.catalogue.Field;
import io.robustmq.telemetry.event.Sensitivity;
import io.robustmq.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The files that people take from here, against the catalogue and against each other. */
final class ShippedConfigurationsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path COLLECTORS = Repository.root().resolve("collectors");

    private final JsonNode template = json("elasticsearch/index-template.json");
    private final JsonNode columns =
            json("elasticsearch/robustmq-mappings.json")
                    .path("template")
                    .path("mappings")
                    .path("properties");
    private final JsonNode loki = json("loki/fields.json");

    @Test
    void an_attribute_stands_for_one_field_only_or_no_collector_could_name_it() {
        Map<String, String> fieldOf = new TreeMap<>();
        for (Field field : ofEvents()) {
            String other = fieldOf.putIfAbsent(field.attribute(), field.name());
            assertThat(other).isIn(null, field.name());
        }
    }

    @Test
    void each_field_has_a_column_of_a_type_that_fits() {
        for (Field field : all()) {
            Set<String> fits =
                    switch (field.type()) {
                        case STRING ->
                                field.name().equals("time")
                                        ? Set.of("date_nanos")
                                        : Set.of("keyword", "text");
                        case INTEGER -> Set.of("long");
                        case NUMBER -> Set.of("double");
                        case BOOLEAN -> Set.of("boolean");
                    };
            assertThat(columns.path(field.name()).path("type").asText())
                    .as(field.name())
                    .isIn(fits);
        }
    }

    /** Else Elasticsearch refuses the template, or every record. */
    @Test
    void an_alias_stands_for_a_column_and_no_object_is_a_column_too() {
        List<String> wrong = new ArrayList<>();
        aliases(columns, "", wrong);
        assertThat(wrong).isEmpty();
        columns.properties()
                .forEach(column ->
                        assertThat(
                                        column.getValue().has("type")
                                                ^ column.getValue().has("properties"))
                                .as(column.getKey())
                                .isTrue());
    }

    @Test
    void the_names_of_the_elastic_common_schema_ask_for_our_columns() {
        for (String name :
                List.of(
                        "event.action",
                        "service.name",
                        "log.level",
                        "trace.id",
                        "span.id",
                        "error.type",
                        "error.message",
                        "client.address",
                        "user.name")) {
            String path = "/" + name.replace(".", "/properties/");
            String below = "/" + name.replace(".", "/fields/");
            assertThat(columns.at(path).isMissingNode() && columns.at(below).isMissingNode())
                    .as(name)
                    .isFalse();
        }
    }

    @Test
    void collectors_write_to_the_data_stream_that_the_template_is_for() throws IOException {
        assertThat(template.path("composed_of").get(0).asText()).isEqualTo("robustmq-mappings");
        assertThat(template.path("index_patterns").get(0).asText()).isEqualTo("logs-robustmq-*");
        template.at("/template/settings/index/query/default_field")
                .forEach(field -> assertThat(columns.has(field.asText())).isTrue());
        for (String file :
                List.of("fluent-bit/out-elasticsearch.yaml", "otel-collector/elasticsearch.yaml")) {
            assertThat(text(file)).contains("index: logs-robustmq-default");
        }
    }

    @Test
    void loki_has_three_labels_that_tell_nothing_of_a_client() {
        Set<String> labels = new TreeSet<>();
        loki.path("labels").properties().forEach(label -> labels.add(label.getValue().asText()));
        assertThat(labels).containsExactly("category", "level", "service_name");
        assertThat(text("fluent-bit/out-loki.yaml"))
                .contains("labels: service_name=$service, level=$level, category=$category\n");
        assertThat(text("loki/loki.yaml")).contains("attributes: [service.name, level, category]");
        assertThat(text("otel-collector/loki.yaml")).contains("keys: [level, category]");
        assertThat(all())
                .filteredOn(field -> loki.path("labels").has(field.name()))
                .allMatch(field -> field.sensitivity() == Sensitivity.PUBLIC);
    }

    @Test
    void each_field_is_somewhere_in_loki() {
        for (Field field : all()) {
            boolean labelled = loki.path("labels").has(field.name());
            boolean beside = loki.path("structured_metadata").has(field.name());
            boolean timestamp = field.name().equals("time");
            assertThat(Stream.of(labelled, beside, timestamp).filter(there -> there))
                    .as(field.name())
                    .hasSize(1);
        }
    }

    private void aliases(JsonNode properties, String prefix, List<String> wrong) {
        properties
                .properties()
                .forEach(entry -> {
                    JsonNode node = entry.getValue();
                    if (node.path("type").asText().equals("alias")
                            && !columns.path(node.path("path").asText()).has("type")) {
                        wrong.add(prefix + entry.getKey());
                    }
                    aliases(node.path("properties"), prefix + entry.getKey() + ".", wrong);
                });
    }

    private static List<Field> ofEvents() {
        return Catalogue.read().events().stream().flatMap(e -> e.fields().stream()).toList();
    }

    private static List<Field> all() {
        return Stream.concat(Envelope.FIELDS.stream(), ofEvents().stream()).toList();
    }

    private static JsonNode json(String file) {
        try {
            return JSON.readTree(text(file));
        } catch (IOException e) {
            throw new AssertionError(file, e);
        }
    }

    private static String text(String file) {
        try {
            return Files.readString(COLLECTORS.resolve(file));
        } catch (IOException e) {
            throw new AssertionError(file, e);
        }
    }
}
