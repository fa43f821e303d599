package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.testkit.RobustMq;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalIT {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir Path folder;

    @Test
    void a_start_that_is_recorded_sends_itself_messages_and_ends_with_0() throws Exception {
        try (RobustMq node =
                RobustMq.in(folder)
                        .environment("ROBUSTMQ_JAVA_OPTS", "-Drobustmq.stop-when-ready=true")
                        .launch()) {
            assertThat(node.process().awaitExit(LIMIT)).isZero();
            assertThat(node.process().stdout())
                    .anyMatch(line -> line.contains("\"session.resumed\""))
                    .anyMatch(line -> line.contains("\"message.published\""));
            assertThat(node.data().resolve("rehearsal/goes/events")).isDirectory();
            assertThat(node.process().stderr())
                    .noneMatch(line -> line.contains("the rehearsal for the AOT cache broke off"));
        }
    }
}
