package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.robustmq.telemetry.catalogue.Catalogue;
import io.robustmq.telemetry.catalogue.EventsSchema;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineTest {
    private static final JsonSchema SCHEMA =
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(EventsSchema.of(Catalogue.read()));

    @TempDir Path directory;

    @Test
    void every_event_type_is_written_as_the_published_schema_says() throws Exception {
        PipelineSettings settings =
                Running.consoleOnly()
                        .with(
                                new PipelineSettings.Console(
                                        true, PipelineSettings.Format.JSON, Severity.DEBUG))
                        .with(PipelineSettings.Intake.defaults().with(Running.level("debug")));
        List<Event> events = Samples.ofEachType();
        Running running = Running.with(settings);
        events.forEach(running.events()::emit);
        List<String> lines = running.closedLines();
        assertThat(lines).hasSize(events.size() + 2); // and pipeline.started, pipeline.stopping
        for (String line : lines) {
            assertThat(SCHEMA.validate(line, InputFormat.JSON)).as(line).isEmpty();
        }
    }

    @Test
    void a_record_that_is_not_as_published_does_not_pass_the_schema() throws Exception {
        Running running = Running.with(Running.consoleOnly());
        String line = running.closedLines().getFirst();
        assertThat(SCHEMA.validate(line, InputFormat.JSON)).isEmpty();
        for (String wrong :
                List.of(
                        line.replace("\"queue_capacity\":", "\"queue_size\":"),
                        line.replaceFirst("\"queue_capacity\":\\d+", "\"queue_capacity\":\"1\""),
                        line.replace("pipeline.started", "pipeline.begun"),
                        line.replace("\"info\"", "\"error\""),
                        line.replaceFirst("\"seq\":\\d+,", ""))) {
            assertThat(wrong).isNotEqualTo(line);
            assertThat(SCHEMA.validate(wrong, InputFormat.JSON)).as(wrong).isNotEmpty();
        }
    }

    @Test
    void a_human_sees_one_aligned_line() throws Exception {
        Running running =
                Running.with(Running.consoleOnly().with(PipelineSettings.Console.defaults()));
        TraceContext trace = new TraceContext(1, 2, 3, true, "");
        running.events()
                .emit(
                        new ConnectionEvent.Accepted(Samples.PEER, 60, true, false, "tcp", "tcp"),
                        trace);
        running.events()
                .emit(
                        new ConnectionEvent.Refused(
                                Samples.PEER, 0x85, "client id \"x\"\u001b[31m\nforged line"));
        List<String> lines = running.closedLines();
        assertThat(lines.get(1))
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z .*")
                .endsWith(
                        " INFO  connection.accepted              protocol=mqtt/5.0 connection_id=7"
                                + " client_id=client-1 remote_addr=127.0.0.1:50000"
                                + " keep_alive_seconds=60 clean_start=true session_present=false"
                                + " listener=tcp transport=tcp"
                                + " trace_id=00000000000000010000000000000002");
        assertThat(lines.get(2))
                .contains(" WARN  connection.refused               protocol=")
                .endsWith("detail=\"client id \\\"x\\\"\\u001b[31m\\nforged line\"");
    }

    @Test
    void console_and_file_get_the_same_records_in_order() throws Exception {
        PipelineSettings settings =
                Running.consoleOnly()
                        .with(
                                new PipelineSettings.RollingFile(
                                        true, directory, "node", Severity.INFO, 1 << 20, 7));
        Running running = Running.with(settings);
        Events events = running.events();
        for (int i = 0; i < 500; i++) {
            events.emit(Samples.lifecycle(i));
        }
        List<String> console = running.closedLines();
        try (Stream<Path> files = Files.list(directory)) {
            Path file = files.findFirst().orElseThrow();
            assertThat(file.getFileName().toString())
                    .matches("node-\\d{4}-\\d\\d-\\d\\d\\.1\\.log");
            assertThat(Files.readAllLines(file)).isEqualTo(console);
        }
        assertThat(console).hasSize(502);
        for (int i = 0; i < console.size(); i++) {
            assertThat(console.get(i)).startsWith("{\"seq\":" + i + ",");
        }
    }

    @Test
    void identities_are_hashed_where_asked_and_nothing_else() throws Exception {
        PipelineSettings settings =
                Running.consoleOnly()
                        .with(PipelineSettings.Intake.defaults().hashing(new Secret("a salt")));
        Running running = Running.with(settings);
        for (int i = 0; i < 2; i++) {
            running.events()
                    .emit(
                            new MessageEvent.Dropped(
                                    "client-1", "a/b", 1, MessageEvent.DropReason.QUEUE_FULL));
        }
        List<String> lines = running.closedLines();
        assertThat(lines.get(1))
                .doesNotContain("client-1")
                .containsPattern("\"client_id\":\"[0-9a-f]{16}\"")
                .contains("\"topic_name\":\"a/b\"", "\"reason\":\"queue_full\"");
        assertThat(lines.get(2))
                .contains(lines.get(1).replaceAll(".*(\"client_id\":\"\\w+\").*", "$1"));
    }

    @Test
    void hashes_are_the_same_on_every_node_that_has_the_same_salt() throws Exception {
        assertThat(hashWith("a salt")).isEqualTo(hashWith("a salt"));
        assertThat(hashWith("a salt")).isNotEqualTo(hashWith("another"));
        assertThat(hashWith("")).as("nobody's").isNotEqualTo(hashWith(""));
    }

    private static String hashWith(String salt) throws Exception {
        Running running =
                Running.with(
                        Running.consoleOnly()
                                .with(
                                        PipelineSettings.Intake.defaults()
                                                .hashing(new Secret(salt))));
        running.events().emit(Samples.keyed("client-1"));
        return running.closedLines().get(1).replaceAll(".*\"client_id\":\"(\\w+)\".*", "$1");
    }

    @Test
    @SuppressWarnings("NullAway") // what a defect does
    void a_broken_event_hurts_neither_who_emits_it_nor_the_others() throws Exception {
        Running running = Running.with(Running.consoleOnly());
        running.events().emit(Samples.keyed(null));
        running.events().emit(new ConnectionEvent.Closed(null, null, 0, 0, 0, 0, 0, 0));
        running.events().emit(new ConnectionEvent.LimitReached(null, 10));
        running.events().emit(new ConnectionEvent.Failed(null, null));
        running.events().emit(Samples.lifecycle(1));
        List<String> lines = running.closedLines();
        assertThat(lines).anyMatch(line -> line.contains("journal.closed"));
        assertThat(lines)
                .filteredOn(line -> line.contains("limit_reached"))
                .singleElement()
                .asString()
                .contains("\"remote_addr\":\"\"");
        Ledger.Balance balance = running.balance("console");
        assertThat(balance.dropped()).isEqualTo(3);
        assertThat(balance.emitted()).isEqualTo(balance.shipped() + balance.dropped());
    }

    @Test
    void a_sink_gets_nothing_below_its_level() throws Exception {
        PipelineSettings settings =
                Running.consoleOnly()
                        .with(
                                new PipelineSettings.Console(
                                        true, PipelineSettings.Format.JSON, Severity.ERROR));
        Running running = Running.with(settings);
        running.events().emit(Samples.lifecycle(1));
        running.events().emit(new ConnectionEvent.LimitReached("127.0.0.1:1", 10));
        assertThat(running.closedLines()).singleElement().asString().contains("limit_reached");
    }

    @Test
    void every_event_has_its_series_from_the_start() throws Exception {
        try (Running running = Running.with(Running.consoleOnly())) {
            MetricSnapshot events =
                    running.pipeline
                            .registry()
                            .scrape(name -> name.equals("robustmq_log_events"))
                            .get(0);
            int levelsOfLines = 4;
            int each = Catalogue.read().events().size() - 1;
            assertThat(events.getDataPoints()).hasSize(each + levelsOfLines);
            assertThat(running.pipeline.registry().scrape().stream())
                    .extracting(snapshot -> snapshot.getMetadata().getPrometheusName())
                    .contains("jvm_memory_used_bytes", "robustmq_pipeline_waiting");
        }
    }
}
