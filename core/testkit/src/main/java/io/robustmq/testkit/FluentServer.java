package io.robustmq.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * A receiver of Fluent's forward protocol that we did not write: {@code FluentServer} of npm's
 * {@code @fluent-org/logger}. It acknowledges every chunk that asks for it.
 */
public final class FluentServer implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final int port;
    private final ChildProcess process;

    private FluentServer(int port, ChildProcess process) {
        this.port = port;
        this.process = process;
    }

    /** One received event. */
    public record Entry(String tag, JsonNode record) {}

    public static FluentServer start() throws Exception {
        return start(FreePorts.one());
    }

    /** Takes this port of 127.0.0.1, such as that of one which was killed. */
    public static FluentServer start(int port) throws Exception {
        return start(port, "{}");
    }

    /**
     * @param options JSON, as {@code fluent-server.js} says: a shared key, users, TLS
     */
    public static FluentServer start(int port, String options) throws Exception {
        // the package lies beside the copy of the script that bin/verify made
        Path folder = Part.parts().resolve("npm");
        ChildProcess process =
                ChildProcess.start(
                        "fluent-server",
                        folder,
                        Map.of("FLUENT_SERVER", options),
                        List.of(
                                Part.FLUENT_SERVER.program("node").toString(),
                                folder.resolve("fluent-server.js").toString(),
                                Integer.toString(port)));
        FluentServer server = new FluentServer(port, process);
        try {
            process.awaitLine("that it listens", LIMIT, line -> line.contains("\"listening\""));
        } catch (Exception | AssertionError e) {
            process.close();
            throw e;
        }
        return server;
    }

    public int port() {
        return port;
    }

    /** Everything received so far, in order. */
    public List<Entry> entries() {
        return lines().stream()
                .filter(line -> line.has("record"))
                .map(line -> new Entry(line.path("tag").asText(), line.path("record")))
                .toList();
    }

    /** Chunks acknowledged so far. */
    public long acknowledged() {
        return lines().stream().filter(line -> line.has("acknowledged")).count();
    }

    public Entry await(String what, Predicate<Entry> wanted) throws Exception {
        return Await.until(
                what, LIMIT, () -> entries().stream().filter(wanted).findFirst(), process::told);
    }

    /** Waits for the acknowledgement of {@code count} chunks. */
    public void awaitAcknowledged(long count) throws Exception {
        Await.untilTrue(count + " acknowledgements", LIMIT, () -> acknowledged() >= count);
    }

    /** As a crash would end it. */
    public void kill() throws InterruptedException {
        process.kill();
    }

    @Override
    public void close() {
        process.close();
    }

    private List<JsonNode> lines() {
        return process.stdout().stream().map(FluentServer::parse).toList();
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError("fluent-server.js wrote no JSON: " + line, e);
        }
    }
}
