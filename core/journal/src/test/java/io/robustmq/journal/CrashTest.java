package io.robustmq.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random schedules of appends, trims, snapshots and readings over several lives of some shards,
 * with power cuts, kills, full and failing disks, and bad reads. A schedule is repeated with
 * -Dseed=.
 */
@Timeout(120)
class CrashTest {
    private static final int SCHEDULES = Integer.getInteger("schedules", 2000);

    @Test
    void after_a_crash_every_acknowledged_record_is_there_and_none_is_invented() {
        CrashSchedule.Counts counts = run(SCHEDULES, List.of(Durability.FSYNC));
        if (Long.getLong("seed") == null) {
            assertThat(List.of(counts.torn, counts.mended, counts.powerCuts, counts.deleted))
                    .as("schedules must tear, mend, crash and delete, or they prove little")
                    .allMatch(count -> count > SCHEDULES / 20);
            assertThat(List.of(counts.sealed, counts.snapshots))
                    .allMatch(count -> count > SCHEDULES / 20);
        }
    }

    @Test
    void a_killed_process_loses_nothing_acknowledged_and_a_power_cut_only_the_end() {
        run(SCHEDULES / 4, List.of(Durability.OS, Durability.INTERVAL));
    }

    private static CrashSchedule.Counts run(int schedules, List<Durability> durabilities) {
        Long given = Long.getLong("seed");
        long first = given == null ? System.nanoTime() : given;
        CrashSchedule.Counts counts = new CrashSchedule.Counts();
        for (long seed = first; seed < first + (given == null ? schedules : 1); seed++) {
            for (Durability durability : durabilities) {
                try {
                    new CrashSchedule(new SplittableRandom(seed), durability, counts).run();
                } catch (Exception | AssertionError e) {
                    throw new AssertionError("with -Dseed=" + seed + " and " + durability, e);
                }
            }
        }
        return counts;
    }
}
