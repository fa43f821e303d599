package io.robustmq.replication;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a replica has of a segment, and what it promised. */
final class ReplicaSegment {
    /** Requests that wait for a promise or for the disk; more are dropped, and asked again. */
    private static final int MAX_WAITING = 256;

    final SegmentId id;
    private final ReplicaStorage storage;
    private final List<Runnable> waitForPromise = new ArrayList<>();
    private final List<Runnable> waitForWrites = new ArrayList<>();

    private long promised;
    private long promisedOnDisk;
    private boolean promising;
    private long version;

    /** After the last record that the disk was given, and after the last that it has. */
    private long taken;

    private long end;
    private int writes;

    /** A write failed: those after it will, too. */
    private boolean failing;

    private long committed;
    private @Nullable Segment sealed;
    private boolean toldWhole;
    private boolean leaving;

    /** One that is not on disk. */
    ReplicaSegment(SegmentId id, ReplicaStorage storage) {
        this(new ReplicaStorage.Held(id, 0, 0, id.firstOffset()), storage);
    }

    ReplicaSegment(ReplicaStorage.Held held, ReplicaStorage storage) {
        id = held.segment();
        this.storage = storage;
        promised = held.epoch();
        promisedOnDisk = held.epoch();
        version = held.version();
        taken = held.end();
        end = held.end();
        committed = id.firstOffset() - 1;
    }

    // promises

    long promised() {
        return promised;
    }

    /** Whether this epoch is the promised one, and the disk knows it. */
    boolean keeps(long epoch) {
        return epoch == promised && epoch == promisedOnDisk;
    }

    /** Whether a crash would leave it. */
    boolean isOnDisk() {
        return promisedOnDisk > 0;
    }

    /** By which version of its document the disk knows that it is here. */
    long version() {
        return version;
    }

    /** Refuses lower epochs from now on, and has {@code then} run when the disk knows it. */
    void promise(long epoch, Runnable then, Consumer<IOException> failed) {
        promise(epoch, version, then, failed);
    }

    void promise(long epoch, long atVersion, Runnable then, Consumer<IOException> failed) {
        promised = Math.max(promised, epoch);
        if (waitForPromise.size() < MAX_WAITING) {
            waitForPromise.add(then);
        }
        if (promising) {
            return;
        }
        promising = true;
        long written = promised;
        long writtenVersion = Math.max(version, atVersion);
        storage.promise(
                id,
                written,
                writtenVersion,
                (ignored, why) -> {
                    promising = false;
                    List<Runnable> waited = List.copyOf(waitForPromise);
                    waitForPromise.clear();
                    if (why == null) {
                        promisedOnDisk = written;
                        version = writtenVersion;
                        waited.forEach(Runnable::run);
                    } else {
                        failed.accept(why);
                    }
                    wake();
                });
    }

    // records

    long taken() {
        return taken;
    }

    long end() {
        return end;
    }

    boolean isFailing() {
        return failing;
    }

    /** The disk has nothing to do for it. */
    boolean isIdle() {
        return writes == 0 && !promising;
    }

    /** Puts records behind those that it has. */
    void write(List<Entry> entries, ReplicaStorage.Written told) {
        long from = taken;
        taken += entries.size();
        writes++;
        storage.append(
                id,
                from,
                entries,
                (reached, why) -> {
                    writes--;
                    end = Math.max(end, reached);
                    failing |= why != null;
                    if (writes == 0 && failing) {
                        failing = false;
                        taken = end;
                    }
                    told.written(end, why);
                    wake();
                });
    }

    /** Has {@code then} run when no write is under way. */
    void whenWritten(Runnable then) {
        if (writes == 0) {
            then.run();
        } else if (waitForWrites.size() < MAX_WAITING) {
            waitForWrites.add(then);
        }
    }

    private void wake() {
        tellWhole();
        if (writes == 0 && !waitForWrites.isEmpty()) {
            List<Runnable> waited = List.copyOf(waitForWrites);
            waitForWrites.clear();
            waited.forEach(Runnable::run);
        }
    }

    // what is known of it

    /** The last offset that is known to be acknowledged. */
    long committed() {
        return committed;
    }

    void committed(long atLeast) {
        committed = Math.max(committed, atLeast);
    }

    /** Before this a reader may see what is here. */
    long readableEnd() {
        return Math.min(committed + 1, end);
    }

    /** Null until the replica has heard that it is. */
    @Nullable Segment sealed() {
        return sealed;
    }

    void sealed(Segment as) {
        sealed = as;
        committed(as.end() - 1);
        tellWhole();
    }

    private void tellWhole() {
        if (!toldWhole && isWhole() && isIdle() && isOnDisk()) {
            toldWhole = true;
            storage.whole(id);
        }
    }

    boolean isWhole() {
        return sealed != null && end >= sealed.end();
    }

    /** Being deleted: it takes and gives nothing any more. */
    boolean isLeaving() {
        return leaving;
    }

    void leave(boolean now) {
        leaving = now;
    }
}
