package io.robustmq.eventlog;

import static io.robustmq.eventlog.TestEvents.BEGIN;
import static io.robustmq.eventlog.TestEvents.info;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.journal.Retention;
import io.robustmq.telemetry.event.Severity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainerTest {
    private static final Instant NOW = BEGIN.plus(Duration.ofHours(1));

    @TempDir Path directory;

    private static Explainer explainer(TestEvents events) {
        EventSearch search = events.search();
        return new Explainer(search::page, id -> null, InstantSource.fixed(NOW), ZoneOffset.UTC);
    }

    private static TestEvents.Draft accepted(long connection, Instant at) {
        return info("connection.accepted")
                .peer(connection, "c1", "10.0.0.1", 4000)
                .with(",\"keep_alive_seconds\":60,\"clean_start\":true,\"session_present\":false")
                .at(at);
    }

    private static TestEvents.Draft closed(long connection, Instant at) {
        return info("connection.closed")
                .peer(connection, "c1", "10.0.0.1", 4000)
                .with(",\"ending\":\"peer_closed\",\"reason_code\":0")
                .at(at);
    }

    @Test
    void an_empty_store_says_that_it_is() throws Exception {
        try (TestEvents events = TestEvents.in(directory, 1 << 20)) {
            Explanation told = explainer(events).client("c1", null);
            assertThat(told.verdict()).startsWith("No event names this client: ");
            assertThat(told.missing()).containsExactly("The store has no events at all.");
        }
    }

    @Test
    void the_story_says_where_the_store_begins_and_what_was_not_asked_for() throws Exception {
        InstantSource later = InstantSource.fixed(NOW);
        Retention all = new Retention(0, Duration.ZERO, false);
        try (TestEvents events = TestEvents.in(directory, 1 << 20, later, all)) {
            events.add(accepted(1, BEGIN));
            events.add(closed(1, BEGIN.plusSeconds(5)));
            assertThat(explainer(events).client("c1", null).missing())
                    .containsExactly(
                            "The store begins at 10:00:00; this client was known before that: how it began is not there.");
            Explanation part = explainer(events).client("c1", BEGIN.plusSeconds(1));
            assertThat(part.missing())
                    .contains("Asked for since 10:00:01: what was before is not told.");
            assertThat(part.story()).hasSize(1);
        }
    }

    @Test
    void what_retention_removed_and_what_is_damaged_is_told() throws Exception {
        try (TestEvents events =
                TestEvents.in(
                        directory,
                        1 << 20,
                        InstantSource.system(),
                        new Retention(0, Duration.ZERO, false))) {
            events.add(accepted(1, BEGIN));
            long noEvent = events.add("garbage".getBytes(StandardCharsets.UTF_8), clientKey());
            events.add(closed(1, BEGIN.plusSeconds(5)));
            assertThat(explainer(events).client("c1", null).missing())
                    .anyMatch(line ->
                            line.startsWith(
                                    "Events " + noEvent + " to " + noEvent + " cannot be read: "));
        }
        EventSearch.Gap gap = new EventSearch.Gap(0, 5, "retention removed them");
        Explainer gone =
                new Explainer(
                        query -> new EventSearch.Page(List.of(), 0, false, List.of(gap)),
                        id -> null,
                        InstantSource.fixed(NOW),
                        ZoneOffset.UTC);
        assertThat(gone.client("c1", null).missing())
                .contains("Events 0 to 4 cannot be read: retention removed them.");
    }

    private static int clientKey() {
        return io.robustmq.telemetry.pipeline.EventKeys.of(
                io.robustmq.telemetry.pipeline.EventKeys.Kind.CLIENT, "c1");
    }

    @Test
    void events_that_the_node_dropped_and_connections_without_a_name_are_told() throws Exception {
        try (TestEvents events = TestEvents.in(directory, 1 << 20)) {
            events.add(accepted(1, BEGIN));
            events.add(
                    new TestEvents.Draft("pipeline.events_dropped", Severity.WARN)
                            .with(",\"sink\":\"emit\",\"dropped\":17")
                            .at(BEGIN.plusSeconds(1)));
            events.add(
                    new TestEvents.Draft("connection.handshake_timed_out", Severity.WARN)
                            .peer(2, "", "10.0.0.1", 4001)
                            .with(",\"timeout_millis\":10000")
                            .at(BEGIN.plusSeconds(2)));
            events.add(
                    new TestEvents.Draft("connection.handshake_timed_out", Severity.WARN)
                            .peer(3, "", "10.0.0.2", 4001)
                            .with(",\"timeout_millis\":10000")
                            .at(BEGIN.plusSeconds(3)));
            Explanation told = explainer(events).client("c1", null);
            assertThat(told.missing())
                    .anyMatch(line -> line.startsWith("The node dropped 17 events before "))
                    .anyMatch(line ->
                            line.startsWith(
                                    "1 connection from 10.0.0.1 ended before a client id was known"));
            assertThat(told.story().getLast().text())
                    .isEqualTo("no CONNECT came within 10 s on a connection from 10.0.0.1:4001");
        }
    }

    @Test
    void numbers_of_connections_that_began_anew_are_not_confused() throws Exception {
        try (TestEvents events = TestEvents.in(directory, 1 << 20)) {
            events.add(accepted(1, BEGIN));
            events.add(
                    info("placement.node_stopping")
                            .with(",\"connections\":1")
                            .at(BEGIN.plusSeconds(1)));
            events.add(closed(1, BEGIN.plusSeconds(1)));
            events.add(info("placement.config_loaded").at(BEGIN.plusSeconds(2)));
            events.add(accepted(1, BEGIN.plusSeconds(3)));
            Explanation told = explainer(events).client("c1", null);
            assertThat(told.verdict())
                    .startsWith(
                            "It is connected since 10:00:03 from 10.0.0.1:4000. Last disconnect: 10:00:01, ");
            assertThat(told.findings().stream().map(Explanation.Finding::pattern))
                    .doesNotContain("broker_killed");
        }
    }

    @Test
    void a_start_without_a_stop_before_it_is_a_crash() throws Exception {
        try (TestEvents events = TestEvents.in(directory, 1 << 20)) {
            events.add(accepted(1, BEGIN));
            events.add(info("placement.config_loaded").at(BEGIN.plusSeconds(9)));
            Explanation told = explainer(events).client("c1", null);
            assertThat(told.verdict())
                    .startsWith(
                            "It is not connected. Last disconnect: before 10:00:09, when the broker started again without having been stopped in order.");
            assertThat(told.findings().getFirst().pattern()).isEqualTo("broker_killed");
        }
    }

    @Test
    void a_payload_that_a_schema_refused_is_told_with_the_schema_and_the_place() throws Exception {
        try (TestEvents events = TestEvents.in(directory, 1 << 20)) {
            events.add(accepted(1, BEGIN));
            for (String refused : List.of("false", "true")) {
                events.add(
                        new TestEvents.Draft("message.schema_violated", Severity.WARN)
                                .peer(1, "c1", "10.0.0.1", 4000)
                                .topic("plant/1")
                                .with(
                                        ",\"schema\":\"pumps\",\"violation\":\"mismatch\",\"location\":\"/rpm\",\"rule\":\"/properties/rpm/type\",\"refused\":"
                                                + refused)
                                .at(BEGIN.plusSeconds(1)));
            }
            Explanation full = explainer(events).client("c1", null);
            assertThat(full.findings().stream().map(Explanation.Finding::pattern))
                    .containsExactly("schema_violated");
            assertThat(full.verdict())
                    .contains(
                            "what is not as schema pumps says. The last time: The broker refused it, as its payload is not as schema pumps says, mismatch by /properties/rpm/type at /rpm.");
        }
    }

    @Test
    void a_full_disk_is_told_with_what_it_refused_and_whether_it_is_over() throws Exception {
        try (TestEvents events = TestEvents.in(directory, 1 << 20)) {
            events.add(accepted(1, BEGIN));
            events.add(
                    new TestEvents.Draft("journal.append_failed", Severity.ERROR)
                            .with(
                                    ",\"shard\":\"mqtt\",\"error_type\":\"java.io.IOException\",\"error_msg\":\"No space left on device\"")
                            .at(BEGIN.plusSeconds(1)));
            events.add(
                    new TestEvents.Draft("message.rejected", Severity.WARN)
                            .peer(1, "c1", "10.0.0.1", 4000)
                            .topic("plant/1")
                            .with(
                                    ",\"reason_code\":151,\"detail\":\"it could not be stored: No space left on device\"")
                            .at(BEGIN.plusSeconds(2)));
            Explanation full = explainer(events).client("c1", null);
            assertThat(full.findings().stream().map(Explanation.Finding::pattern))
                    .containsExactly("publish_refused_no_room", "disk_failed");
            assertThat(full.verdict())
                    .contains(
                            "The broker could not write to its disk at 10:00:01: \"No space left on device\"; it still cannot.");
            events.add(
                    info("journal.recovered")
                            .with(",\"shard\":\"mqtt\",\"failed_millis\":5000")
                            .at(BEGIN.plusSeconds(6)));
            assertThat(explainer(events).client("c1", null).verdict())
                    .contains("it can again since 10:00:06.");
        }
    }

    @Test
    void hashed_ids_are_asked_for_by_their_hash() throws Exception {
        try (TestEvents events = TestEvents.in(directory, 1 << 20)) {
            events.add(accepted(1, BEGIN));
            EventSearch search = events.search();
            Explainer hashing =
                    new Explainer(
                            search::page,
                            id -> id.equals("pump") ? "c1" : "none",
                            InstantSource.fixed(NOW),
                            ZoneOffset.UTC);
            Explanation told = hashing.client("pump", null);
            assertThat(told.verdict()).startsWith("It is connected since 10:00:00");
            assertThat(told.missing().getFirst())
                    .contains("this client is c1 since the node's last start");
        }
    }

    @Test
    void a_text_for_people_and_one_for_tools_say_the_same() throws IOException {
        Explanation told =
                new Explanation(
                        "client c1",
                        "It is gone.",
                        List.of(new Explanation.Finding("gone", "It is gone.", "Look for it.")),
                        List.of(new Explanation.Step(BEGIN, BEGIN, 1, Severity.WARN, "went", 3, 4)),
                        List.of("Where to."));
        assertThat(new ExplanationText(NOW, ZoneOffset.UTC, false).of(told))
                .isEqualTo(
                        """
                        client c1

                        It is gone.

                        What happened
                          10:00:00            went

                        What to do
                          - Look for it.

                        What is not known
                          - Where to.
                        """);
        assertThat(new ExplanationText(NOW, ZoneOffset.UTC, true).of(told))
                .contains("\u001b[1mclient c1\u001b[0m", "\u001b[33mwent\u001b[0m\n");
        assertThat(new String(ExplanationJson.of(told), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"subject\":\"client c1\",\"verdict\":\"It is gone.\",\"findings\":[{\"pattern\":\"gone\",\"text\":\"It is gone.\",\"action\":\"Look for it.\"}],\"story\":[{\"from\":\"2026-11-25T10:00:00Z\",\"until\":\"2026-11-25T10:00:00Z\",\"times\":1,\"level\":\"warn\",\"text\":\"went\",\"first_seq\":3,\"last_seq\":4}],\"missing\":[\"Where to.\"]}");
    }
}
