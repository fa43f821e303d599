package io.robustmq.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the nodes themselves told in their log files. */
final class Told {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long AROUND_SECONDS = 6;
    private static final int MOST_LINES = 150;

    /** Of these there are many, and seldom are they the reason. */
    private static final Pattern LEFT_OUT =
            Pattern.compile("message\\..*|journal\\..*|placement\\.document_.*|session\\.ended");

    private final List<JsonNode> events = new ArrayList<>();

    private Told() {}

    static Told read(List<Node> nodes) throws IOException {
        Told told = new Told();
        for (Node node : nodes) {
            if (Files.isDirectory(node.logs())) {
                try (Stream<Path> files = Files.list(node.logs())) {
                    for (Path file : files.sorted().toList()) {
                        told.add(file);
                    }
                }
            }
        }
        told.events.sort(Comparator.comparing(Told::time));
        return told;
    }

    private void add(Path file) throws IOException {
        try (Stream<String> lines = Files.lines(file)) {
            lines.filter(line -> line.startsWith("{") && line.endsWith("}"))
                    .forEach(line -> {
                        try {
                            events.add(JSON.readTree(line));
                        } catch (IOException e) {
                            throw new UncheckedIOException(file + ": " + line, e);
                        }
                    });
        }
    }

    private static Instant time(JsonNode event) {
        return Instant.parse(event.path("time").asText());
    }

    /** Nobody shares an epoch. */
    List<String> check() {
        List<String> wrong = new ArrayList<>();
        Map<String, String> homes = new HashMap<>();
        Map<String, String> writers = new HashMap<>();
        Map<Integer, String> leaders = new HashMap<>();
        for (JsonNode event : events) {
            String node = event.path("node_id").asText();
            switch (event.path("event").asText()) {
                case "placement.home_served" -> {
                    // by clocks that are set their order is not known
                    String epoch = event.path("home").asText() + " " + event.path("epoch").asLong();
                    String other = homes.put(epoch, node);
                    if (other != null) {
                        wrong.add(event + " has the epoch of a home at " + other);
                    }
                }
                case "replication.writer_opened" -> {
                    String epoch =
                            event.path("shard").asText() + " " + event.path("epoch").asLong();
                    String other = writers.put(epoch, node);
                    if (other != null) {
                        wrong.add(event + " has the epoch of a writer at " + other);
                    }
                }
                case "placement.leader_changed" -> {
                    String leader = event.path("leader").asText();
                    String other = leaders.put(event.path("term").asInt(), leader);
                    if (other != null && !other.equals(leader)) {
                        wrong.add(event + ", but " + other + " leads in that term");
                    }
                }
                default -> {}
            }
        }
        return wrong;
    }

    private static boolean isTelling(String event) {
        return !LEFT_OUT.matcher(event).matches();
    }

    /** What happened shortly before and after, a line each. */
    String around(Instant at) {
        List<String> lines =
                events.stream()
                        .filter(event ->
                                isTelling(event.path("event").asText())
                                        && time(event).isAfter(at.minusSeconds(AROUND_SECONDS))
                                        && time(event).isBefore(at.plusSeconds(AROUND_SECONDS)))
                        .map(JsonNode::toString)
                        .limit(MOST_LINES)
                        .toList();
        return String.join("\n", lines);
    }
}
