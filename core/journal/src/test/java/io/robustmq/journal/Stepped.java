package io.robustmq.journal;

import io.robustmq.testkit.RecordingEvents;
import io.robustmq.testkit.SettableClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/** A journal on a {@link FakeDisk} whose writers run step by step, with a clock of its own. */
final class Stepped implements AutoCloseable {
    static final Instant START = Instant.ofEpochMilli(1_700_000_000_000L);

    final FakeDisk disk;
    final SettableClock clock;
    final RecordingEvents events = new RecordingEvents();
    final Journal journal;
    private final Steps steps = new Steps();

    Stepped(FakeDisk disk, SettableClock clock, List<Path> directories) {
        this.disk = disk;
        this.clock = clock;
        journal =
                new Journal(
                        new JournalSettings(directories, Duration.ofMinutes(1)),
                        disk,
                        clock,
                        new SplittableRandom(7),
                        events,
                        steps);
    }

    static Stepped opened(FakeDisk disk) throws IOException {
        return opened(disk, new SettableClock(START));
    }

    static Stepped opened(FakeDisk disk, SettableClock clock) throws IOException {
        Stepped stepped = new Stepped(disk, clock, List.of(Shards.DIRECTORY));
        stepped.journal.open();
        return stepped;
    }

    Shard shard(ShardSettings settings) throws IOException {
        return journal.shard(Shards.SHARD, settings);
    }

    /** Lets the writers do what waits. */
    void turn() {
        steps.turn();
    }

    /** A second goes by. */
    void tick() {
        clock.advance(Duration.ofMillis(Writer.TICK_MILLIS));
        steps.turn();
    }

    /** Appends each text as a group of its own. */
    void append(Shard shard, String... texts) {
        for (String text : texts) {
            CompletableFuture<Long> offset = shard.append(Shards.utf8(text));
            turn();
            offset.join();
        }
    }

    @Override
    public void close() {
        journal.close();
    }
}
