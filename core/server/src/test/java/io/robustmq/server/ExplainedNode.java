package io.robustmq.server;

import io.robustmq.eventlog.EventShard;
import io.robustmq.eventlog.Explainer;
import io.robustmq.eventlog.Explanation;
import io.robustmq.eventlog.OfflineEvents;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.OfflineJournal;
import io.robustmq.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A whole node in this process, and what its files tell when it has stopped. */
final class ExplainedNode implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Path data;
    private final Standalone node;

    private ExplainedNode(Path data, Standalone node) {
        this.data = data;
        this.node = node;
    }

    static ExplainedNode in(Path data, String... settings) throws Exception {
        List<String> all = new ArrayList<>(List.of("sinks.file.enabled=false"));
        all.addAll(List.of(settings));
        Standalone node = TestStandalone.in(data, all.toArray(String[]::new));
        node.open();
        return new ExplainedNode(data, node);
    }

    int port() {
        return TestStandalone.mqttPort(node);
    }

    String url() {
        return TestStandalone.url(node);
    }

    /** Of the running node, as text. */
    String asked(String path) throws IOException {
        String token = AdminToken.read(data.resolve(AdminToken.FILE));
        try (NodeClient client = new NodeClient(url(), token)) {
            HttpResponse<byte[]> answer = client.get(path, Map.of(), ExplainApi.TEXT);
            return new String(answer.body(), StandardCharsets.UTF_8);
        }
    }

    /** Of the running node, those that a query of {@link EventsApi} is for, as JSON lines. */
    String events(String query) throws IOException {
        String token = AdminToken.read(data.resolve(AdminToken.FILE));
        Map<String, List<String>> asked = new TreeMap<>();
        for (String each : query.split("&")) {
            asked.put(each.split("=")[0], List.of(each.split("=")[1]));
        }
        try (NodeClient client = new NodeClient(url(), token)) {
            HttpResponse<byte[]> answer = client.get(EventsApi.PATH, asked, EventsApi.LINES);
            return new String(answer.body(), StandardCharsets.UTF_8);
        }
    }

    void awaitEvent(String query) throws Exception {
        Await.untilTrue(
                query,
                LIMIT,
                () -> {
                    try {
                        return !events(query).isEmpty();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    /** Waits until the running node's account of a client has that in it. */
    void awaitAccount(String clientId, String part) throws Exception {
        Await.untilTrue(
                part + " in the account of " + clientId,
                LIMIT,
                () -> {
                    try {
                        String account = asked(ExplainApi.PATH + "client/" + clientId);
                        return account.replaceAll("\\s+", " ").contains(part);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    /** The files as they are now: what a crash at this moment would leave. */
    Path crashed(Path copy) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.toList()) {
                Path to = copy.resolve(data.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        return copy;
    }

    /** What a question to an explainer is answered. */
    interface Question {
        Explanation to(Explainer explainer) throws IOException;
    }

    /** Stops the node and asks its files. */
    Explanation explained(Question question) throws IOException {
        node.close();
        try (OfflineJournal journal = new OfflineJournal(data.resolve("events"), new LocalDisk())) {
            journal.open();
            OfflineEvents events = new OfflineEvents(journal, EventShard.NAME);
            return question.to(
                    new Explainer(
                            events::page, id -> null, InstantSource.system(), ZoneOffset.UTC));
        }
    }

    /** What changes from run to run is made the same. */
    static String steady(String text) {
        return text.replaceAll("(\\d{4}-\\d\\d-\\d\\d )?\\d\\d:\\d\\d:\\d\\d", "TIME")
                .replaceAll("127\\.0\\.0\\.1:\\d+", "127.0.0.1:PORT")
                .replaceAll(", after \\d+ m?s away", "")
                .replaceAll("every \\d[^:]* m?s:", "every SPAN:")
                .replaceAll("/[^ \"]*/data[^ \"]*", "FILE");
    }

    static String steps(Explanation explanation) {
        StringBuilder text = new StringBuilder();
        explanation.story().forEach(step -> text.append(step.text()).append('\n'));
        return steady(text.toString());
    }

    @Override
    public void close() {
        node.close();
    }
}
