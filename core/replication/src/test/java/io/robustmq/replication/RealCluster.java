package io.robustmq.replication;

import io.robustmq.journal.Durability;
import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalSettings;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.Retention;
import io.robustmq.journal.ShardSettings;
import io.robustmq.telemetry.event.Events;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Three replicas and a writer on threads, with journals on the machine's disk. */
final class RealCluster implements AutoCloseable {
    static final String SHARD = "orders";

    final ExecutorService writing = Executors.newSingleThreadExecutor();
    private final ExecutorService disks = Executors.newFixedThreadPool(3);
    private final ScheduledExecutorService ticks = Executors.newScheduledThreadPool(1);
    private final List<ExecutorService> homes = new ArrayList<>();
    private final List<Journal> journals = new ArrayList<>();
    private final Map<String, BiConsumer<String, Message>> nodes = new ConcurrentHashMap<>();
    private final Agreed agreed = new Agreed();
    final Writer writer;

    RealCluster(Path directory, String owner) throws Exception {
        for (int i = 0; i < 3; i++) {
            replica("j" + i, directory.resolve("j" + i));
        }
        List<Nodes.Candidate> candidates =
                nodes.keySet().stream().map(n -> new Nodes.Candidate(n, n, 1, false)).toList();
        writer =
                new Writer(
                        SHARD,
                        owner,
                        WriterSettings.STANDARD,
                        new Ports(
                                agreed.on(writing),
                                from("w"),
                                () -> candidates,
                                System::nanoTime,
                                new SplittableRandom(1),
                                Events.NONE));
        nodes.put(
                "w", on(writing, (from, message) -> writer.receive(from, (Message.Reply) message)));
        ticks.scheduleWithFixedDelay(
                () -> writing.execute(writer::tick), 10, 10, TimeUnit.MILLISECONDS);
        writing.execute(writer::open);
    }

    private void replica(String node, Path directory) throws Exception {
        Journal journal =
                new Journal(
                        new JournalSettings(List.of(directory), Duration.ofMinutes(1)),
                        new LocalDisk(),
                        InstantSource.system(),
                        new SplittableRandom(),
                        Events.NONE);
        journal.open();
        journals.add(journal);
        ExecutorService home = Executors.newSingleThreadExecutor();
        homes.add(home);
        ShardSettings settings =
                new ShardSettings(16 << 20, Duration.ZERO, Durability.FSYNC, Retention.FOREVER);
        JournalStorage storage = new JournalStorage(journal, settings, home, disks);
        storage.identify(() -> node);
        Replica replica =
                new Replica(
                        node,
                        ReplicaSettings.STANDARD,
                        storage,
                        new Replica.ReplicaPorts(from(node), Events.NONE),
                        System::nanoTime);
        home.submit(
                        () -> {
                            replica.open();
                            return true;
                        })
                .get(10, TimeUnit.SECONDS);
        agreed.watch(home, replica::told);
        nodes.put(node, on(home, replica::receive));
        ticks.scheduleWithFixedDelay(
                () -> home.execute(replica::tick), 10, 10, TimeUnit.MILLISECONDS);
    }

    private static BiConsumer<String, Message> on(
            Executor thread, BiConsumer<String, Message> receiver) {
        return (from, message) -> thread.execute(() -> receiver.accept(from, message));
    }

    /** By way of bytes, as between machines. */
    private Transport from(String node) {
        return (to, message) -> {
            BiConsumer<String, Message> receiver = nodes.get(to);
            if (receiver != null
                    && MessageCodec.decode(MessageCodec.encoded(message))
                            instanceof MessageCodec.Decoded.Whole(Message same)) {
                receiver.accept(node, same);
            }
        };
    }

    /** Speaks with replicas as a node of that name. */
    Transport join(String node, BiConsumer<String, Message> receiver) {
        nodes.put(node, receiver);
        return from(node);
    }

    ShardView view() {
        return agreed.view();
    }

    @Override
    public void close() {
        nodes.clear();
        end(ticks);
        end(writing);
        end(disks);
        // before the threads that they tell
        journals.forEach(Journal::close);
        homes.forEach(RealCluster::end);
    }

    private static void end(ExecutorService threads) {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("threads do not end");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is agreed, in memory. */
    private static final class Agreed {
        private final List<Consumer<ShardView>> watches = new ArrayList<>();
        private @Nullable Versioned<ShardHead> head;
        private final TreeMap<Integer, Versioned<Segment>> segments = new TreeMap<>();
        private long revision;

        synchronized ShardView view() {
            return new ShardView(SHARD, head, List.copyOf(segments.values()));
        }

        synchronized void watch(Executor thread, Consumer<ShardView> told) {
            watches.add(view -> thread.execute(() -> told.accept(view)));
        }

        Metadata on(Executor thread) {
            return new Metadata() {
                @Override
                public void read(String shard, Consumer<Answer> told) {
                    Answer found = new Answer.Found(view());
                    thread.execute(() -> told.accept(found));
                }

                @Override
                public void change(List<Change> changes, String why, Consumer<Outcome> told) {
                    Outcome outcome = apply(changes);
                    thread.execute(() -> told.accept(outcome));
                }
            };
        }

        private synchronized Metadata.Outcome apply(List<Metadata.Change> changes) {
            Map<Integer, Versioned<Segment>> before = new LinkedHashMap<>(segments);
            for (Metadata.Change change : changes) {
                boolean matches =
                        switch (change) {
                            case Metadata.Change.PutHead(ShardHead to, long expected) ->
                                    Metadata.versionOf(head) == expected;
                            case Metadata.Change.PutSegment(Segment to, long expected) ->
                                    Metadata.versionOf(before.get(to.id().number())) == expected;
                            case Metadata.Change.RemoveSegment(SegmentId id, long expected) ->
                                    Metadata.versionOf(before.get(id.number())) == expected;
                        };
                if (!matches) {
                    return new Metadata.Outcome.Conflict();
                }
            }
            revision++;
            for (Metadata.Change change : changes) {
                switch (change) {
                    case Metadata.Change.PutHead(ShardHead to, long expected) ->
                            head = new Versioned<>(to, revision);
                    case Metadata.Change.PutSegment(Segment to, long expected) ->
                            segments.put(to.id().number(), new Versioned<>(to, revision));
                    case Metadata.Change.RemoveSegment(SegmentId id, long expected) ->
                            segments.remove(id.number());
                }
            }
            ShardView after = view();
            watches.forEach(watch -> watch.accept(after));
            return new Metadata.Outcome.Done();
        }
    }
}
