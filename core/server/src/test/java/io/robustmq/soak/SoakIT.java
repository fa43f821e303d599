package io.robustmq.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code bin/soak} is the long form: 10,000 connections, more rounds, and what they cost. {@code
 * -Dseed=} repeats who does what.
 */
class SoakIT {
    private static final int CONNECTIONS = Integer.getInteger("soak.connections", 800);
    private static final int ROUNDS = Integer.getInteger("soak.rounds", 1);

    /** Caches, histograms and what the events keep may grow a little. */
    private static final long GROWTH_BYTES = 6L << 20;

    private static final int THREADS = 4;

    private final long seed = Long.getLong("seed", new Random().nextLong());

    @TempDir Path data;

    @Test
    void connections_that_come_and_go_leave_nothing_and_cost_others_nothing() throws Exception {
        System.out.println("seed " + seed);
        Soak.Rounds rounds = Soak.rounds(data, CONNECTIONS, ROUNDS, seed);
        System.out.println("measured, for the record: " + rounds);
        assertThat(rounds.faults()).isEqualTo(List.of());
        assertThat(rounds.witnessed()).isPositive();
        Node.Use before = rounds.before();
        Node.Use after = rounds.after().getLast();
        assertThat(after.openFiles()).isLessThanOrEqualTo(before.openFiles() + THREADS);
        assertThat(after.threads()).isLessThanOrEqualTo(before.threads() + THREADS);
        assertThat(after.liveHeapBytes())
                .isLessThanOrEqualTo(before.liveHeapBytes() + GROWTH_BYTES);
    }
}
