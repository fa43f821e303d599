package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.Severity;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** More events than the queue holds, while the store takes its time. */
class BurstTest {
    private static final int BURST = 300_000;
    private static final int QUEUE = 131_072;

    @Test
    void a_burst_of_many_times_the_queue_is_all_there_and_in_order() throws Exception {
        Running running = Running.with(settings(256L << 20));
        running.store.hang();
        for (int i = 0; i < BURST; i++) {
            running.events().emit(Samples.lifecycle(i));
        }
        running.store.goOn();
        int all = BURST + 1; // and pipeline.started
        Running.await("stored", () -> running.store.size() == all);
        assertThat(running.balance("console").dropped()).isZero();
        assertThat(running.stored().subList(1, all))
                .allMatch(line -> line.contains("journal.closed"))
                .extracting(line -> line.replaceAll(".*\"shard-(\\d+)\".*", "$1"))
                .isEqualTo(IntStream.range(0, BURST).mapToObj(Integer::toString).toList());
        running.close();
    }

    @Test
    void what_is_too_much_for_its_memory_is_dropped_and_counted() throws Exception {
        Running running = Running.with(settings(1L << 20));
        running.store.hang();
        long emitted = 0;
        while (running.balance("console").dropped() == 0) {
            for (int i = 0; i < 1000; i++) {
                running.events().emit(Samples.lifecycle(i));
                emitted++;
            }
        }
        running.store.goOn();
        Running.await("shipped", () -> running.balance("console").waiting() == 0);
        Ledger.Balance balance = running.balance("console");
        assertThat(balance.shipped() + balance.dropped()).isEqualTo(balance.emitted());
        assertThat(balance.emitted()).isGreaterThan(emitted);
        assertThat(balance.shipped()).isGreaterThan(QUEUE);
        running.close();
    }

    private static PipelineSettings settings(long burstBytes) {
        PipelineSettings.Intake intake = PipelineSettings.Intake.defaults();
        return Running.consoleOnly()
                .with(
                        new PipelineSettings.Intake(
                                QUEUE,
                                burstBytes,
                                0,
                                intake.maxKeys(),
                                false,
                                intake.hashSalt(),
                                Severity.ERROR,
                                intake.levels()));
    }
}
