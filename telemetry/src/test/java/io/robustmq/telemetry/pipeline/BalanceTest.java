package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Severity;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** For each sink emitted = shipped + waiting + dropped, whatever the sinks do. */
class BalanceTest {
    private static final int THREADS = 4;
    private static final int EACH = 20_000;
    private static final int QUEUE = 500;

    private final AtomicBoolean consoleWorks = new AtomicBoolean();
    private final AtomicLong consoleLines = new AtomicLong();
    private final MemoryDirectory disk = new MemoryDirectory();

    @Test
    void it_holds_at_every_moment_and_at_the_end() throws Exception {
        PipelineSettings defaults = PipelineSettings.defaults();
        PipelineSettings settings =
                defaults.with(new PipelineSettings.Intake(QUEUE, 0, 100, false, "", Severity.ERROR))
                        .with(
                                new PipelineSettings.Console(
                                        true, PipelineSettings.Format.JSON, Severity.INFO))
                        .with(
                                new PipelineSettings.RollingFile(
                                        true, Path.of("x"), "r", Severity.WARN, 1 << 30, 7));
        Pipeline pipeline =
                new Pipeline(
                        settings,
                        Samples.NODE,
                        InstantSource.system(),
                        new Outside(new Flaky(), path -> disk, ThreadLocalRandom::current));
        pipeline.open();
        Events events = pipeline.events(Service.MQTT_BROKER);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int i = 0; i < EACH; i++) {
                                    events.emit(
                                            i % 3 == 0 ? Samples.keyed("k") : Samples.warning("k"));
                                }
                            }));
        }
        while (threads.stream().anyMatch(Thread::isAlive)) {
            consoleWorks.set(!consoleWorks.get());
            for (PipelineMetrics.Balance balance : pipeline.balances()) {
                assertThat(balance.waiting()).as(balance.toString()).isNotNegative();
            }
            Thread.sleep(2);
        }
        consoleWorks.set(false);
        events.emit(Samples.keyed("k")); // something waits now
        for (String sink : List.of("console", "file")) {
            Running.await(
                    "the count of what waits is what the queue holds",
                    () -> balance(pipeline, sink).waiting() == pipeline.held(sink));
        }
        assertThat(balance(pipeline, "console").waiting()).isPositive();
        consoleWorks.set(true);
        pipeline.close();
        long warnings = 0;
        for (PipelineMetrics.Balance balance : pipeline.balances()) {
            assertThat(balance.waiting()).as(balance.toString()).isZero();
            assertThat(balance.shipped() + balance.dropped()).isEqualTo(balance.emitted());
            if (balance.sink().equals("console")) {
                assertThat(consoleLines.get()).isEqualTo(balance.shipped());
                assertThat(balance.emitted()).isGreaterThanOrEqualTo((long) THREADS * EACH);
                assertThat(balance.dropped()).as("the queue was too small").isPositive();
            } else {
                warnings = balance.shipped();
            }
        }
        assertThat(disk.names()).hasSize(1);
        assertThat(disk.lines(disk.names().getFirst())).hasSize((int) warnings);
    }

    private static PipelineMetrics.Balance balance(Pipeline pipeline, String sink) {
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
