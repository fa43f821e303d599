package io.robustmq.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.robustmq.testkit.OpenSearch;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Asks OpenSearch as Grafana's data source for Elasticsearch does. */
final class Documents {
    private static final String SEARCH = "/logs-robustmq-*/_search";
    private static final int MAX_VALUES = 500;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final OpenSearch store;

    Documents(OpenSearch store) {
        this.store = store;
    }

    /** How many documents, or how many of the innermost buckets, a panel gets to show. */
    int shown(Dashboards.Asked asked, Instant from) throws IOException, InterruptedException {
        ObjectNode search = JSON.createObjectNode();
        JsonNode target = asked.target();
        List<JsonNode> metrics = visible(target.path("metrics"));
        boolean lines =
                metrics.stream()
                        .anyMatch(
                                m -> m.path("type").asText().matches("logs|raw_data|raw_document"));
        search.put("size", lines ? 500 : 0);
        var filter = search.putObject("query").putObject("bool").putArray("filter");
        filter.addObject()
                .putObject("range")
                .putObject(target.path("timeField").asText("@timestamp"))
                .put("gte", from.toEpochMilli())
                .put("lte", Instant.now().toEpochMilli())
                .put("format", "epoch_millis");
        if (!asked.text().isBlank()) {
            filter.addObject()
                    .putObject("query_string")
                    .put("analyze_wildcard", true)
                    .put("query", asked.text());
        }
        List<String> names = new ArrayList<>();
        if (!lines) {
            ObjectNode at = search;
            for (JsonNode bucket : target.path("bucketAggs")) {
                at = buckets(at.putObject("aggs"), bucket, names);
            }
            metrics(at, metrics);
        }
        JsonNode answer = store.send("POST", SEARCH, search.toString());
        if (lines || names.isEmpty()) {
            return answer.path("hits").path("total").path("value").asInt();
        }
        return innermost(answer.path("aggregations"), names, 0);
    }

    List<String> values(String field) throws IOException, InterruptedException {
        ObjectNode search = JSON.createObjectNode().put("size", 0);
        search.putObject("aggs")
                .putObject("values")
                .putObject("terms")
                .put("field", field)
                .put("size", MAX_VALUES);
        List<String> values = new ArrayList<>();
        store.send("POST", SEARCH, search.toString())
                .at("/aggregations/values/buckets")
                .forEach(bucket -> values.add(bucket.path("key").asText()));
        return values;
    }

    private static ObjectNode buckets(ObjectNode aggs, JsonNode bucket, List<String> names) {
        String type = bucket.path("type").asText();
        String name = bucket.path("id").asText();
        names.add(name);
        ObjectNode named = aggs.putObject(name);
        ObjectNode of = named.putObject(type).put("field", bucket.path("field").asText());
        switch (type) {
            case "terms" -> {
                int size = bucket.path("settings").path("size").asInt();
                of.put("size", size == 0 ? MAX_VALUES : size);
            }
            case "date_histogram" -> of.put("fixed_interval", "15s").put("min_doc_count", 1);
            default -> throw new IllegalArgumentException("buckets unknown here: " + bucket);
        }
        return named;
    }

    private static void metrics(ObjectNode at, List<JsonNode> metrics) {
        for (JsonNode metric : metrics) {
            String type = metric.path("type").asText();
            if (!type.equals("count")) {
                ObjectNode aggs =
                        at.has("aggs") ? (ObjectNode) at.path("aggs") : at.putObject("aggs");
                aggs.putObject(metric.path("id").asText())
                        .putObject(type)
                        .put("field", metric.path("field").asText());
            }
        }
    }

    private static int innermost(JsonNode aggregations, List<String> names, int depth) {
        JsonNode buckets = aggregations.path(names.get(depth)).path("buckets");
        if (depth == names.size() - 1) {
            return buckets.size();
        }
        int all = 0;
        for (JsonNode bucket : buckets) {
            all += innermost(bucket, names, depth + 1);
        }
        return all;
    }

    private static List<JsonNode> visible(JsonNode metrics) {
        List<JsonNode> visible = new ArrayList<>();
        metrics.forEach(visible::add);
        return visible;
    }
}
