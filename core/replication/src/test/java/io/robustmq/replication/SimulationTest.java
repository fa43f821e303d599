package io.robustmq.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random schedules of writers that contend, and of faults. One is repeated with -Dseed=, more are
 * run with -Dschedules=.
 */
@Timeout(300)
class SimulationTest {
    private static final int SCHEDULES = Integer.getInteger("schedules", 2000);

    @Test
    void what_was_acknowledged_is_there_and_nothing_is_read_in_two_ways() {
        Long given = Long.getLong("seed");
        long first = given == null ? System.nanoTime() : given;
        long acknowledged = 0;
        int schedules = given == null ? SCHEDULES : 1;
        for (long seed = first; seed < first + schedules; seed++) {
            acknowledged += run(seed, EnumSet.noneOf(Mutation.class)).history.acknowledgements();
        }
        assertThat(acknowledged)
                .as("schedules must get something done, or they prove little")
                .isGreaterThan(50L * schedules);
    }

    @Test
    void a_seed_is_one_schedule() {
        ReplicationSimulation first = run(17, EnumSet.noneOf(Mutation.class));
        ReplicationSimulation second = run(17, EnumSet.noneOf(Mutation.class));
        assertThat(second.world.done()).isEqualTo(first.world.done());
        assertThat(second.events.all()).isEqualTo(first.events.all());
    }

    static ReplicationSimulation run(long seed, Set<Mutation> mutations) {
        ReplicationSimulation simulation = new ReplicationSimulation(seed, mutations);
        try {
            simulation.run();
            return simulation;
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("with -Dseed=" + seed + ": " + e.getMessage(), e);
        }
    }
}
