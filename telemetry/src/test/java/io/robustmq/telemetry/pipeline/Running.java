package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Severity;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/** A pipeline in a test: its console is kept, nothing else is on unless asked for. */
final class Running implements AutoCloseable {
    private final ByteArrayOutputStream console = new ByteArrayOutputStream();
    final Pipeline pipeline;

    final MemoryStore store;

    private Running(PipelineSettings settings, InstantSource clock, MemoryStore store)
            throws IOException {
        this.store = store;
        pipeline = new Pipeline(settings, Samples.NODE, clock, Outside.with(console));
        pipeline.open(store);
    }

    static Running with(PipelineSettings settings) throws IOException {
        return new Running(settings, InstantSource.system(), new MemoryStore());
    }

    static Running with(PipelineSettings settings, InstantSource clock) throws IOException {
        return new Running(settings, clock, new MemoryStore());
    }

    /** On what another one has left. */
    static Running on(MemoryStore store, PipelineSettings settings) throws IOException {
        return new Running(settings, InstantSource.system(), store);
    }

    /** JSON on the console, no file. */
    static PipelineSettings consoleOnly() {
        PipelineSettings defaults = PipelineSettings.defaults();
        PipelineSettings.RollingFile file = defaults.file();
        return defaults.with(
                        new PipelineSettings.Console(
                                true, PipelineSettings.Format.JSON, defaults.console().level()))
                .with(
                        new PipelineSettings.RollingFile(
                                false,
                                Path.of("unused"),
                                file.prefix(),
                                file.level(),
                                file.maxSizeBytes(),
                                file.keepDays()));
    }

    /** That for all categories. */
    static PipelineSettings.Levels level(String name) {
        Severity severity = Objects.requireNonNull(Levels.severity(name));
        return new PipelineSettings.Levels(severity, Map.of());
    }

    Events events() {
        return pipeline.events(Service.MQTT_BROKER);
    }

    /** What the store has so far, without numbers. */
    List<String> stored() {
        return store.lines();
    }

    /** What the console has so far. */
    List<String> lines() {
        return console.toString(StandardCharsets.UTF_8).lines().toList();
    }

    /** Stops the pipeline, so that all is written, and gives what the console has. */
    List<String> closedLines() {
        close();
        return lines();
    }

    Ledger.Balance balance(String sink) {
        return pipeline.balances().stream()
                .filter(balance -> balance.sink().equals(sink))
                .findFirst()
                .orElseThrow();
    }

    /** Long, as a machine may be busy with other things; it says nothing of how fast it must be. */
    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within 60 s: " + what);
            }
            Thread.sleep(5);
        }
    }

    @Override
    public void close() {
        pipeline.close();
    }
}
