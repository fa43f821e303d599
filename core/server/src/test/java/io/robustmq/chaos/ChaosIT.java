package io.robustmq.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code bin/chaos} is the long form: an hour, and times that are exact. {@code -Dseed=} repeats
 * which faults there are, {@code -Dchaos.minutes=} asks for more of them.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class ChaosIT {
    private static final Duration FAULTS =
            Duration.ofMinutes(Integer.getInteger("chaos.minutes", 5));

    /** Three times what is promised: the machine may be any, and busy. */
    private static final long GAP_MILLIS = 3 * Figures.GAP_BOUND_MILLIS;

    private final long seed = Long.getLong("seed", new Random().nextLong());

    @TempDir Path folder;

    @Test
    void a_cluster_that_is_broken_in_every_way_keeps_its_word() throws Exception {
        try (Chaos chaos =
                new Chaos(folder, seed, EnumSet.allOf(Faults.Kind.class), System.out::println)) {
            chaos.open();
            chaos.breakThings(Integer.MAX_VALUE, FAULTS);
            List<Violation> violations = chaos.judge();
            System.out.println(chaos.report());
            violations.stream().limit(5).map(chaos::explain).forEach(System.out::println);
            assertThat(violations).as("seed " + seed).isEmpty();
            assertThat(chaos.figures().gaps(GAP_MILLIS)).as("seed " + seed).isEmpty();
        }
    }
}
