package io.robustmq.collectors;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unit, by systemd itself, which does not run here. */
@NeedsPart(Part.SYSTEMD)
final class SystemdUnitTest {
    /** Of systemd's scale from 0, safe, to 100; a unit without any hardening is at 96. */
    private static final int EXPOSURE = 25;

    @TempDir Path folder;
    private Path unit;

    @BeforeEach
    void theUnitOfARoleWithThisBuild() throws Exception {
        unit = folder.resolve("robustmq@standalone.service");
        Files.writeString(
                unit,
                Files.readString(Packaging.COLLECTORS.resolve("systemd/robustmq@.service"))
                        .replace("/opt/robustmq/", Repository.root() + "/"));
    }

    @Test
    void systemd_takes_each_line_of_it() throws Exception {
        Packaging.Ended ended = analyze("verify", "--man=no", unit.toString());
        ended.fine();
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void it_gives_the_broker_little_that_it_does_not_need() throws Exception {
        analyze("security", "--offline=true", "--threshold=" + EXPOSURE, unit.toString()).fine();
    }

    private static Packaging.Ended analyze(String... arguments) throws Exception {
        return Packaging.run(Part.SYSTEMD.program("systemd-analyze"), arguments);
    }
}
