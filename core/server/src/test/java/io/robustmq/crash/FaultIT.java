package io.robustmq.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.testkit.FaultyDisk;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.RobustMq;
import io.robustmq.testkit.SmallDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A disk that is full or fails under the running process: nothing is acknowledged that is not kept,
 * what needs no disk goes on, and the same process recovers.
 */
final class FaultIT {
    private static final int QUOTA_EXCEEDED = 0x97;

    @TempDir Path scratch;
    private Path elsewhere = Path.of("");

    @BeforeEach
    void logsAreOnAnotherDisk() throws Exception {
        elsewhere = Files.createDirectory(scratch.resolve("elsewhere"));
    }

    @ParameterizedTest
    @NeedsPart(Part.C_COMPILER)
    @CsvSource({
        "ENOSPC, write open",
        "EDQUOT, write",
        "EIO, write sync",
        "EIO, sync", // the write went well, so some of it may be on disk
        "EROFS, write sync truncate open rename unlink"
    })
    void a_failing_disk_costs_nothing_that_was_acknowledged(String error, String calls)
            throws Exception {
        Path data = Files.createDirectory(scratch.resolve("data"));
        FaultyDisk disk = FaultyDisk.of(data, scratch);
        FaultSteps steps = new FaultSteps();
        RobustMq.Setup setup = setup(data);
        disk.environment().forEach(setup::environment);
        try (RobustMq node = setup.start()) {
            steps.begin(node);
            for (int time = 0; time < 2; time++) {
                disk.fail(error + ' ' + calls);
                int code = steps.publishUntilRefused(1);
                if (error.equals("ENOSPC")) {
                    assertThat(code).isEqualTo(QUOTA_EXCEEDED);
                }
                steps.everythingElseWhileItFails();
                disk.heal();
                steps.worksAgain();
            }
            told(node, data);
            node.kill();
        }
        try (RobustMq node = setup(data).start()) {
            steps.nothingIsMissing(node);
        }
    }

    @Test
    @NeedsPart(Part.C_COMPILER)
    void a_kill_while_the_disk_fails_costs_nothing_either() throws Exception {
        Path data = Files.createDirectory(scratch.resolve("data"));
        FaultyDisk disk = FaultyDisk.of(data, scratch);
        FaultSteps steps = new FaultSteps();
        RobustMq.Setup setup = setup(data);
        disk.environment().forEach(setup::environment);
        try (RobustMq node = setup.start()) {
            steps.begin(node);
            disk.fail("EIO write sync truncate");
            steps.publishUntilRefused(1);
            node.kill();
        }
        try (RobustMq node = setup(data).start()) {
            steps.nothingIsMissing(node);
        }
    }

    @Test
    @NeedsPart(Part.SMALL_DISK)
    void a_full_disk_takes_messages_again_once_there_is_room() throws Exception {
        try (SmallDisk disk = SmallDisk.mounted(scratch, 64)) {
            Path data = disk.folder().resolve("data");
            FaultSteps steps = new FaultSteps();
            try (RobustMq node = setup(data).start()) {
                steps.begin(node);
                disk.fill(3 << 20);
                assertThat(steps.publishUntilRefused(5_000)).isEqualTo(QUOTA_EXCEEDED);
                steps.everythingElseWhileItFails();
                disk.makeRoom();
                steps.worksAgain();
                told(node, data);
                node.kill();
            }
            try (RobustMq node = setup(data).start()) {
                steps.nothingIsMissing(node);
            }
        }
    }

    private RobustMq.Setup setup(Path data) {
        return RobustMq.in(data)
                .set("sinks.file.directory", elsewhere.toString())
                .set("journal.segment-size", "1MiB");
    }

    private static void told(RobustMq node, Path data) throws Exception {
        JsonNode failed = node.awaitRecord("journal.append_failed");
        assertThat(failed.path("file").asText()).startsWith(data.toString());
        assertThat(failed.path("error_type").asText()).isNotEmpty();
        assertThat(failed.path("error_msg").asText()).isNotEmpty();
        String shard = failed.path("shard").asText();
        node.awaitRecord("journal.recovered", r -> r.path("shard").asText().equals(shard));
    }
}
