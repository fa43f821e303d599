package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.robustmq.telemetry.event.Severity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From the store to a sink, over the end of processes, and past what is gone. */
class ShipperTest {
    @TempDir Path directory;
    private final MemoryStore store = new MemoryStore();

    private PipelineSettings file(Severity level) {
        return Running.consoleOnly()
                .with(new PipelineSettings.RollingFile(true, directory, "node", level, 1 << 30, 7));
    }

    private List<String> lines() throws Exception {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines;
    }

    private static void emit(Running running, int from, int to) {
        IntStream.range(from, to).forEach(i -> running.events().emit(Samples.lifecycle(i)));
    }

    @Test
    void what_one_process_could_not_ship_the_next_does() throws Exception {
        try (Running running = Running.on(store, Running.consoleOnly())) {
            emit(running, 0, 100);
        }
        store.keepCursor("file", Place.BEGINNING);
        int before = store.size();
        try (Running running = Running.on(store, file(Severity.INFO))) {
            Running.await("shipped", () -> running.balance("file").waiting() == 0);
            assertThat(running.balance("file").emitted()).isGreaterThanOrEqualTo(before + 1);
        }
        assertThat(lines()).hasSize(store.size());
        List<String> lines = lines();
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i)).startsWith("{\"seq\":" + i + ",");
        }
        try (Running running = Running.on(store, file(Severity.INFO))) {
            Running.await("shipped", () -> running.balance("file").waiting() == 0);
        }
        assertThat(lines()).as("nothing again after a stop in order").hasSize(store.size());
    }

    @Test
    void what_was_gone_before_it_was_shipped_is_counted_and_told() throws Exception {
        try (Running running = Running.on(store, Running.consoleOnly())) {
            emit(running, 0, 100);
        }
        store.keepCursor("file", Place.BEGINNING);
        store.forget(40);
        store.damage(50);
        try (Running running = Running.on(store, file(Severity.INFO))) {
            Running.await("counted", () -> running.balance("file").dropped() == 41);
            Running.await("shipped", () -> running.balance("file").waiting() == 0);
            Running.await(
                    "told",
                    () ->
                            running.lines().stream()
                                    .anyMatch(line ->
                                            line.contains("pipeline.events_lost")
                                                    && line.contains("\"lost\":41")));
        }
        assertThat(lines().getFirst()).startsWith("{\"seq\":40,");
    }

    @Test
    void what_is_below_its_level_is_in_no_account() throws Exception {
        try (Running running = Running.on(store, Running.consoleOnly())) {
            emit(running, 0, 100);
            running.events().emit(Samples.warning("k"));
        }
        store.keepCursor("file", Place.BEGINNING);
        store.forget(10);
        try (Running running = Running.on(store, file(Severity.WARN))) {
            Running.await("shipped", () -> running.balance("file").shipped() == 1);
            assertThat(running.balance("file").dropped()).isZero();
            assertThat(running.balance("file").waiting()).isZero();
        }
    }

    @Test
    void while_the_store_fails_the_console_shows_and_afterwards_nothing_is_missing()
            throws Exception {
        try (Running running = Running.on(store, file(Severity.INFO))) {
            Running.await("started", () -> store.size() == 1);
            store.failing(true);
            emit(running, 0, 50);
            Running.await(
                    "shown",
                    () ->
                            running.lines().stream().filter(ShipperTest::isNumbered).count() == 1
                                    && running.lines().size() >= 51);
            assertThat(running.balance("file").waiting()).isEqualTo(50);
            store.failing(false);
            Running.await("shipped", () -> running.balance("file").waiting() == 0);
            assertThat(running.balance("file").dropped()).isZero();
        }
        List<String> lines = lines();
        for (int i = 0; i < 50; i++) {
            assertThat(lines.get(i + 1))
                    .startsWith("{\"seq\":" + (i + 1) + ",")
                    .endsWith("\"next_offset\":" + i + "}");
        }
    }

    @Test
    void who_has_shipped_all_tells_of_none_that_waits_though_it_gathers_more() throws Exception {
        try (Running running = Running.on(store, file(Severity.INFO))) {
            var unused = oldest(running, "file"); // a first scrape takes longer than it gathers
            emit(running, 0, 10);
            Running.await(
                    "shipped",
                    () ->
                            running.balance("file").shipped() >= 10
                                    && running.balance("file").waiting() == 0);
            assertThat(oldest(running, "file")).isZero();
        }
    }

    private static double oldest(Running running, String sink) {
        return running.pipeline.registry().scrape().stream()
                .filter(s ->
                        s.getMetadata()
                                .getName()
                                .equals("robustmq_pipeline_oldest_waiting_seconds"))
                .flatMap(s -> ((GaugeSnapshot) s).getDataPoints().stream())
                .filter(point -> sink.equals(point.getLabels().get("sink")))
                .findFirst()
                .orElseThrow()
                .getValue();
    }

    private static boolean isNumbered(String line) {
        return line.startsWith("{\"seq\":");
    }
}
