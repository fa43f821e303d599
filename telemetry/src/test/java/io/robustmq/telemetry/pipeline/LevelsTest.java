package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Which events are taken, by category and for how long. */
class LevelsTest {
    private static final Admin ADMIN = Admin.withToken("127.0.0.1:4000");
    private static final Event DEBUG = new MessageEvent.Unrouted(Samples.PEER, "a/b", 1);
    private static final Event INFO =
            new ConnectionEvent.Accepted(Samples.PEER, 60, true, false, "tcp", "tcp");

    private final AtomicReference<Instant> now = new AtomicReference<>(Samples.NOON);

    @Test
    void a_level_holds_for_its_category_and_no_other() throws Exception {
        Running running = Running.with(Running.consoleOnly());
        Levels levels = running.pipeline.levels();
        running.events().emit(DEBUG);
        levels.change("message", Severity.DEBUG, Duration.ZERO, ADMIN);
        levels.change("connection", Severity.WARN, Duration.ZERO, ADMIN);
        running.events().emit(DEBUG);
        running.events().emit(INFO);
        running.events().emit(Samples.lifecycle(1));
        List<String> console = running.closedLines();
        assertThat(running.stored())
                .filteredOn(line -> line.contains("message.unrouted"))
                .as("since it was wanted")
                .hasSize(1);
        assertThat(running.stored())
                .noneMatch(line -> line.contains("connection.accepted"))
                .anyMatch(line -> line.contains("journal.closed"));
        assertThat(console)
                .as("a sink keeps to its own level")
                .noneMatch(line -> line.contains("message.unrouted"));
    }

    @Test
    void every_change_is_an_event_that_no_level_leaves_out() throws Exception {
        Running running = Running.with(Running.consoleOnly());
        Levels levels = running.pipeline.levels();
        levels.change(Levels.ALL, Severity.ERROR, Duration.ZERO, ADMIN);
        levels.change("session", Severity.DEBUG, Duration.ofMinutes(10), ADMIN);
        assertThat(running.closedLines())
                .filteredOn(line -> line.contains("audit."))
                .satisfiesExactly(
                        first ->
                                assertThat(first)
                                        .contains(
                                                "\"event\":\"audit.level_changed\"",
                                                "\"who\":\"admin-token\"",
                                                "\"remote_addr\":\"127.0.0.1:4000\"",
                                                "\"outcome\":\"done\"",
                                                "\"event_category\":\"all\"",
                                                "\"new_level\":\"error\"",
                                                "\"old_level\":\"info\"",
                                                "\"limit_seconds\":0"),
                        second ->
                                assertThat(second)
                                        .contains(
                                                "\"event_category\":\"session\"",
                                                "\"new_level\":\"debug\"",
                                                "\"old_level\":\"error\"",
                                                "\"limit_seconds\":600"));
    }

    @Test
    void after_its_time_the_level_before_returns() throws Exception {
        try (Running running = Running.with(Running.consoleOnly(), now::get)) {
            Levels levels = running.pipeline.levels();
            levels.change("session", Severity.WARN, Duration.ZERO, ADMIN);
            levels.change("session", Severity.DEBUG, Duration.ofMinutes(10), ADMIN);
            levels.change("session", Severity.ERROR, Duration.ofMinutes(5), ADMIN);
            levels.change(Levels.ALL, Severity.DEBUG, Duration.ofMinutes(5), ADMIN);
            assertThat(levels.list().getFirst())
                    .isEqualTo(
                            new Levels.Level(
                                    "all",
                                    Severity.DEBUG,
                                    true,
                                    Samples.NOON.plusSeconds(300),
                                    Severity.INFO));
            assertThat(level(levels, "session")).isEqualTo(Severity.ERROR);
            assertThat(level(levels, "message")).isEqualTo(Severity.DEBUG);
            now.updateAndGet(time -> time.plusSeconds(300));
            Running.await("housekeeping", () -> level(levels, "session") == Severity.WARN);
            assertThat(level(levels, "message")).isEqualTo(Severity.INFO);
            assertThat(levels.list()).allMatch(level -> level.until() == null);
            Running.await(
                    "told",
                    () ->
                            running.lines().stream()
                                            .filter(line -> line.contains("\"who\":\"node\""))
                                            .count()
                                    == 2);
        }
    }

    @Test
    void a_category_can_go_back_to_the_level_of_all() throws Exception {
        PipelineSettings.Levels configured =
                new PipelineSettings.Levels(Severity.WARN, Map.of("session", Severity.DEBUG));
        PipelineSettings settings =
                Running.consoleOnly().with(PipelineSettings.Intake.defaults().with(configured));
        try (Running running = Running.with(settings)) {
            Levels levels = running.pipeline.levels();
            assertThat(level(levels, "session")).isEqualTo(Severity.DEBUG);
            levels.change("session", null, Duration.ZERO, ADMIN);
            assertThat(level(levels, "session")).isEqualTo(Severity.WARN);
            levels.change(Levels.ALL, Severity.ERROR, Duration.ZERO, ADMIN);
            assertThat(level(levels, "session")).isEqualTo(Severity.ERROR);
            levels.change(Levels.ALL, null, Duration.ZERO, ADMIN);
            assertThat(level(levels, "session")).as("as configured").isEqualTo(Severity.WARN);
        }
    }

    @Test
    void what_cannot_be_changed_is_refused_with_the_reason() throws Exception {
        try (Running running = Running.with(Running.consoleOnly())) {
            Levels levels = running.pipeline.levels();
            assertThat(levels.change("audit", Severity.ERROR, Duration.ZERO, ADMIN))
                    .isEqualTo(
                            new Levels.Change.Refused("events of category audit are always taken"));
            assertThat(levels.change("mesage", Severity.ERROR, Duration.ZERO, ADMIN).toString())
                    .contains("there is no category mesage", "connection", "message");
            assertThat(
                            levels.change("message", Severity.ERROR, Duration.ofDays(8), ADMIN)
                                    .toString())
                    .contains("at most 7d");
        }
    }

    @Test
    void the_lines_of_libraries_are_made_from_the_level_of_foreign_on() throws Exception {
        try (Running running = Running.with(Running.consoleOnly())) {
            Levels levels = running.pipeline.levels();
            org.slf4j.Logger library = LoggerFactory.getLogger("a.library");
            Running.await(
                    "Logback, and its level",
                    () -> library.isWarnEnabled() && !library.isInfoEnabled());
            library.info("too low");
            levels.change("foreign", Severity.INFO, Duration.ZERO, ADMIN);
            library.info("wanted now");
            Running.await("the line", () -> running.lines().toString().contains("wanted now"));
            levels.change("foreign", null, Duration.ZERO, ADMIN);
            assertThat(library.isInfoEnabled()).isFalse();
            assertThat(running.lines().toString()).doesNotContain("too low");
        }
    }

    private static Severity level(Levels levels, String category) {
        return levels.list().stream()
                .filter(level -> level.category().equals(category))
                .findFirst()
                .orElseThrow()
                .level();
    }
}
