package io.robustmq.replication;

import io.robustmq.journal.Journal;
import io.robustmq.journal.Retention;
import io.robustmq.journal.Shard;
import io.robustmq.journal.ShardSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A replica's segments in a local journal: one shard per segment, and one for the {@link Promises}.
 * Their names begin with {@value #PREFIX}, and nobody else's in that journal do. A local shard is
 * written by the journal's group commit, mends itself, and its files can be sent as they lie;
 * deleting a segment is deleting a shard.
 *
 * <p>Shards are open while records may come; those of whole segments are opened for readers, at
 * most {@value #MAX_OPEN_WHOLE} at a time.
 */
public final class JournalStorage implements ReplicaStorage {
    /** What the names of its shards in the journal begin with. */
    public static final String PREFIX = "sys.r";

    static final String PROMISES = PREFIX + "promises";
    private static final String SEGMENT = PREFIX + ".";
    private static final int MAX_OPEN_WHOLE = 64;

    private final Journal journal;
    private final ShardSettings settings;
    private final Executor home;
    private final Executor disk;

    // home
    private @Nullable Promises promises;

    // changed under this
    private final Map<SegmentId, LocalSegment> open = new ConcurrentHashMap<>();

    // under this
    private final LinkedHashMap<SegmentId, LocalSegment> wholes =
            new LinkedHashMap<>(16, 0.75f, true);

    /**
     * @param settings of the shards; how they are retained is not among them
     * @param home the replica's thread
     * @param disk for what waits for the disk; one thread or more
     */
    public JournalStorage(Journal journal, ShardSettings settings, Executor home, Executor disk) {
        this.journal = journal;
        this.settings =
                new ShardSettings(
                        settings.segmentBytes(),
                        settings.segmentAge(),
                        settings.durability(),
                        Retention.FOREVER);
        this.home = home;
        this.disk = disk;
    }

    /**
     * What this node is called in ensembles. The id belongs to the promises: where they are lost,
     * or records that they are about, it is another node that is here.
     *
     * @param isNew it was drawn just now
     * @param lost records that a node with another id had here, and that are gone
     */
    public record Identity(String id, boolean isNew, boolean lost) {}

    /**
     * Reads what was promised. Before anything else, once.
     *
     * @param draw gives an id that no node ever had
     */
    public Identity identify(Supplier<String> draw) throws IOException {
        Promises read = readPromises();
        boolean lost = isIncomplete(read);
        if (lost) {
            read.close();
            for (String name : ours()) {
                journal.delete(name);
            }
            read = readPromises();
        }
        boolean isNew = read.node().isEmpty();
        if (isNew) {
            read.identify(draw.get());
        }
        promises = read;
        return new Identity(read.node(), isNew, lost);
    }

    private Promises readPromises() throws IOException {
        ShardSettings small =
                new ShardSettings(
                        1 << 20, settings.segmentAge(), settings.durability(), Retention.TRIMMED);
        Promises read = new Promises(journal.shard(PROMISES, small));
        read.open();
        return read;
    }

    /** One of the journal's directories may have come back empty. */
    private boolean isIncomplete(Promises read) throws IOException {
        Set<String> here = ours();
        if (read.node().isEmpty() && here.size() > 1) {
            return true;
        }
        return read.all().keySet().stream().anyMatch(id -> !here.contains(name(id)));
    }

    private Set<String> ours() throws IOException {
        Set<String> ours = new HashSet<>(journal.shardNames());
        ours.removeIf(name -> !name.equals(PROMISES) && !name.startsWith(SEGMENT));
        return ours;
    }

    @Override
    public List<Held> held() throws IOException {
        Promises read = promises();
        Set<String> unknown = ours();
        unknown.remove(PROMISES);
        List<Held> held = new ArrayList<>();
        for (Map.Entry<SegmentId, Promises.Promise> entry : read.all().entrySet()) {
            SegmentId id = entry.getKey();
            Promises.Promise promise = entry.getValue();
            unknown.remove(name(id));
            long end = promise.wholeEnd() >= 0 ? promise.wholeEnd() : open(id).end();
            held.add(new Held(id, promise.epoch(), promise.version(), end));
        }
        for (String name : unknown) {
            journal.delete(name);
        }
        return held;
    }

    private static String name(SegmentId segment) {
        return SEGMENT + segment.shard() + "." + segment.number();
    }

    private synchronized LocalSegment open(SegmentId segment) throws IOException {
        LocalSegment there = open.get(segment);
        if (there != null) {
            return there;
        }
        Shard shard = journal.shard(name(segment), settings);
        LocalSegment opened = new LocalSegment(segment, shard, home);
        open.put(segment, opened);
        return opened;
    }

    private Promises promises() {
        if (promises == null) {
            throw new IllegalStateException("identify() comes first");
        }
        return promises;
    }

    @Override
    public void promise(SegmentId segment, long epoch, long version, Written told) {
        boolean isNew = !promises().all().containsKey(segment);
        if (!isNew) {
            promiseOpen(segment, epoch, version, told);
            return;
        }
        disk.execute(() -> {
            try {
                // what a deletion that failed may have left is nobody's
                remove(segment);
                open(segment);
                home.execute(() -> promiseOpen(segment, epoch, version, told));
            } catch (IOException e) {
                home.execute(() -> told.written(segment.firstOffset(), e));
            }
        });
    }

    private void promiseOpen(SegmentId segment, long epoch, long version, Written told) {
        counting(
                promises().promise(segment, epoch, version),
                () -> promises().promised(segment, epoch, version),
                why -> told.written(end(segment), why));
    }

    private interface Counted {
        void counted(@Nullable IOException why);
    }

    /** What is durable counts; if it is not, that is told. */
    private void counting(CompletableFuture<Long> appended, Runnable fold, Counted then) {
        appended.whenCompleteAsync(
                (offset, failure) -> {
                    if (failure != null) {
                        then.counted(
                                failure instanceof IOException why
                                        ? why
                                        : new IOException(failure));
                        return;
                    }
                    fold.run();
                    Promises.Snapshot due = promises().snapshotDue(offset + 1);
                    if (due != null) {
                        disk.execute(due);
                    }
                    then.counted(null);
                },
                home);
    }

    private long end(SegmentId segment) {
        LocalSegment there = open.get(segment);
        return there == null ? promises().of(segment).wholeEnd() : there.end();
    }

    @Override
    public void append(SegmentId segment, long from, List<Entry> entries, Written told) {
        LocalSegment there = open.get(segment);
        if (there == null) {
            IOException why = new IOException(segment + " takes no records");
            home.execute(() -> told.written(segment.firstOffset(), why));
        } else {
            there.append(from, entries, told);
        }
    }

    @Override
    public void read(SegmentId segment, long from, long to, int maxBytes, Found told) {
        disk.execute(() -> {
            try {
                List<Entry> found = forReading(segment).read(from, to, maxBytes);
                home.execute(() -> told.found(found, null));
            } catch (IOException e) {
                home.execute(() -> told.found(List.of(), e));
            }
        });
    }

    private synchronized LocalSegment forReading(SegmentId segment) throws IOException {
        LocalSegment there = open.get(segment);
        if (there == null) {
            there = wholes.get(segment);
        }
        if (there != null) {
            return there;
        }
        if (!journal.shardNames().contains(name(segment))) {
            throw new IOException(segment + " is not here");
        }
        if (wholes.size() >= MAX_OPEN_WHOLE) {
            // whoever reads it at this moment is refused, and asks again
            wholes.pollFirstEntry().getValue().shard().close();
        }
        LocalSegment opened =
                new LocalSegment(segment, journal.shard(name(segment), settings), home);
        wholes.put(segment, opened);
        return opened;
    }

    @Override
    public void whole(SegmentId segment) {
        long end = end(segment);
        if (end < 0 || promises().of(segment).wholeEnd() >= 0) {
            return;
        }
        counting(
                promises().whole(segment, end),
                () -> promises().isWhole(segment, end),
                why -> {
                    if (why == null) {
                        disk.execute(() -> close(segment));
                    }
                });
    }

    private synchronized void close(SegmentId segment) {
        LocalSegment there = open.remove(segment);
        if (there != null) {
            there.shard().close();
        }
        LocalSegment read = wholes.remove(segment);
        if (read != null) {
            read.shard().close();
        }
    }

    @Override
    public void delete(SegmentId segment, Written told) {
        counting(
                promises().gone(segment),
                () -> promises().isGone(segment),
                why -> {
                    if (why != null) {
                        told.written(segment.firstOffset(), why);
                    } else {
                        disk.execute(() -> deleteRecords(segment, told));
                    }
                });
    }

    private synchronized void remove(SegmentId segment) throws IOException {
        close(segment);
        journal.delete(name(segment));
    }

    private void deleteRecords(SegmentId segment, Written told) {
        IOException failure = null;
        try {
            remove(segment);
        } catch (IOException e) {
            failure = e;
        }
        IOException why = failure;
        home.execute(() -> told.written(segment.firstOffset(), why));
    }
}
