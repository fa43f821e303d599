package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Severity;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.msgpack.value.ValueFactory;

/** A forward server that is away, dies, hangs and comes back. */
class FluentOutageTest {

    private ForwardServer server;

    @BeforeEach
    void reserve() throws IOException {
        server = new ForwardServer(0);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void records_arrive_flat_and_typed() throws Exception {
        server.open();
        try (Running running = running(Duration.ofSeconds(10))) {
            running.events().emit(Samples.lifecycle(4711));
            Running.await("arrived", () -> server.numbers("next_offset").contains(4711L));
            var record =
                    server.records().stream()
                            .filter(r -> r.containsKey(ValueFactory.newString("shard")))
                            .findFirst()
                            .orElseThrow();
            assertThat(record.get(ValueFactory.newString("event")))
                    .isEqualTo(ValueFactory.newString("journal.closed"));
            assertThat(record.get(ValueFactory.newString("next_offset")))
                    .isEqualTo(ValueFactory.newInteger(4711));
            assertThat(record.get(ValueFactory.newString("seq")))
                    .isEqualTo(ValueFactory.newInteger(1));
        }
    }

    @Test
    void down_from_the_start_all_waits_in_the_store() throws Exception {
        try (Running running = running(Duration.ofSeconds(10))) {
            Events events = running.events();
            int emitted = 20_000;
            for (int i = 0; i < emitted; i++) {
                events.emit(Samples.lifecycle(i));
            }
            Running.await("failed", () -> has(running, "sink_failed"));
            Running.await("stored", () -> running.balance("fluent").waiting() > emitted);
            server.open();
            Running.await("shipped", () -> running.balance("fluent").waiting() == 0);
            Ledger.Balance balance = running.balance("fluent");
            assertThat(balance.dropped()).isZero();
            assertThat(balance.shipped()).isEqualTo(balance.emitted());
            assertThat(new HashSet<>(server.numbers("next_offset")))
                    .containsAll(LongStream.range(0, emitted).boxed().toList());
            Running.await("told", () -> has(running, "sink_recovered"));
        }
    }

    /** Not only when it is back, which may be hours later. */
    @Test
    void what_is_removed_while_it_is_down_is_lost_at_once_and_only_once() throws Exception {
        MemoryStore store = new MemoryStore();
        try (Running running = Running.on(store, settings(Duration.ofSeconds(10)))) {
            emit(running, 0, 2_000);
            Running.await("stored", () -> store.size() > 2_000);
            Running.await("failed", () -> has(running, "sink_failed"));
            store.forget(1_000);
            Running.await("counted", () -> running.balance("fluent").dropped() > 0);
            Ledger.Balance down = running.balance("fluent");
            assertThat(down.dropped()).as("but for what it has in hand").isBetween(488L, 1_000L);
            assertThat(down.emitted()).isEqualTo(down.waiting() + down.dropped());
            store.forget(1_500);
            Running.await(
                    "the next too",
                    () -> running.balance("fluent").dropped() == down.dropped() + 500);

            server.open();
            Running.await("shipped", () -> running.balance("fluent").waiting() == 0);
            Ledger.Balance balance = running.balance("fluent");
            assertThat(balance.dropped()).isEqualTo(down.dropped() + 500);
            assertThat(balance.shipped() + balance.dropped()).isEqualTo(balance.emitted());
            Running.await("told", () -> has(running, "events_lost"));
        }
    }

    @Test
    void nothing_is_lost_by_death_silence_and_broken_connections() throws Exception {
        server.open();
        try (Running running = running(Duration.ofMillis(300))) {
            emit(running, 0, 50);
            Running.await("first", () -> server.numbers("next_offset").contains(49L));
            server.close();
            emit(running, 50, 100);
            Running.await("noticed", () -> has(running, "sink_failed"));
            server.manner(ForwardServer.Manner.BREAK_OFF);
            server.open();
            emit(running, 100, 150);
            Running.await("asked", server::asked);
            server.manner(ForwardServer.Manner.SILENT);
            emit(running, 150, 200);
            // it comes again because the acknowledgement did not
            Running.await("sent again", () -> server.unanswered() >= 2);
            server.manner(ForwardServer.Manner.ACKNOWLEDGE);
            emit(running, 200, 250);
            Running.await("all", () -> running.balance("fluent").waiting() == 0);
            assertThat(new HashSet<>(server.numbers("next_offset")))
                    .containsAll(LongStream.range(0, 250).boxed().toList());
            assertThat(running.balance("fluent").dropped()).isZero();
        }
    }

    @Test
    void a_server_that_hangs_does_not_delay_the_end_beyond_its_bound() throws Exception {
        server.manner(ForwardServer.Manner.SILENT);
        server.open();
        Running running = running(Duration.ofSeconds(60));
        emit(running, 0, 10);
        Running.await("asked", server::asked);
        long began = System.nanoTime();
        running.close();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(8));
        Ledger.Balance balance = running.balance("fluent");
        assertThat(balance.shipped()).isZero();
        assertThat(balance.dropped()).isZero();
        assertThat(balance.waiting()).as("for the next process").isEqualTo(balance.emitted());
        server.manner(ForwardServer.Manner.ACKNOWLEDGE);
        try (Running next = Running.on(running.store, settings(Duration.ofSeconds(10)))) {
            Running.await("all", () -> next.balance("fluent").waiting() == 0);
            assertThat(new HashSet<>(server.numbers("next_offset")))
                    .containsAll(LongStream.range(0, 10).boxed().toList());
        }
    }

    private static void emit(Running running, int from, int to) {
        for (int i = from; i < to; i++) {
            running.events().emit(Samples.lifecycle(i));
        }
    }

    private static boolean has(Running running, String event) {
        List<String> lines = running.lines();
        return lines.stream().anyMatch(line -> line.contains("pipeline." + event));
    }

    private Running running(Duration ackTimeout) throws IOException {
        return Running.with(settings(ackTimeout));
    }

    private PipelineSettings settings(Duration ackTimeout) {
        return Running.consoleOnly()
                .with(
                        new PipelineSettings.Fluent(
                                true, server.address(), "robustmq", Severity.INFO, ackTimeout));
    }
}
