package io.robustmq.journal;

import io.robustmq.telemetry.event.Latency;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Writes what waits for the shards of one directory: each shard's group in one write, then one sync
 * of each file that was written to, after which its appends are told. While it syncs the next
 * groups gather, so the slower the disk, the larger the groups. One thread.
 */
final class Writer implements Runnable {
    /** Between looks at what must be done without an append. */
    static final int TICK_MILLIS = 1000;

    private static final long FOREVER_NANOS = Duration.ofDays(10_000).toNanos();

    /** What the shards of a directory share. */
    record Parts(AppendQueue queue, FrameEncoder encoder, Latency syncs, Latency appends) {
        Parts() {
            this(new AppendQueue(), new FrameEncoder(), new Latency(), new Latency());
        }
    }

    private final Parts parts = new Parts();
    private final InstantSource clock;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile boolean ending;

    // the writer's thread
    private final List<ShardLog> logs = new ArrayList<>();
    private final List<AppendQueue.Lane> lanes = new ArrayList<>();
    private final List<ShardLog> written = new ArrayList<>();
    private final List<Runnable> tasks = new ArrayList<>();
    private Instant lastTick = Instant.MIN;

    Writer(InstantSource clock) {
        this.clock = clock;
    }

    Parts parts() {
        return parts;
    }

    AppendQueue queue() {
        return parts.queue;
    }

    /** Begins to write what is appended to {@code log}. Any thread. */
    void serve(ShardLog log) {
        parts.queue.post(() -> logs.add(log));
        parts.queue.accept(log.lane());
    }

    /** Writes what waits for {@code log}, and no more. Any thread; does not wait. */
    void finish(ShardLog log, JournalClosedException why) {
        parts.queue.refuse(log.lane(), why);
        parts.queue.post(() -> {
            log.finish();
            logs.remove(log);
        });
    }

    /** Ends the thread. Any thread; does not wait. */
    void end() {
        parts.queue.post(() -> ending = true);
    }

    CompletableFuture<Void> ended() {
        return ended;
    }

    @Override
    public void run() {
        while (!ended.isDone()) {
            parts.queue.await(waitNanos());
            turn();
        }
    }

    /** Does what there is to do, and does not wait for more. */
    void turn() {
        parts.queue.drain(lanes, tasks);
        // a shard is served before its first group
        tasks.forEach(Runnable::run);
        tasks.clear();
        for (AppendQueue.Lane lane : lanes) {
            if (lane.log().write()) {
                written.add(lane.log());
            }
        }
        lanes.clear();
        for (ShardLog log : written) {
            if (log.sync()) {
                log.tell();
            }
        }
        written.clear();
        Instant now = clock.instant();
        if (isDue(lastTick, now)) {
            lastTick = now;
            logs.forEach(ShardLog::tick);
        }
        if (ending) {
            ended.complete(null);
        }
    }

    /** A clock that was set back makes it due, too. */
    static boolean isDue(Instant since, Instant now) {
        return since.equals(Instant.MIN)
                || Duration.between(since, now).abs().toMillis() >= TICK_MILLIS;
    }

    private long waitNanos() {
        for (ShardLog log : logs) {
            if (log.needsTicks()) {
                return TICK_MILLIS * 1_000_000L;
            }
        }
        return FOREVER_NANOS;
    }
}
