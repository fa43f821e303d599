package io.robustmq.replication;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One shard's documents: linearizable, but slow, not always reachable, with old answers to readings
 * and changes that are made after their maker was told that nobody knows.
 */
final class SimMetadata {
    private static final int GIVES_UP_MILLIS = 150;

    private final String shard;
    private final SimWorld world;
    private final History history;
    private final boolean compares;

    /** Hears of each segment when somebody wants for the first time that it be sealed so. */
    private Consumer<Segment> offered = sealed -> {};

    private final Set<Segment> offeredBefore = new HashSet<>();

    private final List<Consumer<ShardView>> watches = new ArrayList<>();
    private final List<ShardView> past = new ArrayList<>();

    private @Nullable Versioned<ShardHead> head;
    private final TreeMap<Integer, Versioned<Segment>> segments = new TreeMap<>();
    private long revision;

    /** Percent of requests that do not arrive, and of answers that do not. */
    private int lossPercent;

    SimMetadata(String shard, SimWorld world, History history, boolean compares) {
        this.shard = shard;
        this.world = world;
        this.history = history;
        this.compares = compares;
        past.add(view());
    }

    void faults(int loss) {
        lossPercent = loss;
    }

    void offered(Consumer<Segment> hears) {
        offered = hears;
    }

    /** The truth. */
    ShardView view() {
        return new ShardView(shard, head, List.copyOf(segments.values()));
    }

    /** All views in order, each a little after it became true. */
    void watch(SimProcess process, Consumer<ShardView> told) {
        long[] last = {0};
        Consumer<ShardView> watch =
                view -> {
                    boolean late = lossPercent > 0 && world.oneIn(5);
                    long delay = late ? world.millis(1, 1500) : world.millis(1, 80);
                    long at = Math.max(last[0], world.now() + delay);
                    last[0] = at;
                    process.in(at - world.now(), () -> told.accept(view));
                };
        watches.add(watch);
        watch.accept(view());
    }

    Metadata of(SimProcess process) {
        return new Metadata() {
            @Override
            public void read(String name, Consumer<Answer> told) {
                request(
                        process,
                        () -> new Answer.Found(maybeOld()),
                        () -> new Answer.Unreachable("lost"),
                        told);
            }

            @Override
            public void change(List<Change> changes, String why, Consumer<Outcome> told) {
                for (Change change : changes) {
                    if (change instanceof Change.PutSegment put
                            && !put.segment().isOpen()
                            && isOpen(put.segment())
                            && offeredBefore.add(put.segment())) {
                        offered.accept(put.segment());
                    }
                }
                request(process, () -> apply(changes), () -> new Outcome.Unknown("lost"), told);
            }
        };
    }

    private <T> void request(
            SimProcess process, Supplier<T> made, Supplier<T> lost, Consumer<T> told) {
        boolean[] answered = {false};
        Consumer<T> once =
                answer -> {
                    if (!answered[0]) {
                        answered[0] = true;
                        told.accept(answer);
                    }
                };
        process.in(GIVES_UP_MILLIS * SimWorld.MILLI, () -> once.accept(lost.get()));
        if (lost()) {
            return;
        }
        // with faults, some come long after they were given up
        long way = lossPercent > 0 && world.oneIn(6) ? world.millis(0, 900) : world.millis(0, 4);
        world.in(
                way,
                () -> {
                    T answer = made.get();
                    if (!lost()) {
                        process.in(world.millis(0, 4), () -> once.accept(answer));
                    }
                });
    }

    private boolean lost() {
        return lossPercent > 0 && world.chance.nextInt(100) < lossPercent;
    }

    private ShardView maybeOld() {
        return lossPercent > 0 && world.oneIn(8)
                ? past.get(world.chance.nextInt(past.size()))
                : past.getLast();
    }

    private Metadata.Outcome apply(List<Metadata.Change> changes) {
        for (Metadata.Change change : changes) {
            boolean matches =
                    switch (change) {
                        case Metadata.Change.PutHead(ShardHead to, long expected) ->
                                Metadata.versionOf(head) == expected || !compares;
                        case Metadata.Change.PutSegment(Segment to, long expected) ->
                                version(to.id().number()) == expected;
                        case Metadata.Change.RemoveSegment(SegmentId id, long expected) ->
                                version(id.number()) == expected;
                    };
            if (!matches) {
                return new Metadata.Outcome.Conflict();
            }
        }
        revision++;
        ShardView before = view();
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
        past.add(after);
        history.changed(before, after);
        watches.forEach(watch -> watch.accept(after));
        return new Metadata.Outcome.Done();
    }

    private boolean isOpen(Segment segment) {
        Versioned<Segment> now = segments.get(segment.id().number());
        return now != null && now.value().isOpen();
    }

    private long version(int number) {
        return Metadata.versionOf(segments.get(number));
    }
}
