package io.robustmq.server;

import io.robustmq.journal.Append;
import io.robustmq.journal.JournalFailedException;
import io.robustmq.journal.JournalFencedException;
import io.robustmq.journal.RecordLog;
import io.robustmq.journal.RecordReader;
import io.robustmq.journal.SnapshotReader;
import io.robustmq.journal.SnapshotWriter;
import io.robustmq.replication.Segment;
import io.robustmq.replication.ShardView;
import io.robustmq.replication.Versioned;
import io.robustmq.replication.WriterSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A log that is kept by the journal servers of the cluster: whoever opens it last writes it, and
 * who did before is fenced. Its snapshots are kept there, too, in a second shard. One thread writes
 * both and tells what is acknowledged; readers wait on threads of their own.
 *
 * <p>{@link #failure} is a {@link JournalFencedException} when the log is another's now, for good;
 * and a {@link JournalFailedException} while no quorum has acknowledged anything for longer than
 * the settings let records wait.
 */
final class ReplicatedLog implements RecordLog, AutoCloseable {
    /** What follows its name in the name of the shard of its snapshots. */
    static final String SNAPSHOTS = ".snapshots";

    private static final long RECENT_BYTES = 16 << 20;
    private static final Runnable NOTHING = () -> {};

    private final ReplicationLoop loop;
    private final ReplicatedShard records;
    private final ReplicatedShard states;
    private final ReplicatedReads reads;
    private final ReplicatedSnapshots snapshots;
    private final Runnable onFenced;
    private volatile Runnable afterGroup = NOTHING;
    private boolean fenced;
    private boolean closed;

    /**
     * @param name of the log in the cluster: 1 to 37 of a-z 0-9 _ . - and begins with a letter or
     *     digit
     * @param cluster open, and closed after this
     * @param onFenced is run once, on the log's thread, when the log is another's
     */
    ReplicatedLog(
            String name, WriterSettings settings, ReplicationClient cluster, Runnable onFenced) {
        this.onFenced = onFenced;
        this.loop = new ReplicationLoop("log-" + name, new Work(), cluster.events());
        this.records = new ReplicatedShard(name, settings, RECENT_BYTES, cluster, loop);
        this.states = new ReplicatedShard(name + SNAPSHOTS, settings, 0, cluster, loop);
        this.reads = new ReplicatedReads(records);
        this.snapshots = new ReplicatedSnapshots(states, new ReplicatedReads(states));
    }

    /**
     * Takes the log over from whoever wrote it, and returns when it can be read and written. When
     * this fails, it is to be closed.
     *
     * @throws JournalFencedException if another one took it over meanwhile
     * @throws JournalFailedException if that takes longer than {@code patience}; the message says
     *     what is missing
     */
    void open(Duration patience) throws IOException {
        loop.open();
        records.open();
        states.open();
        try {
            CompletableFuture.allOf(records.opened(), states.opened())
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            ReplicatedShard late = records.opened().isDone() ? states : records;
            throw new JournalFailedException(
                    "shard "
                            + late.name()
                            + " could not be opened within "
                            + patience.toMillis()
                            + " ms: "
                            + late.missing(),
                    e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException why ? why : new IOException(e.getCause());
        } catch (CompletionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the log was opened", e);
        }
    }

    private final class Work implements ReplicationLoop.Work {
        @Override
        public void tick() {
            records.tick();
            states.tick();
            boolean isFenced =
                    records.failure() instanceof JournalFencedException
                            || states.failure() instanceof JournalFencedException;
            if (isFenced && !fenced) {
                fenced = true;
                onFenced.run();
            }
        }

        @Override
        public void afterRound() {
            states.afterRound();
            if (records.afterRound()) {
                afterGroup.run();
            }
        }

        @Override
        public void died(Throwable defect) {
            records.died(defect);
            states.died(defect);
        }
    }

    @Override
    public void append(Append append) {
        records.append(List.of(append));
    }

    @Override
    public void append(List<? extends Append> appends) {
        records.append(appends);
    }

    @Override
    public void afterGroup(Runnable told) {
        afterGroup = told;
    }

    @Override
    public long firstOffset() {
        return records.firstOffset();
    }

    @Override
    public long nextOffset() {
        return records.committedEnd();
    }

    @Override
    public void read(long from, RecordReader reader) throws IOException {
        reads.read(from, reader);
    }

    @Override
    public void readEach(long[] ascendingOffsets, int from, int to, RecordReader reader)
            throws IOException {
        reads.readEach(ascendingOffsets, from, to, reader);
    }

    @Override
    public void trim(long offset) {
        records.trim(offset);
    }

    /** Estimated by the mean of the records that were appended or read here. */
    @Override
    public long sizeBytes() {
        AppendMeasures measures = records.measures();
        long known = reads.readRecords() + measures.appends();
        long mean =
                known == 0
                        ? reads.meanBytes()
                        : (reads.readRecords() * reads.meanBytes() + measures.appendedBytes())
                                / known;
        long kept = 0;
        ShardView view = records.view();
        for (Versioned<Segment> each : view.segments()) {
            Segment segment = each.value();
            long end = segment.isOpen() ? records.committedEnd() : segment.end();
            kept += Math.max(0, end - segment.id().firstOffset());
        }
        return kept * mean;
    }

    @Override
    public long appendedBytes() {
        return records.measures().appendedBytes();
    }

    @Override
    public void saveSnapshot(long offset, SnapshotWriter writer) throws IOException {
        if (offset < 0 || offset > nextOffset()) {
            throw new IllegalArgumentException(
                    "a snapshot holds acknowledged records, was at offset "
                            + offset
                            + " of "
                            + nextOffset());
        }
        snapshots.save(offset, writer);
    }

    @Override
    public <T> @Nullable T restore(SnapshotReader<T> reader) throws IOException {
        return snapshots.restore(reader);
    }

    @Override
    public @Nullable IOException failure() {
        IOException why = records.failure();
        return why == null && states.failure() instanceof JournalFencedException other
                ? other
                : why;
    }

    /** Of its shards, for metrics. */
    List<ReplicatedShard> shards() {
        return List.of(records, states);
    }

    /**
     * What waits fails; the log stays as it is, and the next one to open it seals what is open. Not
     * on the log's own thread. Twice without harm.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        records.close();
        states.close();
        loop.close();
        records.closed();
        states.closed();
    }
}
