package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.telemetry.catalogue.Catalogue;
import io.robustmq.telemetry.catalogue.CataloguedEvent;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.telemetry.event.PipelineEvent;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSinkTest {
    private static final CataloguedEvent EVENT = Catalogue.read(JournalEvent.Closed.class);
    private static final int LINE = line(0).length() + 1;

    private final MemoryDirectory disk = new MemoryDirectory();
    private final List<Event> emitted = new ArrayList<>();
    private final Events events =
            new Events() {
                @Override
                public void emit(Event event) {
                    emitted.add(event);
                }

                @Override
                public void emit(Event event, TraceContext trace) {
                    emitted.add(event);
                }
            };

    @Test
    void a_file_that_would_get_too_large_is_finished_and_the_next_begun() throws IOException {
        FileSink sink = sink(3 * LINE, 7);
        sink.ship(records(0, 7));
        assertThat(disk.names())
                .containsExactly("r-2026-11-23.1.log", "r-2026-11-23.2.log", "r-2026-11-23.3.log");
        assertThat(disk.lines("r-2026-11-23.1.log")).containsExactly(line(0), line(1), line(2));
        assertThat(disk.lines("r-2026-11-23.3.log")).containsExactly(line(6));
        assertThat(emitted)
                .containsExactly(
                        new PipelineEvent.FileRolled("r-2026-11-23.1.log", 3L * LINE),
                        new PipelineEvent.FileRolled("r-2026-11-23.2.log", 3L * LINE));
    }

    @Test
    void a_new_day_begins_a_new_file_and_old_days_go() throws IOException {
        disk.put("r-2026-11-20.1.log", "old\n");
        disk.put("r-2026-11-22.1.log", "kept\n");
        disk.put("other-2020-01-01.1.log", "not ours\n");
        FileSink sink = sink(1 << 20, 2);
        sink.ship(records(0, 1));
        assertThat(disk.names())
                .containsExactly(
                        "other-2020-01-01.1.log", "r-2026-11-22.1.log", "r-2026-11-23.1.log");
        sink.ship(List.of(record(1, Samples.NOON.plus(Duration.ofDays(2)))));
        assertThat(disk.names())
                .containsExactly(
                        "other-2020-01-01.1.log", "r-2026-11-23.1.log", "r-2026-11-25.1.log");
        assertThat(emitted)
                .containsExactly(new PipelineEvent.FileRolled("r-2026-11-23.1.log", LINE));
    }

    @Test
    void after_a_restart_the_days_last_file_is_continued() throws IOException {
        disk.put("r-2026-11-23.1.log", "full\n");
        disk.put("r-2026-11-23.2.log", "before\n");
        sink(1 << 20, 7).ship(records(0, 1));
        assertThat(disk.lines("r-2026-11-23.2.log")).containsExactly("before", line(0));
        assertThat(emitted).isEmpty();
    }

    @Test
    void a_line_that_a_crash_tore_is_left_alone() throws IOException {
        disk.put("r-2026-11-23.1.log", "before\n{\"torn");
        sink(1 << 20, 7).ship(records(0, 1));
        assertThat(disk.lines("r-2026-11-23.1.log")).containsExactly("before", "{\"torn");
        assertThat(disk.lines("r-2026-11-23.2.log")).containsExactly(line(0));
    }

    @Test
    void a_full_disk_leaves_whole_lines_each_once() throws IOException {
        FileSink sink = sink(3 * LINE, 7);
        List<FlatRecord> batch = records(0, 8);
        for (int free : new int[] {LINE / 2, LINE, 3 * LINE + 7, 0, 2 * LINE}) {
            disk.free(free);
            assertThatThrownBy(() -> sink.ship(batch)).hasMessageContaining("No space left");
        }
        disk.free(Long.MAX_VALUE);
        sink.ship(batch);
        List<String> all = new ArrayList<>();
        disk.names().forEach(name -> all.addAll(disk.lines(name)));
        assertThat(all).isEqualTo(IntStream.range(0, 8).mapToObj(FileSinkTest::line).toList());
    }

    @Test
    void a_clock_that_goes_back_stays_in_the_file() throws IOException {
        FileSink sink = sink(1 << 20, 7);
        sink.ship(records(0, 1));
        sink.ship(List.of(record(1, Samples.NOON.minus(Duration.ofDays(1)))));
        assertThat(disk.names()).containsExactly("r-2026-11-23.1.log");
        assertThat(disk.lines("r-2026-11-23.1.log")).hasSize(2);
    }

    @Test
    void on_a_real_disk_a_deleted_directory_comes_back(@TempDir Path root) throws IOException {
        Path directory = root.resolve("logs");
        FileSink sink = new FileSink(settings(2 * LINE, 7), LogDirectory.on(directory), events);
        sink.ship(records(0, 1));
        Path file = directory.resolve("r-2026-11-23.1.log");
        assertThat(Files.readAllLines(file)).containsExactly(line(0));
        Files.delete(file);
        Files.delete(directory);
        sink.ship(records(1, 4));
        try (var files = Files.list(directory)) {
            assertThat(files).isNotEmpty();
        }
    }

    private FileSink sink(long maxSizeBytes, int keepDays) {
        return new FileSink(settings(maxSizeBytes, keepDays), disk, events);
    }

    private static PipelineSettings.RollingFile settings(long maxSizeBytes, int keepDays) {
        return new PipelineSettings.RollingFile(
                true, Path.of("logs"), "r", Severity.INFO, maxSizeBytes, keepDays);
    }

    private static List<FlatRecord> records(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> record(i, Samples.NOON)).toList();
    }

    private static FlatRecord record(int seq, Instant time) {
        return new FlatRecord(
                seq,
                time,
                EVENT,
                Severity.INFO,
                Service.JOURNAL_SERVER,
                "node-1",
                0,
                null,
                new Object[] {"s", 5L});
    }

    private static String line(int seq) {
        return "{\"seq\":"
                + seq
                + ",\"time\":\"2026-11-23T12:00:00.123456Z\",\"event\":\"journal.closed\","
                + "\"level\":\"info\",\"service\":\"journal-server\","
                + "\"node_id\":\"node-1\",\"suppressed\":0,\"shard\":\"s\",\"next_offset\":5}";
    }
}
