package io.robustmq.crash;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;

/** The JSON records of a process that may have been killed while it wrote one. */
final class LogLines {
    private static final ObjectMapper JSON = new ObjectMapper();

    private LogLines() {}

    static List<JsonNode> records(List<String> lines) {
        List<JsonNode> records = new ArrayList<>();
        for (String line : lines) {
            try {
                if (line.startsWith("{")) {
                    records.add(JSON.readTree(line));
                }
            } catch (JsonProcessingException e) {
                // torn by the kill
            }
        }
        return records;
    }

    /** Errors that the journal told of. */
    static List<String> journalErrors(List<String> lines) {
        return records(lines).stream()
                .filter(record -> record.path("level").asText().equals("error"))
                .filter(record -> record.path("event").asText().startsWith("journal."))
                .map(JsonNode::toString)
                .toList();
    }
}
