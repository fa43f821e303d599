package io.robustmq.collectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.robustmq.telemetry.catalogue.Catalogue;
import io.robustmq.telemetry.catalogue.CataloguedEvent;
import io.robustmq.telemetry.catalogue.Envelope;
import io.robustmq.telemetry.catalogue.Field;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.OpenSearch;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The index template, put into a store that we did not write. */
@NeedsPart(Part.OPENSEARCH)
final class SearchIT {
    private static final String STREAM = "/logs-robustmq-default";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir Path folder;

    private final Catalogue catalogue = Catalogue.read();

    @Test
    void a_record_of_every_event_is_taken_and_found_by_each_of_its_fields() throws Exception {
        try (OpenSearch store = OpenSearch.started(folder)) {
            store.send("PUT", "/_component_template/robustmq-mappings", file("robustmq-mappings"));
            store.send("PUT", "/_index_template/robustmq", file("index-template"));

            JsonNode answer = store.send("POST", STREAM + "/_bulk?refresh=true", bulk());

            assertThat(answer.path("errors").asBoolean()).as(answer.toString()).isFalse();
            assertThat(answer.path("items")).hasSize(catalogue.events().size());
            List<String> notFound = new ArrayList<>();
            for (String field : fields()) {
                if (found(store, "{\"exists\":{\"field\":\"" + field + "\"}}") == 0) {
                    notFound.add(field);
                }
            }
            assertThat(notFound).isEmpty();
            byTheNamesOfTheElasticCommonSchema(store);
        }
    }

    private static void byTheNamesOfTheElasticCommonSchema(OpenSearch store) throws Exception {
        assertThat(found(store, term("event.action", "connection.accepted"))).isEqualTo(1);
        assertThat(found(store, term("event", "connection.accepted"))).isEqualTo(1);
        for (String name :
                List.of(
                        "log.level",
                        "service.name",
                        "trace.id",
                        "error.type",
                        "client.address",
                        "messaging.client.id")) {
            assertThat(found(store, "{\"exists\":{\"field\":\"" + name + "\"}}"))
                    .as(name)
                    .isPositive();
        }
        assertThat(found(store, "{\"match\":{\"error.message\":\"words\"}}")).isPositive();
        assertThat(found(store, "{\"range\":{\"keep_alive_seconds\":{\"gte\":1}}}")).isPositive();
        assertThat(found(store, term("not_in_the_template", "x"))).isZero();
    }

    private String bulk() {
        StringBuilder bulk = new StringBuilder();
        long seq = 0;
        for (CataloguedEvent event : catalogue.events()) {
            ObjectNode record = JSON.createObjectNode();
            for (Field field : Envelope.FIELDS) {
                put(field, record);
            }
            event.fields().forEach(field -> put(field, record));
            record.put("seq", ++seq)
                    .put("event", event.name())
                    .put("category", event.category())
                    .put("time", "2026-11-23T10:15:30.123456Z")
                    .put("@timestamp", "2026-11-23T10:15:30.123456789Z")
                    .putObject("kubernetes")
                    .put("not_in_the_template", "x");
            bulk.append("{\"create\":{}}\n").append(record).append('\n');
        }
        return bulk.toString();
    }

    private static void put(Field field, ObjectNode record) {
        switch (field.type()) {
            case STRING -> record.put(field.name(), "some words");
            case INTEGER -> record.put(field.name(), Long.MAX_VALUE);
            case NUMBER -> record.put(field.name(), 0.5);
            case BOOLEAN -> record.put(field.name(), true);
        }
    }

    private Set<String> fields() {
        Set<String> fields = new TreeSet<>(Set.of("@timestamp", "category"));
        Stream.concat(
                        Envelope.FIELDS.stream(),
                        catalogue.events().stream().flatMap(e -> e.fields().stream()))
                .map(Field::name)
                .forEach(fields::add);
        return fields;
    }

    private static String term(String field, String value) {
        return "{\"term\":{\"" + field + "\":\"" + value + "\"}}";
    }

    private static int found(OpenSearch store, String query)
            throws IOException, InterruptedException {
        return store.send("POST", STREAM + "/_count", "{\"query\":" + query + "}")
                .path("count")
                .asInt();
    }

    private static String file(String name) throws IOException {
        return Files.readString(
                Repository.root().resolve("collectors/elasticsearch/" + name + ".json"));
    }
}
