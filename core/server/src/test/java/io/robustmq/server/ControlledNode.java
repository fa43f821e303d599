package io.robustmq.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.robustmq.eventlog.EventShard;
import io.robustmq.eventlog.EventShardSettings;
import io.robustmq.journal.Durability;
import io.robustmq.journal.LocalDisk;
import io.robustmq.placement.Placement;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.pipeline.DebugTrace;
import io.robustmq.telemetry.pipeline.DebugTraces;
import io.robustmq.telemetry.pipeline.NodeIdentity;
import io.robustmq.telemetry.pipeline.Pipeline;
import io.robustmq.telemetry.pipeline.PipelineSettings;
import io.robustmq.telemetry.pipeline.Sampling;
import io.robustmq.telemetry.pipeline.Service;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A node's pipeline with a real store, and what follows placement for it. */
final class ControlledNode implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    final Pipeline pipeline;
    final AgreedLogControl control;
    private final EventShard store;

    ControlledNode(String nodeId, Path directory, InstantSource clock) throws IOException {
        this(nodeId, directory, clock, settings(directory));
    }

    ControlledNode(String nodeId, Path directory, InstantSource clock, PipelineSettings settings)
            throws IOException {
        pipeline = pipeline(nodeId, settings, clock);
        store =
                new EventShard(
                        new EventShardSettings(
                                directory.resolve(nodeId), 1 << 30, Duration.ZERO, Durability.OS),
                        new LocalDisk(),
                        clock,
                        new SplittableRandom(),
                        Events.NONE);
        store.open();
        pipeline.open(store);
        control = new AgreedLogControl(nodeId, pipeline, clock);
    }

    /** Not open, and without sinks. */
    static Pipeline pipeline(String nodeId, Path directory, InstantSource clock) {
        return pipeline(nodeId, settings(directory), clock);
    }

    /** Not open. */
    static Pipeline pipeline(String nodeId, PipelineSettings settings, InstantSource clock) {
        return new Pipeline(settings, new NodeIdentity(nodeId, "instance-1", "0.1.0"), clock);
    }

    /** Without sinks. */
    static PipelineSettings settings(Path directory) {
        PipelineSettings defaults = PipelineSettings.defaults();
        PipelineSettings.RollingFile file = defaults.file();
        return defaults.with(
                        new PipelineSettings.Console(
                                false, defaults.console().format(), defaults.console().level()))
                .with(
                        new PipelineSettings.RollingFile(
                                false,
                                directory,
                                file.prefix(),
                                file.level(),
                                file.maxSizeBytes(),
                                file.keepDays()));
    }

    /** Of nodes that record traces, but have nobody who takes them. */
    static PipelineSettings tracing(Path directory, Sampling sampling) {
        PipelineSettings.Otlp otlp = PipelineSettings.defaults().otlp();
        return settings(directory)
                .with(new PipelineSettings.Traces(true, sampling, 64))
                .with(
                        new PipelineSettings.Otlp(
                                true,
                                otlp.protocol(),
                                URI.create("http://127.0.0.1:1"),
                                false,
                                false,
                                true,
                                otlp.level(),
                                otlp.queueCapacity(),
                                otlp.timeout(),
                                otlp.metricsInterval()));
    }

    ControlledNode follow(Placement placement) {
        control.open(placement);
        return this;
    }

    void emit(Event event) {
        pipeline.events(Service.MQTT_BROKER).emit(event);
    }

    List<DebugTrace> traced() {
        return pipeline.traces().list().stream().map(DebugTraces.Status::trace).toList();
    }

    /** What the store has of them so far, from earlier processes too. */
    List<JsonNode> stored(String event) throws IOException {
        List<JsonNode> found = new ArrayList<>();
        store.read(
                0,
                (seq, stored) -> {
                    try {
                        JsonNode json = JSON.readTree(stored.json());
                        if (json.path("event").asText().equals(event)) {
                            found.add(json);
                        }
                    } catch (IOException defect) {
                        throw new AssertionError(defect);
                    }
                    return true;
                });
        return found;
    }

    @Override
    public void close() {
        control.close();
        pipeline.close();
        store.close();
    }
}
