package io.robustmq.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulation finds what is done wrong: otherwise that it finds nothing would prove nothing. */
@Timeout(120)
class MutationTest {
    private static final int MOST_SCHEDULES = 3000;

    @ParameterizedTest
    @EnumSource
    void it_is_found(Mutation mutation) {
        assertThat(schedulesUntilFound(mutation)).isLessThan(MOST_SCHEDULES);
    }

    private static int schedulesUntilFound(Mutation mutation) {
        for (int seed = 0; seed < MOST_SCHEDULES; seed++) {
            try {
                new ReplicationSimulation(seed, EnumSet.of(mutation)).run();
            } catch (History.Broken found) {
                return seed;
            }
        }
        return MOST_SCHEDULES;
    }
}
