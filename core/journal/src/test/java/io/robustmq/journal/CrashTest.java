package io.robustmq.journal;

import static io.robustmq.journal.Shards.opened;
import static io.robustmq.journal.Shards.settings;
import static io.robustmq.journal.Shards.texts;
import static io.robustmq.journal.Shards.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.journal.Shards.Opened;
import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.testkit.RecordingEvents;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random schedules of appends, power cuts, kills, full disks and failed syncs, over several lives
 * of one shard. A schedule is repeated with -Dseed=; how appends fall into groups is up to the
 * threads.
 */
@Timeout(120)
class CrashTest {
    private static final int SCHEDULES = 500;
    private static final int MAX_LIVES = 6;

    /** What a life of the journal came to. */
    private record Life(List<String> tried, int acknowledged) {}

    private final AtomicInteger torn = new AtomicInteger();

    @Test
    void after_a_crash_every_acknowledged_record_is_there_and_none_is_invented() {
        Long given = Long.getLong("seed");
        if (given != null) {
            run(given, Durability.FSYNC);
            return;
        }
        long first = System.nanoTime();
        for (long seed = first; seed < first + SCHEDULES; seed++) {
            run(seed, Durability.FSYNC);
        }
        assertThat(torn).as("schedules must tear tails, or they prove little").hasPositiveValue();
    }

    @Test
    void a_killed_process_loses_nothing_acknowledged_with_any_durability() {
        Long given = Long.getLong("seed");
        long first = given == null ? System.nanoTime() : given;
        for (long seed = first; seed < first + (given == null ? SCHEDULES / 5 : 1); seed++) {
            for (Durability durability : List.of(Durability.OS, Durability.INTERVAL)) {
                run(seed, durability);
            }
        }
    }

    private void run(long seed, Durability durability) {
        try {
            schedule(new SplittableRandom(seed), durability);
        } catch (Exception | AssertionError e) {
            throw new AssertionError("with -Dseed=" + seed + " and " + durability, e);
        }
    }

    private void schedule(SplittableRandom chance, Durability durability) throws Exception {
        FakeDisk disk = new FakeDisk();
        List<String> kept = List.of();
        int lives = 2 + chance.nextInt(MAX_LIVES - 1);
        for (int life = 0; life < lives; life++) {
            RecordingEvents events = new RecordingEvents();
            if (durability == Durability.FSYNC) {
                breakDown(disk, chance);
            }
            Life lived = live(disk, events, durability, kept, chance, life);
            if (durability == Durability.FSYNC && (disk.powerCut() || chance.nextInt(4) > 0)) {
                disk.restart(chance);
            } else {
                disk.killProcess();
            }
            disk.fullAfter(Long.MAX_VALUE);
            disk.cutPowerAfter(Long.MAX_VALUE);
            kept = recovered(disk, durability, kept, lived);
            torn.addAndGet(events.of(JournalEvent.TailTruncated.class).size());
        }
    }

    private static void breakDown(FakeDisk disk, SplittableRandom chance) {
        switch (chance.nextInt(4)) {
            case 0 -> disk.fullAfter(chance.nextInt(4000));
            case 1 -> {
                // a later sync of the same file would succeed
                int wanted = chance.nextInt(12);
                AtomicInteger syncs = new AtomicInteger();
                disk.duringSync(() -> {
                    if (syncs.getAndIncrement() == wanted) {
                        disk.failNextSync("Input/output error");
                    }
                });
            }
            default -> disk.cutPowerAfter(1 + chance.nextInt(40));
        }
    }

    private static Life live(
            FakeDisk disk,
            RecordingEvents events,
            Durability durability,
            List<String> kept,
            SplittableRandom chance,
            int life) {
        List<String> tried = new ArrayList<>();
        List<CompletableFuture<Long>> appends = new ArrayList<>();
        Opened opened;
        try {
            opened = opened(disk, events, settings(1024, durability));
        } catch (IOException e) {
            return new Life(tried, 0);
        } finally {
            assertThat(events.of(JournalEvent.Corrupt.class))
                    .as("no crash may look like damage")
                    .isEmpty();
        }
        for (int i = chance.nextInt(60); i > 0; i--) {
            String text = life + ":" + tried.size() + ":" + "x".repeat(chance.nextInt(300));
            tried.add(text);
            appends.add(opened.shard().append(utf8(text)));
            if (chance.nextInt(3) == 0) {
                try {
                    appends.getLast().join();
                } catch (CompletionException e) {
                    // the disk broke down; what comes after must fail too
                }
            }
        }
        opened.close();
        int acknowledged = 0;
        for (int i = 0; i < appends.size(); i++) {
            CompletableFuture<Long> append = appends.get(i);
            assertThat(append).isDone();
            if (!append.isCompletedExceptionally()) {
                assertThat(append.join()).isEqualTo(kept.size() + i);
                assertThat(acknowledged).as("no acknowledgement after a failure").isEqualTo(i);
                acknowledged++;
            }
        }
        return new Life(tried, acknowledged);
    }

    /** Reads the shard back; two more power cuts while nothing is written change nothing. */
    private List<String> recovered(
            FakeDisk disk, Durability durability, List<String> kept, Life lived)
            throws IOException {
        disk.duringSync(() -> {});
        RecordingEvents events = new RecordingEvents();
        Opened first = opened(disk, events, settings(1024, durability));
        List<String> found = texts(first.shard(), 0);
        disk.killProcess();
        first.close();
        torn.addAndGet(events.of(JournalEvent.TailTruncated.class).size());

        List<String> all = new ArrayList<>(kept);
        all.addAll(lived.tried);
        assertThat(found)
                .as("acknowledged records")
                .hasSizeGreaterThanOrEqualTo(kept.size() + lived.acknowledged);
        assertThat(found).isEqualTo(all.subList(0, Math.min(all.size(), found.size())));

        disk.restart(new SplittableRandom(0));
        Opened again = opened(disk, events, settings(1024, durability));
        assertThat(texts(again.shard(), 0)).as("what was read once stays").isEqualTo(found);
        disk.killProcess();
        again.close();
        assertThat(events.of(JournalEvent.Corrupt.class)).isEmpty();
        return found;
    }
}
