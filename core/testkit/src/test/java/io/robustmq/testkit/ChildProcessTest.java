package io.robustmq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ChildProcessTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @Test
    void its_streams_and_its_exit_code_are_kept() throws Exception {
        try (ChildProcess child = shell("cat; echo oops >&2; exit 3", "in\n")) {
            assertThat(child.awaitExit(LIMIT)).isEqualTo(3);
            assertThat(child.stdout()).containsExactly("in");
            assertThat(child.stderr()).containsExactly("oops");
        }
    }

    @Test
    void closing_it_ends_it() throws Exception {
        ChildProcess child = shell("echo up; exec sleep 600", "");
        child.awaitLine("up", LIMIT, "up"::equals);
        child.close();
        assertThat(child.isAlive()).isFalse();
    }

    @Test
    void its_last_words_are_kept() throws Exception {
        String script = "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done";
        ChildProcess child = shell(script, "");
        child.awaitLine("up", LIMIT, "up"::equals);
        child.close();
        assertThat(child.stdout()).containsExactly("up", "bye");
    }

    @Test
    void waiting_for_a_line_of_one_that_ended_fails_at_once_and_tells_what_it_said()
            throws Exception {
        try (ChildProcess child = shell("echo sorry >&2; exit 1", "")) {
            assertThatThrownBy(() -> child.awaitLine("up", LIMIT, "up"::equals))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("sorry");
        }
    }

    private static ChildProcess shell(String script, String stdin) throws Exception {
        return ChildProcess.start(
                "sh", Path.of("/"), Map.of(), List.of("/bin/sh", "-c", script), stdin);
    }
}
