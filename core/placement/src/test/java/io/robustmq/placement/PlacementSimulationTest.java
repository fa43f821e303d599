package io.robustmq.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.placement.PlacementSimulation.Mutation;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code -Dseed=} repeats one schedule, {@code -Dschedules=} runs as many. */
class PlacementSimulationTest {
    private static final int SCHEDULES = Integer.getInteger("schedules", 1_000);

    @Test
    void what_was_acknowledged_stays_in_one_order_whatever_happens() {
        run("placement", SCHEDULES, 0, Mutation.NONE);
    }

    @Test
    void so_it_is_while_members_come_and_go() {
        run("members", SCHEDULES / 4, 2, Mutation.NONE);
    }

    /**
     * In these the only member that has all that may be agreed is in an earlier term than the
     * others.
     */
    @ParameterizedTest
    @ValueSource(longs = {-1322987464000061236L, -2896928508315133268L})
    void a_member_with_the_longest_log_leads_though_others_are_in_later_terms(long seed) {
        run(seed, 0, Mutation.NONE);
    }

    /** It has folded that it is removed, but Raft's change of the group never reached it. */
    @Test
    void a_removed_member_that_was_not_told_leaves_the_leader_its_lead() {
        run(-2419282063055752705L, 2, Mutation.NONE);
    }

    /**
     * The leader takes itself out and crashes: it alone has that it goes, and what came before,
     * which all others need.
     */
    @ParameterizedTest
    @ValueSource(longs = {3162385207926340714L, 7265251595870328928L})
    void a_member_that_is_about_to_go_leads_once_more(long seed) {
        run(seed, 2, Mutation.NONE);
    }

    /** With its own vote it would lead beside another one. */
    @Test
    void but_it_has_no_vote() {
        run(3735974111594677865L, 2, Mutation.NONE);
    }

    /** A leader that is cut off takes three changes of the members before one of them is agreed. */
    @Test
    void the_group_never_loses_all_its_members_at_once() {
        run(7044297390805300609L, 2, Mutation.NONE);
    }

    /** What the checker is for: each of these is found in some schedules. */
    @ParameterizedTest
    @EnumSource(value = Mutation.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void a_member_that_does_it_wrong_is_found_out(Mutation mutation) {
        SplittableRandom seeds = new SplittableRandom(7);
        for (int i = 0; i < 2_000; i++) {
            long seed = seeds.nextLong();
            try {
                new PlacementSimulation(seed, 3, 0, mutation).run();
            } catch (AssertionError found) {
                return;
            }
        }
        throw new AssertionError(mutation + " is not found");
    }

    private static void run(String what, int schedules, int spare, Mutation mutation) {
        Long one = Long.getLong("seed");
        if (one != null) {
            run(one, spare, mutation);
            return;
        }
        SplittableRandom seeds = new SplittableRandom();
        long begun = System.nanoTime();
        long acknowledged = 0;
        long installed = 0;
        long abandoned = 0;
        for (int i = 0; i < schedules; i++) {
            SimulatedHistory seen = run(seeds.nextLong(), spare, mutation);
            acknowledged += seen.acknowledgements();
            installed += seen.snapshotsInstalled();
            abandoned += seen.snapshotsAbandoned();
        }
        System.out.println(
                what
                        + ": schedules "
                        + schedules
                        + ", acknowledged changes "
                        + acknowledged
                        + ", snapshots installed "
                        + installed
                        + ", abandoned "
                        + abandoned
                        + ", ms "
                        + (System.nanoTime() - begun) / 1_000_000);
        assertThat(acknowledged).isGreaterThan(schedules);
        assertThat(installed).isGreaterThan(schedules / 10);
        assertThat(abandoned).isGreaterThan(schedules / 100);
    }

    private static SimulatedHistory run(long seed, int spare, Mutation mutation) {
        PlacementSimulation simulation =
                new PlacementSimulation(seed, seed % 3 == 0 ? 5 : 3, spare, mutation);
        try {
            simulation.run();
        } catch (RuntimeException | AssertionError e) {
            if (Long.getLong("seed") != null) {
                simulation.history.lines().forEach(System.out::println);
            }
            throw new AssertionError("-Dseed=" + seed, e);
        }
        return simulation.history;
    }
}
