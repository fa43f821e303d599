package io.robustmq.replication;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A replica's disk. What is not synced yet when the node crashes is there afterwards up to any
 * record, or not at all; what was, stays.
 */
final class SimDisk {
    private static final class Kept {
        long epoch;
        long version;
        final List<Entry> entries = new ArrayList<>();
    }

    /** Something that is written, and not synced yet; a promise has no records. */
    private static final class Write {
        final SegmentId segment;
        final List<Entry> entries;
        final long epoch;
        final long version;

        Write(SegmentId segment, List<Entry> entries, long epoch, long version) {
            this.segment = segment;
            this.entries = entries;
            this.epoch = epoch;
            this.version = version;
        }
    }

    private final SimWorld world;
    private final Set<Mutation> mutations;
    private final Map<SegmentId, Kept> synced = new LinkedHashMap<>();
    private final List<Write> unsynced = new ArrayList<>();
    private Consumer<SegmentId> deleted = segment -> {};
    private boolean full;
    private int syncMillis = 4;

    /** When the last of what is under way will be done: records, and beside them promises. */
    private long recordsDone;

    private long promisesDone;

    SimDisk(SimWorld world, Set<Mutation> mutations) {
        this.world = world;
        this.mutations = mutations;
    }

    void deleted(Consumer<SegmentId> hears) {
        deleted = hears;
    }

    void full(boolean now) {
        full = now;
    }

    void syncMillis(int most) {
        syncMillis = most;
    }

    void crash() {
        Set<SegmentId> torn = new HashSet<>();
        for (Write write : unsynced) {
            if (torn.contains(write.segment)) {
                continue;
            }
            if (write.entries.isEmpty()) {
                if (world.oneIn(2) && !mutations.contains(Mutation.FENCE_IS_FORGOTTEN)) {
                    promise(write);
                }
            } else {
                int whole = world.chance.nextInt(write.entries.size() + 1);
                Kept kept = synced.get(write.segment);
                if (kept != null) {
                    kept.entries.addAll(write.entries.subList(0, whole));
                }
                if (whole < write.entries.size()) {
                    torn.add(write.segment); // nothing that was written after it counts
                }
            }
        }
        unsynced.clear();
        recordsDone = 0;
        promisesDone = 0;
        if (mutations.contains(Mutation.DISK_FORGETS) && world.oneIn(2)) {
            synced.values().forEach(kept -> kept.entries.clear());
        }
    }

    /** After the last record that a crash would leave for sure. */
    long end(SegmentId segment) {
        Kept kept = synced.get(segment);
        return segment.firstOffset() + (kept == null ? 0 : kept.entries.size());
    }

    private void promise(Write write) {
        Kept kept = synced.computeIfAbsent(write.segment, id -> new Kept());
        kept.epoch = Math.max(kept.epoch, write.epoch);
        kept.version = Math.max(kept.version, write.version);
    }

    /** As the process sees it. */
    ReplicaStorage of(SimProcess process) {
        return new Storage(process);
    }

    private final class Storage implements ReplicaStorage {
        private final SimProcess process;

        /** Of which not all failures were told; once for each. */
        private final List<SegmentId> failures = new ArrayList<>();

        private final Set<SegmentId> wholes = new HashSet<>();

        Storage(SimProcess process) {
            this.process = process;
        }

        @Override
        public List<Held> held() {
            List<Held> held = new ArrayList<>();
            synced.forEach((id, kept) -> held.add(new Held(id, kept.epoch, kept.version, end(id))));
            return held;
        }

        @Override
        public void promise(SegmentId segment, long epoch, long version, Written told) {
            Write write = new Write(segment, List.of(), epoch, version);
            if (mutations.contains(Mutation.FENCE_IS_FORGOTTEN) && synced.containsKey(segment)) {
                process.in(SimWorld.MILLI, () -> told.written(end(segment), null));
                return;
            }
            write(write, told);
        }

        @Override
        public void append(SegmentId segment, long from, List<Entry> entries, Written told) {
            if (wholes.contains(segment)) {
                throw new AssertionError(segment + " is whole, and gets records");
            }
            if (!mutations.contains(Mutation.ACK_BEFORE_DURABLE)) {
                write(new Write(segment, List.copyOf(entries), 0, 0), told);
                return;
            }
            long[] end = {end(segment) + entries.size()};
            for (Write write : unsynced) {
                end[0] += write.segment.equals(segment) ? write.entries.size() : 0;
            }
            process.in(0, () -> told.written(end[0], null));
            write(new Write(segment, List.copyOf(entries), 0, 0), (ignored, why) -> {});
        }

        private long doneIn(boolean promise) {
            long done = world.now() + world.millis(0, syncMillis);
            if (promise) {
                promisesDone = Math.max(promisesDone, done);
                return promisesDone - world.now();
            }
            recordsDone = Math.max(recordsDone, done);
            return recordsDone - world.now();
        }

        private void write(Write write, Written told) {
            long until = doneIn(write.entries.isEmpty());
            if (full || failures.contains(write.segment)) {
                failures.add(write.segment);
                process.in(
                        until,
                        () -> {
                            failures.remove(write.segment);
                            told.written(end(write.segment), new IOException("full"));
                        });
                return;
            }
            unsynced.add(write);
            // the disk goes on while the process stands still
            world.in(
                    until,
                    () -> {
                        if (!process.isKilled()) {
                            sync(write);
                            process.run(() -> told.written(end(write.segment), null));
                        }
                    });
        }

        private void sync(Write write) {
            unsynced.remove(write);
            if (write.entries.isEmpty()) {
                SimDisk.this.promise(write);
            } else {
                Kept kept = synced.get(write.segment);
                if (kept == null) {
                    throw new AssertionError("records before the promise: " + write.segment);
                }
                kept.entries.addAll(write.entries);
            }
        }

        @Override
        public void read(SegmentId segment, long from, long to, int maxBytes, Found told) {
            Kept kept = synced.get(segment);
            List<Entry> found = new ArrayList<>();
            int bytes = 0;
            for (long at = from; at < Math.min(to, end(segment)) && kept != null; at++) {
                Entry entry = kept.entries.get((int) (at - segment.firstOffset()));
                bytes += entry.bytes();
                if (bytes > maxBytes && !found.isEmpty()) {
                    break;
                }
                found.add(entry);
            }
            process.in(
                    world.millis(0, 3),
                    () -> told.found(found, found.isEmpty() ? new IOException("not there") : null));
        }

        @Override
        public void whole(SegmentId segment) {
            wholes.add(segment);
        }

        @Override
        public void delete(SegmentId segment, Written told) {
            process.in(
                    world.millis(0, 5),
                    () -> {
                        synced.remove(segment);
                        wholes.remove(segment);
                        deleted.accept(segment);
                        told.written(segment.firstOffset(), null);
                    });
        }
    }
}
