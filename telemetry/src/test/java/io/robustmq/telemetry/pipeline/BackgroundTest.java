package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class BackgroundTest {
    /** Of /proc/PID/stat, behind the name in parentheses. */
    private static final int NICE = 16;

    @Test
    @EnabledOnOs(OS.LINUX)
    void only_the_thread_that_asks_steps_behind() throws Exception {
        int before = nice();
        CompletableFuture<Integer> behind = new CompletableFuture<>();
        Thread.ofPlatform()
                .start(Background.of(() -> behind.completeAsync(() -> nice(), Runnable::run)));
        assertThat(behind.get(20, TimeUnit.SECONDS)).isEqualTo(Math.max(before, 10));
        assertThat(nice()).isEqualTo(before);
    }

    private static int nice() {
        try {
            String stat = Files.readString(Path.of("/proc/thread-self/stat"));
            return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[NICE]);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
