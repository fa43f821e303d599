package io.robustmq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PartTest {
    @TempDir Path parts;

    @Test
    void a_part_that_was_made_is_here() throws Exception {
        Files.createFile(Files.createDirectory(parts.resolve("otelcol")).resolve("otelcol"));
        assertThat(Part.OTEL_COLLECTOR.absence(parts)).isNull();
    }

    @Test
    void a_part_that_could_not_be_made_is_absent_for_the_reason_that_bin_verify_left()
            throws Exception {
        Files.writeString(parts.resolve("OTEL_COLLECTOR.missing"), "no Go on this machine\n");
        assertThat(Part.OTEL_COLLECTOR.absence(parts))
                .isEqualTo("OTEL_COLLECTOR: bin/verify has not made it (no Go on this machine)");
    }

    @Test
    void before_bin_verify_ran_the_reason_is_that_it_has_not() {
        assertThat(Part.OTEL_COLLECTOR.absence(parts)).contains("it has not run");
    }
}
