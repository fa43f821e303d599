package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.Severity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Written + told as suppressed = occurrences, whatever comes after. */
class SuppressedTest {
    private static final long THREADS = 4;
    private static final int EACH = 50_000;

    private final AtomicReference<Instant> now = new AtomicReference<>(Samples.NOON);

    @Test
    void what_no_later_event_tells_of_is_told_by_a_record_of_its_own() throws Exception {
        try (Running running = Running.with(Running.consoleOnly(), now::get)) {
            for (int i = 0; i < 25; i++) {
                running.events().emit(Samples.keyed("client-1"));
            }
            now.updateAndGet(time -> time.plusSeconds(60));
            Running.await("the record", () -> running.lines().size() == 12);
            assertThat(running.lines().getLast())
                    .contains(
                            "\"event\":\"pipeline.events_suppressed\"",
                            "\"suppressed_event\":\"session.expired\"",
                            "\"suppressed_key\":\"client-1\"",
                            "\"left_out\":15");
        }
    }

    @Test
    void the_key_is_hashed_as_the_client_is() throws Exception {
        Running running =
                Running.with(
                        Running.consoleOnly()
                                .with(
                                        PipelineSettings.Intake.defaults()
                                                .hashing(new Secret("a salt"))),
                        now::get);
        for (int i = 0; i < 25; i++) {
            running.events().emit(Samples.keyed("client-1"));
        }
        List<String> lines = running.closedLines();
        String hash = lines.get(1).replaceAll(".*\"client_id\":\"(\\w+)\".*", "$1");
        assertThat(lines).anyMatch(line -> line.contains("\"suppressed_key\":\"" + hash + "\""));
        assertThat(lines).noneMatch(line -> line.contains("client-1"));
    }

    @Test
    void written_and_told_and_pending_are_the_occurrences_with_many_threads() throws Exception {
        Count count = countOfManyThreads(1 << 19);
        assertThat(count.written + count.told + count.pending).isEqualTo(THREADS * EACH);
        assertThat(count.suppressed).isEqualTo(count.told + count.pending);
    }

    @Test
    void a_record_that_the_queue_had_no_room_for_takes_no_count_with_it() throws Exception {
        Count count = countOfManyThreads(32);
        assertThat(count.suppressed).isEqualTo(count.told + count.pending);
        assertThat(count.written + count.suppressed).isLessThanOrEqualTo(THREADS * EACH);
    }

    private record Count(long written, long told, long pending, long suppressed) {}

    private Count countOfManyThreads(int queueCapacity) throws Exception {
        PipelineSettings settings =
                Running.consoleOnly()
                        .with(
                                new PipelineSettings.Intake(
                                        queueCapacity,
                                        0,
                                        2,
                                        5,
                                        false,
                                        Secret.NONE,
                                        Severity.ERROR,
                                        PipelineSettings.Levels.defaults()));
        Running running = Running.with(settings, now::get);
        List<Thread> busy = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            busy.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int i = 0; i < EACH; i++) {
                                    running.events().emit(Samples.keyed("k" + i / 64 % 9));
                                }
                            }));
        }
        while (busy.stream().anyMatch(Thread::isAlive)) {
            now.updateAndGet(time -> time.plusSeconds(4));
            running.pipeline.intake().tellSuppressed();
            Thread.onSpinWait();
        }
        Running.await("an empty queue", () -> running.pipeline.intake().queue().size() == 0);
        running.close();
        long written = 0;
        long inRecords = 0;
        long alone = 0;
        for (String line : running.stored()) {
            if (line.contains("\"event\":\"session.expired\"")) {
                written++;
                inRecords += number(line, "suppressed");
            } else if (line.contains("\"suppressed_event\":\"session.expired\"")) {
                alone += number(line, "left_out");
            }
        }
        Intake intake = running.pipeline.intake();
        return new Count(
                written, inRecords + alone, intake.throttle().pending(), intake.suppressed());
    }

    private static long number(String line, String field) {
        Matcher found = Pattern.compile("\"" + field + "\":(\\d+)").matcher(line);
        if (!found.find()) {
            throw new AssertionError(line);
        }
        return Long.parseLong(found.group(1));
    }
}
