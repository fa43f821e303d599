package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.Severity;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LibraryLinesTest {
    @Test
    void lines_of_slf4j_and_of_the_jdk_are_events() throws Exception {
        try (Running running = Running.with(Running.consoleOnly())) {
            LoggerFactory.getLogger("com.example.Slf4j")
                    .warn("one {}", 1, new IOException("the cause"));
            LoggerFactory.getLogger("com.example.Slf4j").info("too fine");
            java.util.logging.Logger.getLogger("com.example.Jul").severe("two");
            java.util.logging.Logger.getLogger("com.example.Jul").info("too fine");
            Running.await("both", () -> lines(running, "com.example").size() >= 2);
            List<String> lines = lines(running, "com.example");
            assertThat(lines).hasSize(2);
            assertThat(lines.getFirst())
                    .contains(
                            "\"level\":\"warn\"",
                            "\"event\":\"foreign.line\"",
                            "\"logger\":\"com.example.Slf4j\"",
                            "\"message\":\"one 1\"",
                            "\"error_type\":\"java.io.IOException\"",
                            "\"error_msg\":\"the cause\"")
                    .doesNotContain("\"severity\"");
            assertThat(lines.get(1)).contains("\"level\":\"error\"", "\"message\":\"two\"");
        }
    }

    @Test
    void lines_of_what_sends_to_collectors_do_not_go_to_collectors() throws Exception {
        try (ForwardServer server = new ForwardServer(0)) {
            server.open();
            PipelineSettings settings =
                    Running.consoleOnly()
                            .with(
                                    new PipelineSettings.Fluent(
                                            true,
                                            server.address(),
                                            "robustmq",
                                            Severity.DEBUG,
                                            Duration.ofSeconds(10)));
            try (Running running = Running.with(settings)) {
                for (String logger :
                        List.of(
                                "io.opentelemetry.exporter.X",
                                "okhttp3.Y",
                                "org.komamitsu.Z",
                                "com.example.Other")) {
                    LoggerFactory.getLogger(logger).warn("a line");
                }
                Running.await("console", () -> lines(running, "a line").size() == 4);
                Running.await("shipped", () -> running.balance("fluent").waiting() == 0);
                assertThat(server.records().stream().map(Object::toString))
                        .noneMatch(record -> record.contains("io.opentelemetry"))
                        .noneMatch(record -> record.contains("okhttp3"))
                        .noneMatch(record -> record.contains("komamitsu"))
                        .anyMatch(record -> record.contains("com.example.Other"));
                Ledger.Balance fluent = running.balance("fluent");
                assertThat(fluent.emitted()).isEqualTo(fluent.shipped());
                assertThat(fluent.emitted()).isLessThan(running.balance("console").emitted());
            }
        }
    }

    private static List<String> lines(Running running, String text) {
        return running.lines().stream()
                .filter(line -> line.contains("foreign.line") && line.contains(text))
                .toList();
    }
}
