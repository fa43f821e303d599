package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command as its user types it, in this process. */
class JournalToolTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir Path folder;
    private Path journal;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void fill() throws Exception {
        journal = folder.resolve("journal");
        try (TestJournalServer server = TestJournalServer.in(journal);
                DataClient client = server.client()) {
            client.offset(client.append("orders", "one", "two"));
            client.offset(client.appendWithKeys("orders", new byte[] {0, 1, (byte) 0xff}, 0xabc));
        }
    }

    // inspect

    @Test
    void inspect_shows_shards_segments_and_the_first_records() {
        assertThat(run("journal", "inspect", folder.toString(), "--records=5"))
                .isEqualTo(ExitCode.OK);
        assertThat(lines(out).getFirst()).isEqualTo(journal.toString());
        assertThat(lines(out))
                .anyMatch(line -> line.matches("orders: 3 records in 1 segment, \\d+ B"))
                .anyMatch(line ->
                        line.matches(
                                "  0{20}\\.seg  3 records, next offset 3, \\d+ B, open, \\S+Z to \\S+Z"))
                .anyMatch(line -> line.matches("  0  \\S+Z  3 bytes  \"one\""))
                .anyMatch(line -> line.matches("  2  \\S+Z  keys abc  3 bytes  0001ff"))
                .anyMatch(line -> line.startsWith(Catalogue.SHARD + ": 1 record"));
    }

    @Test
    void inspect_as_json_is_one_object_per_line() throws Exception {
        assertThat(
                        run(
                                "journal",
                                "inspect",
                                journal.toString(),
                                "--shard",
                                "orders",
                                "--records",
                                "2",
                                "--json"))
                .isEqualTo(ExitCode.OK);
        List<JsonNode> lines = json();
        assertThat(lines.stream().map(line -> line.path("type").asText()))
                .containsExactly("journal", "shard", "record", "record");
        assertThat(lines.get(1).at("/segments/0/records").asInt()).isEqualTo(3);
        assertThat(lines.get(3).path("text").asText()).isEqualTo("two");
        assertThat(lines.get(3).path("offset").asInt()).isEqualTo(1);
    }

    // verify and repair

    @Test
    void a_whole_journal_verifies_with_0() {
        assertThat(run("journal", "verify", folder.toString())).isEqualTo(ExitCode.OK);
        assertThat(lines(out)).last().isEqualTo("2 shards verified, 0 findings");
    }

    @Test
    void what_is_wrong_is_told_with_1_and_repaired_only_with_yes() throws Exception {
        Path segment = journal.resolve("orders").resolve("00000000000000000000.seg");
        long whole = Files.size(segment);
        Files.write(segment, new byte[] {0, 0, 1}, StandardOpenOption.APPEND);

        assertThat(run("journal", "verify", folder.toString())).isEqualTo(ExitCode.FOUND);
        assertThat(lines(out))
                .contains(
                        segment
                                + ":"
                                + whole
                                + ": torn_tail: 3 bytes: 3 bytes, a record has at least 33; no record is lost")
                .last()
                .isEqualTo("2 shards verified, 1 finding");

        assertThat(run("journal", "repair", folder.toString())).isEqualTo(ExitCode.FOUND);
        assertThat(lines(out))
                .contains("    Would be done: cut at byte " + whole + ".")
                .last()
                .isEqualTo("nothing was changed; say --yes to have it done");
        assertThat(Files.size(segment)).isEqualTo(whole + 3);

        assertThat(run("journal", "repair", folder.toString(), "--yes")).isEqualTo(ExitCode.OK);
        assertThat(lines(out))
                .contains("    Done: cut at byte " + whole + ".")
                .last()
                .isEqualTo("1 finding repaired, 0 left");
        assertThat(Files.size(segment)).isEqualTo(whole);
        assertThat(run("journal", "verify", folder.toString())).isEqualTo(ExitCode.OK);
    }

    @Test
    void lost_records_are_told_with_their_offsets() throws Exception {
        Path segment = journal.resolve("orders").resolve("00000000000000000000.seg");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[30 + 36 + 34] ^= 1; // in the payload of the second of three
        Files.write(segment, bytes);
        assertThat(run("journal", "verify", journal.toString(), "--json"))
                .isEqualTo(ExitCode.FOUND);
        JsonNode finding = json().get(1);
        assertThat(finding.path("kind").asText()).isEqualTo("damaged_records");
        assertThat(finding.path("first_lost_offset").asInt()).isEqualTo(1);
        assertThat(finding.path("lost_records").asInt()).isEqualTo(1);
        assertThat(finding.path("repair").asText()).isEqualTo("none");
        run("journal", "verify", journal.toString());
        assertThat(lines(out)).anyMatch(line -> line.endsWith("; 1 record lost, offsets 1 to 1"));
    }

    // What cannot be done

    @Test
    void a_journal_that_is_open_is_73() throws Exception {
        try (TestJournalServer server = TestJournalServer.in(journal)) {
            assertThat(server.shards.size()).isEqualTo(1);
            for (String action : List.of("inspect", "verify", "repair")) {
                assertThat(run("journal", action, folder.toString()))
                        .isEqualTo(ExitCode.CANNOT_CREATE);
                assertThat(lines(err))
                        .containsExactly(
                                "robustmq: "
                                        + journal
                                        + " is open in another process; stop that first");
            }
        }
    }

    @Test
    void a_folder_that_is_not_there_or_no_journal_is_66() {
        Path none = folder.resolve("none");
        assertThat(run("journal", "verify", none.toString())).isEqualTo(ExitCode.NO_INPUT);
        assertThat(lines(err)).containsExactly("robustmq: " + none + ": no such folder");
        assertThat(run("journal", "verify", journal.resolve("orders").toString()))
                .isEqualTo(ExitCode.NO_INPUT);
        assertThat(lines(err))
                .containsExactly(
                        "robustmq: "
                                + journal.resolve("orders")
                                + ": no journal: it has no file LOCK");
        assertThat(run("journal", "verify", journal.toString(), "--shard=none"))
                .isEqualTo(ExitCode.NO_INPUT);
        assertThat(lines(err))
                .containsExactly("robustmq: " + journal.resolve("none") + ": no such shard");
    }

    @ParameterizedTest
    @CsvSource({
        "journal, 'journal needs a command: robustmq journal inspect|verify|repair DIR'",
        "journal verify, 'journal verify needs a folder: robustmq journal verify DIR'",
        "journal verify a b, unexpected argument b: try robustmq help",
        "journal verify a --yes, unknown option --yes: try robustmq help",
        "journal verify a --records=1, unknown option --records=1: try robustmq help",
        "journal inspect a --records=x, '--records must be a whole number from 0 to 100000, was x'",
        "journal inspect a --shard, '--shard needs a name: --shard=NAME'",
    })
    void what_is_not_understood_is_64_with_one_line(String line, String told) {
        assertThat(run(line.split(" "))).isEqualTo(ExitCode.USAGE);
        assertThat(lines(err)).containsExactly("robustmq: " + told);
    }

    private ExitCode run(String... arguments) {
        out.reset();
        err.reset();
        return new Main(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Map.of(),
                        folder)
                .run(arguments);
    }

    private static List<String> lines(ByteArrayOutputStream of) {
        return of.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private List<JsonNode> json() throws IOException {
        List<JsonNode> nodes = new ArrayList<>();
        for (String line : lines(out)) {
            nodes.add(JSON.readTree(line));
        }
        return nodes;
    }
}
