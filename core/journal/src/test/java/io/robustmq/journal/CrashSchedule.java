package io.robustmq.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.testkit.SettableClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Some lives of a journal with some shards, and what is done to them and their disk, all decided by
 * chance; one thread. Ends with an error if a shard is not as its {@link ShardModel} says.
 */
final class CrashSchedule {
    private static final int MAX_LIVES = 4;
    private static final int MAX_STEPS = 70;
    private static final int KEYS = 5;

    /** What schedules must come across, or they prove little. */
    static final class Counts {
        int torn;
        int mended;
        int powerCuts;
        int deleted;
        int sealed;
        int snapshots;
        int rebuilt;
    }

    private final SplittableRandom chance;
    private final Durability durability;
    private final Counts counts;
    private final FakeDisk disk = new FakeDisk();
    private final SettableClock clock = new SettableClock(Stepped.START);
    private final List<Path> directories;
    private final List<ShardModel> models = new ArrayList<>();
    private final ShardSettings settings;

    // of a life
    private Stepped on;
    private final Map<ShardModel, Shard> shards = new LinkedHashMap<>();
    private final List<ShardModel> failed = new ArrayList<>();

    CrashSchedule(SplittableRandom chance, Durability durability, Counts counts) {
        this.chance = chance;
        this.durability = durability;
        this.counts = counts;
        directories =
                chance.nextInt(3) == 0
                        ? List.of(Path.of("/disk1"), Path.of("/disk2"))
                        : List.of(Path.of("/disk1"));
        for (int i = 1 + chance.nextInt(3); i > 0; i--) {
            models.add(new ShardModel("shard" + i));
        }
        Duration age = chance.nextInt(4) == 0 ? Duration.ofSeconds(5) : Duration.ZERO;
        settings = new ShardSettings(1024, age, durability, Retention.TRIMMED);
        on = new Stepped(disk, clock, directories);
    }

    void run() throws IOException {
        disk.chance(chance.split());
        int lives = 1 + chance.nextInt(MAX_LIVES);
        for (int life = 0; life < lives; life++) {
            live(life);
            boolean lossy = end();
            check(lossy);
            check(false); // what was read once stays, over a power cut too
        }
    }

    private void live(int life) throws IOException {
        on = new Stepped(disk, clock, directories);
        shards.clear();
        failed.clear();
        if (chance.nextInt(3) > 0) {
            disk.cutPowerAfter(1 + chance.nextInt(120));
        }
        try {
            on.journal.open();
            for (ShardModel model : models) {
                shards.put(model, on.journal.shard(model.name(), settings));
            }
        } catch (IOException e) {
            assertThat(disk.powerCut()).as("why it does not open: " + e).isTrue();
            return;
        }
        for (int i = chance.nextInt(MAX_STEPS); i > 0 && !disk.powerCut(); i--) {
            try {
                step(life + ":" + i);
            } catch (IOException e) {
                assertThat(disk.powerCut()).as("why it cannot be read: " + e).isTrue();
            }
            noteFailures();
        }
    }

    private void step(String label) throws IOException {
        ShardModel model = models.get(chance.nextInt(models.size()));
        Shard shard = Objects.requireNonNull(shards.get(model));
        switch (chance.nextInt(20)) {
            case 0, 1, 2, 3, 4, 5 -> append(label, model, shard);
            case 6, 7, 8, 9 -> on.turn();
            case 10, 11 -> on.tick();
            case 12 -> trim(model, shard);
            case 13 -> snapshot(model, shard);
            case 14 -> fault(model);
            case 15 -> {
                disk.heal();
                on.tick();
            }
            case 16 -> model.checkReading(shard, (long) (chance.nextDouble() * (model.next() + 1)));
            case 17 -> model.checkKey(shard, chance.nextInt(KEYS));
            case 18 -> each(model, shard);
            default -> disk.flipAfter(1 + chance.nextInt(10));
        }
    }

    private void append(String label, ShardModel model, Shard shard) {
        List<Append> appends = new ArrayList<>();
        for (int i = chance.nextInt(6); i >= 0; i--) {
            String text = label + "." + i + ":" + "x".repeat(chance.nextInt(250));
            appends.add(model.append(text, chance.nextInt(KEYS)));
        }
        shard.append(appends);
    }

    private void trim(ShardModel model, Shard shard) {
        long offset = model.trimmed() + chance.nextInt(10);
        if (offset <= model.next()) {
            model.trim(offset);
            shard.trim(offset);
        }
    }

    private void snapshot(ShardModel model, Shard shard) {
        long offset = model.next();
        int value = chance.nextInt(10_000);
        model.trySnapshot(offset, value);
        try {
            shard.saveSnapshot(
                    offset,
                    out -> {
                        out.writeInt(value);
                        out.write(new byte[value % 5000]);
                    });
            model.snapshotSaved(offset, value);
            counts.snapshots++;
        } catch (IOException e) {
            // the disk failed; an older one is there
        }
    }

    private void fault(ShardModel model) {
        switch (chance.nextInt(4)) {
            case 0 -> disk.fullAfter(chance.nextInt(2000));
            case 1, 2 -> disk.failNextSync("Input/output error");
            default ->
                    disk.breakDown(
                            directories.getFirst().resolve(model.name()), "Read-only file system");
        }
    }

    private void each(ShardModel model, Shard shard) throws IOException {
        long[] offsets =
                chance.longs(chance.nextInt(8), 0, model.next() + 1)
                        .filter(offset -> offset < model.next())
                        .sorted()
                        .distinct()
                        .toArray();
        model.checkEach(shard, offsets);
    }

    private void noteFailures() {
        shards.forEach((model, shard) -> {
            if (shard.failure() != null) {
                if (!failed.contains(model)) {
                    failed.add(model);
                }
            } else if (failed.remove(model)) {
                model.mended();
            }
        });
    }

    /** Whether acknowledged records may be lost. */
    private boolean end() {
        int how = chance.nextInt(4);
        if (!disk.powerCut() && how == 0) {
            disk.heal();
            disk.cutPowerAfter(Long.MAX_VALUE);
            on.close();
            disk.killProcess();
            count();
            return false;
        }
        boolean powerCut = disk.powerCut() || how > 1;
        if (powerCut) {
            counts.powerCuts++;
            disk.restart(chance);
        } else {
            disk.killProcess();
        }
        disk.heal();
        disk.cutPowerAfter(Long.MAX_VALUE);
        count();
        return powerCut && durability != Durability.FSYNC;
    }

    private void check(boolean lossy) throws IOException {
        on = new Stepped(disk, clock, directories);
        on.journal.open();
        for (ShardModel model : models) {
            model.check(on.journal.shard(model.name(), settings), lossy);
        }
        count();
        disk.restart(chance);
    }

    private void count() {
        assertThat(on.events.of(JournalEvent.Corrupt.class)).as("no crash is damage").isEmpty();
        assertThat(on.events.of(JournalEvent.ListenerFailed.class)).isEmpty();
        counts.torn += on.events.of(JournalEvent.TailTruncated.class).size();
        counts.mended += on.events.of(JournalEvent.Recovered.class).size();
        counts.deleted += on.events.of(JournalEvent.SegmentDeleted.class).size();
        counts.sealed += on.events.of(JournalEvent.SegmentSealed.class).size();
        counts.rebuilt += on.events.of(JournalEvent.IndexRebuilt.class).size();
    }
}
