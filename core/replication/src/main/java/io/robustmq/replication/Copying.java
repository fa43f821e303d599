package io.robustmq.replication;

import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.ReplicationEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Fetches what sealed segments should have on this node and do not, from the others of their
 * ensembles, not faster than the settings allow. One thread.
 */
final class Copying {
    /** Sealed segments that wait or are fetched; for others the replica is told again. */
    private static final int MAX_TASKS = 10_000;

    /** Who is told, if nobody is. */
    static final Runnable NOBODY = () -> {};

    private static final long SECOND = 1_000_000_000;

    /** One segment on its way here. */
    private static final class Task {
        final ReplicaSegment segment;
        final List<Runnable> whole = new ArrayList<>();

        /** Which of the ensemble is asked, counted on. */
        int source;

        /** 0 if nothing is asked. */
        long request;

        long askedAt;
        boolean writing;
        long fetched;

        Task(ReplicaSegment segment) {
            this.segment = segment;
        }
    }

    private final String node;
    private final ReplicaSettings settings;
    private final Transport transport;
    private final Events events;
    private final LongSupplier nanoTime;
    private final Map<SegmentId, Task> tasks = new LinkedHashMap<>();

    private long requests;

    /** Below 0 nothing is asked for until time has made up for it. */
    private double allowedBytes;

    private long allowedAt;

    Copying(
            String node,
            ReplicaSettings settings,
            Replica.ReplicaPorts ports,
            LongSupplier nanoTime) {
        this.node = node;
        this.settings = settings;
        transport = ports.transport();
        events = ports.events();
        this.nanoTime = nanoTime;
        allowedAt = nanoTime.getAsLong();
    }

    /** Has {@code whole} run when all of the segment is here. */
    void fetch(ReplicaSegment segment, Runnable whole) {
        if (segment.isWhole()) {
            whole.run();
            return;
        }
        Task task = tasks.get(segment.id);
        if (task == null) {
            if (tasks.size() == MAX_TASKS) {
                return;
            }
            task = new Task(segment);
            tasks.put(segment.id, task);
        }
        if (!whole.equals(NOBODY) && task.whole.size() < Segment.MAX_ENSEMBLE) {
            task.whole.add(whole);
        }
    }

    void stop(ReplicaSegment segment) {
        tasks.remove(segment.id);
    }

    void tick() {
        long now = nanoTime.getAsLong();
        double most = settings.copyBytesPerSecond();
        allowedBytes = Math.min(most, allowedBytes + most * (now - allowedAt) / SECOND);
        allowedAt = now;
        int running = 0;
        for (Task task : List.copyOf(tasks.values())) {
            if (running++ == settings.maxCopies()) {
                return;
            }
            if (task.request != 0 && now - task.askedAt > settings.askAgainAfter().toNanos()) {
                nextSource(task);
            } else {
                ask(task);
            }
        }
    }

    /** Another source for the next time, and other segments before that. */
    private void nextSource(Task task) {
        task.source++;
        task.request = 0;
        tasks.remove(task.segment.id);
        tasks.put(task.segment.id, task);
    }

    private void ask(Task task) {
        Segment sealed = task.segment.sealed();
        if (sealed == null || task.writing || task.request != 0 || !task.segment.isIdle()) {
            return;
        }
        if (task.segment.isWhole()) {
            finished(task);
            return;
        }
        List<String> ensemble = sealed.ensemble();
        String source = ensemble.get(Math.floorMod(task.source, ensemble.size()));
        if (source.equals(node)) {
            source = ensemble.get(Math.floorMod(++task.source, ensemble.size()));
        }
        if (source.equals(node)) {
            nextSource(task); // nobody else has it
            return;
        }
        if (allowedBytes < 0) {
            return;
        }
        task.request = ++requests;
        task.askedAt = nanoTime.getAsLong();
        transport.send(
                source,
                new Message.Read(
                        sealed.id(),
                        0,
                        sealed.end() - 1,
                        task.segment.end(),
                        settings.maxReadBytes(),
                        task.request));
    }

    void received(Message.Records records) {
        Task task = tasks.get(records.segment());
        if (task == null || task.request != records.request()) {
            return;
        }
        task.request = 0;
        Segment sealed = task.segment.sealed();
        List<Entry> entries = wanted(task.segment, sealed, records);
        if (entries.isEmpty()) {
            // it has no more than we; to ask another at once would ask in circles
            nextSource(task);
            return;
        }
        for (Entry entry : entries) {
            allowedBytes -= entry.bytes();
        }
        task.writing = true;
        task.segment.write(
                entries,
                (end, why) -> {
                    task.writing = false;
                    if (why != null) {
                        events.emit(
                                new ReplicationEvent.ReplicaDiskFailed(
                                        records.segment().shard(),
                                        records.segment().number(),
                                        Failure.of(why)));
                        return;
                    }
                    task.fetched += entries.size();
                    if (tasks.get(records.segment()) == task) {
                        ask(task); // it was not stopped
                    }
                });
    }

    private static List<Entry> wanted(
            ReplicaSegment segment, @Nullable Segment sealed, Message.Records records) {
        if (sealed == null || records.from() != segment.taken() || !segment.isIdle()) {
            return List.of();
        }
        long most = Math.max(0, sealed.end() - records.from());
        return records.entries().subList(0, (int) Math.min(most, records.entries().size()));
    }

    void refused(Message.Refused refused) {
        Task task = tasks.get(refused.segment());
        if (task != null && task.request != 0) {
            nextSource(task);
        }
    }

    private void finished(Task task) {
        SegmentId id = task.segment.id;
        tasks.remove(id);
        events.emit(new ReplicationEvent.SegmentCopied(id.shard(), id.number(), task.fetched));
        task.whole.forEach(Runnable::run);
    }
}
