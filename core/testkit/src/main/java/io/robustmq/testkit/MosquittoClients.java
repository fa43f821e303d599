package io.robustmq.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** mosquitto's command-line clients, as people use them, against a broker on 127.0.0.1. */
public final class MosquittoClients {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final int port;

    public MosquittoClients(int port) {
        this.port = port;
    }

    /** A finished {@code mosquitto_pub}: its exit code and what it wrote. */
    public record Published(int exitCode, String output) {}

    /** Runs {@code mosquitto_pub} with these arguments to its end. */
    public Published publish(String... arguments) throws IOException, InterruptedException {
        return publishLines("", arguments);
    }

    /** The same with something to read: with {@code -l} each line is a message. */
    public Published publishLines(String stdin, String... arguments)
            throws IOException, InterruptedException {
        try (ChildProcess pub = start("mosquitto_pub", List.of(arguments), stdin)) {
            int exitCode = pub.awaitExit(LIMIT);
            return new Published(
                    exitCode, String.join("\n", pub.stdout()) + String.join("\n", pub.stderr()));
        }
    }

    /** Starts {@code mosquitto_sub} with these arguments and waits for its SUBACK. */
    public Subscriber subscribe(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("-d", "-F", Subscriber.MARK + "%j"));
        all.addAll(List.of(arguments));
        Subscriber subscriber = new Subscriber(start("mosquitto_sub", all, ""));
        try {
            subscriber.process.awaitLine(
                    "its SUBACK", LIMIT, line -> line.startsWith("Subscribed (mid:"));
        } catch (Exception | AssertionError e) {
            subscriber.close();
            throw e;
        }
        return subscriber;
    }

    private ChildProcess start(String program, List<String> arguments, String stdin)
            throws IOException {
        // into a pipe they would write in blocks only
        List<String> command = new ArrayList<>(List.of("stdbuf", "-oL"));
        command.add(Part.MOSQUITTO.program(program).toString());
        command.addAll(List.of("-h", "127.0.0.1", "-p", Integer.toString(port)));
        command.addAll(arguments);
        return ChildProcess.start(program, Path.of("").toAbsolutePath(), Map.of(), command, stdin);
    }

    /** A message as {@code mosquitto_sub -F %j} tells it; {@code json} has its properties too. */
    public record Received(String topic, String payload, int qos, boolean retain, JsonNode json) {

        /** The first value of this MQTT 5 user property, empty if there is none. */
        public String userProperty(String name) {
            JsonNode properties = json.path("properties").path("user-properties");
            if (properties.has(name)) {
                return properties.path(name).asText();
            }
            // one that comes twice makes it write a list
            for (JsonNode property : properties) {
                if (property.has(name)) {
                    return property.path(name).asText();
                }
            }
            return "";
        }
    }

    /** A running {@code mosquitto_sub}. */
    public static final class Subscriber implements AutoCloseable {
        private static final String MARK = "message: ";

        private final ChildProcess process;

        private Subscriber(ChildProcess process) {
            this.process = process;
        }

        /** Everything received so far, in order. */
        public List<Received> received() {
            return marked().map(line -> parse(line.substring(MARK.length()))).toList();
        }

        public Received await(Predicate<Received> wanted) throws Exception {
            return Await.until(
                    "the message",
                    LIMIT,
                    () -> received().stream().filter(wanted).findFirst(),
                    process::told);
        }

        /** Waits for the first {@code count} messages. */
        public List<Received> await(int count) throws Exception {
            Await.untilTrue(count + " messages", LIMIT, () -> marked().count() >= count);
            return received();
        }

        /** It does nothing for so long, and then goes on. */
        public void nap(Duration time) throws IOException, InterruptedException {
            process.signal("STOP");
            try {
                Thread.sleep(time);
            } finally {
                process.signal("CONT");
            }
        }

        /** Ends it as {@code kill -9} does: no DISCONNECT. */
        public void kill() throws InterruptedException {
            process.kill();
        }

        @Override
        public void close() {
            process.close();
        }

        private Stream<String> marked() {
            return process.stdout().stream().filter(line -> line.startsWith(MARK));
        }

        private static Received parse(String json) {
            try {
                JsonNode node = JSON.readTree(json);
                return new Received(
                        node.path("topic").asText(),
                        node.path("payload").asText(),
                        node.path("qos").asInt(),
                        node.path("retain").asInt() == 1,
                        node);
            } catch (JsonProcessingException e) {
                throw new AssertionError("mosquitto_sub wrote no JSON: " + json, e);
            }
        }
    }
}
