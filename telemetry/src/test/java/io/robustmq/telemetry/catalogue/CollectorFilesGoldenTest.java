package io.robustmq.telemetry.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What collectors and stores are told of the events is what the types say. */
class CollectorFilesGoldenTest {
    private final Catalogue catalogue = Catalogue.read();

    @Test
    void elasticsearch_has_a_column_for_each_field() throws IOException {
        GoldenFile.compare(
                "collectors/elasticsearch/robustmq-mappings.json", SearchMappings.of(catalogue));
    }

    @Test
    void loki_has_a_name_for_each_field() throws IOException {
        GoldenFile.compare("collectors/loki/fields.json", LokiFields.of(catalogue));
    }

    @Test
    void fluent_bit_knows_the_types_and_the_names() throws IOException {
        GoldenFile.compare("collectors/fluent-bit/parsers.conf", FluentBitFiles.parsers(catalogue));
        GoldenFile.comparePart(
                "collectors/fluent-bit/robustmq.lua", "fields", FluentBitFiles.lua(catalogue));
    }

    @Test
    void the_opentelemetry_collector_knows_the_names() throws IOException {
        GoldenFile.comparePart(
                "collectors/otel-collector/otelcol.yaml",
                "attributes of fields",
                CollectorStatements.toAttributes(catalogue));
        GoldenFile.comparePart(
                "collectors/otel-collector/elasticsearch.yaml",
                "fields of attributes",
                CollectorStatements.toFields(catalogue));
    }

    @ParameterizedTest
    @ValueSource(strings = {"loki", "elasticsearch"})
    void the_log_explorers_offer_the_categories(String store) throws IOException {
        String file = "dashboards/robustmq-logs-" + store + ".json";
        String categories = String.join(",", catalogue.categories().keySet());
        GoldenFile.compare(
                file,
                GoldenFile.read(file)
                        .replaceFirst(
                                "(\"name\": \"category\",[^}]*\"query\": )\"[^\"]*\"",
                                "$1\"" + categories + "\""));
    }

    @Test
    void what_is_searched_by_word_is_a_field() {
        assertThat(names()).containsAll(SearchMappings.TEXTS);
    }

    @Test
    void another_name_in_elasticsearch_stands_for_a_field() {
        assertThat(names())
                .containsAll(SearchMappings.otherNames(catalogue).values())
                .doesNotContain("category", "data_stream");
    }

    @Test
    void no_two_fields_share_a_name_in_loki() {
        Map<String, String> names = LokiFields.structuredMetadata(catalogue);
        assertThat(names.values()).doesNotHaveDuplicates().doesNotContain("level", "category");
    }

    private Set<String> names() {
        return Columns.all(catalogue).stream().map(Field::name).collect(Collectors.toSet());
    }
}
