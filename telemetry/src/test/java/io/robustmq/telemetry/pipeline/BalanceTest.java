package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceTarget;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** For each sink emitted = shipped + waiting + dropped, whatever sinks and store do. */
class BalanceTest {
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final int THREADS = 4;
    private static final int EACH = 20_000;
    private static final int QUEUE = 500;

    private static final Event TRACED = new MessageEvent.Unrouted(Samples.PEER, "traced/1", 1);

    private final Random random = new Random(SEED);
    private final AtomicBoolean consoleWorks = new AtomicBoolean();
    private final AtomicLong consoleLines = new AtomicLong();
    private final MemoryDirectory disk = new MemoryDirectory();
    private final MemoryStore store = new MemoryStore();

    @Test
    void it_holds_at_every_moment_and_over_the_end_of_a_process() throws Exception {
        System.out.println("seed " + SEED);
        long shipped = 0;
        long dropped = 0;
        long emitted = 0;
        for (int process = 0; process < 3; process++) {
            Pipeline pipeline = pipeline();
            pipeline.open(store);
            trace(pipeline);
            emitFromAllSides(pipeline);
            boolean last = process == 2;
            store.failing(false);
            consoleWorks.set(last);
            if (last) {
                Running.await("shipped", () -> balance(pipeline, "console").waiting() == 0);
                Running.await("shipped", () -> balance(pipeline, "file").waiting() == 0);
            }
            pipeline.close();
            check(pipeline);
            Ledger.Balance file = balance(pipeline, "file");
            shipped += file.shipped();
            dropped += file.dropped();
            emitted = emitted + file.emitted() - (last ? 0 : file.waiting());
        }
        assertThat(shipped + dropped).as("each once over all processes").isEqualTo(emitted);
        assertThat(disk.names()).hasSize(1);
        assertThat(disk.lines(disk.names().getFirst())).hasSize((int) shipped);
        assertThat(disk.lines(disk.names().getFirst()))
                .as("DEBUG, in a file that is for WARN")
                .anyMatch(line -> line.contains("message.unrouted"));
        assertThat(dropped).as("queue and store were too small").isPositive();
    }

    /** Of its events some are taken, for all sinks, and those over its rate are not. */
    private static void trace(Pipeline pipeline) {
        DebugTraces.Begin begun =
                pipeline.traces()
                        .begin(
                                TraceTarget.TOPIC,
                                "traced/#",
                                Duration.ofMinutes(10),
                                5000,
                                Admin.NODE);
        assertThat(begun).isInstanceOf(DebugTraces.Begin.Begun.class);
    }

    private void emitFromAllSides(Pipeline pipeline) throws InterruptedException {
        Events events = pipeline.events(Service.MQTT_BROKER);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int i = 0; i < EACH; i++) {
                                    events.emit(
                                            switch (i % 4) {
                                                case 0 -> Samples.keyed("k");
                                                case 1 -> TRACED;
                                                default -> Samples.warning("k");
                                            });
                                }
                            }));
        }
        while (threads.stream().anyMatch(Thread::isAlive)) {
            consoleWorks.set(random.nextBoolean());
            store.failing(random.nextInt(4) == 0);
            if (random.nextInt(4) == 0 && store.size() > 0) {
                store.forget(random.nextInt(store.size()));
            }
            check(pipeline);
            Thread.sleep(2);
        }
    }

    private static void check(Pipeline pipeline) {
        for (Ledger.Balance balance : pipeline.balances()) {
            assertThat(balance.shipped() + balance.waiting() + balance.dropped())
                    .as(balance.toString())
                    .isEqualTo(balance.emitted());
            assertThat(balance.waiting()).as(balance.toString()).isNotNegative();
        }
    }

    private Pipeline pipeline() {
        PipelineSettings settings =
                PipelineSettings.defaults()
                        .with(
                                new PipelineSettings.Intake(
                                        QUEUE,
                                        (long) random.nextInt(3) << 20,
                                        0,
                                        100,
                                        false,
                                        Secret.NONE,
                                        Severity.ERROR,
                                        PipelineSettings.Levels.defaults()))
                        .with(
                                new PipelineSettings.Console(
                                        true, PipelineSettings.Format.JSON, Severity.INFO))
                        .with(
                                new PipelineSettings.RollingFile(
                                        true, Path.of("x"), "r", Severity.WARN, 1 << 30, 7));
        return new Pipeline(
                settings,
                Samples.NODE,
                InstantSource.system(),
                new Outside(new Flaky(), path -> disk, ThreadLocalRandom::current));
    }

    private static Ledger.Balance balance(Pipeline pipeline, String sink) {
        return pipeline.balances().stream()
                .filter(balance -> balance.sink().equals(sink))
                .findFirst()
                .orElseThrow();
    }

    /** Takes a batch whole or not at all. */
    private final class Flaky extends OutputStream {
        @Override
        public void write(int b) {
            throw new AssertionError("in batches only");
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (!consoleWorks.get()) {
                throw new IOException("not now");
            }
            long lines = 0;
            for (int i = offset; i < offset + length; i++) {
                lines += bytes[i] == '\n' ? 1 : 0;
            }
            consoleLines.addAndGet(lines);
        }
    }
}
