package io.robustmq.server;

import io.robustmq.journal.Append;
import io.robustmq.journal.JournalClosedException;
import io.robustmq.journal.JournalFailedException;
import io.robustmq.journal.JournalFencedException;
import io.robustmq.journal.JournalFullException;
import io.robustmq.replication.AppendOutcome;
import io.robustmq.replication.Entry;
import io.robustmq.replication.Ports;
import io.robustmq.replication.Segment;
import io.robustmq.replication.ShardView;
import io.robustmq.replication.Versioned;
import io.robustmq.replication.Writer;
import io.robustmq.replication.WriterSettings;
import io.robustmq.telemetry.event.ReplicationEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A replicated shard of which this process is the writer: {@link Writer} on the thread of its log,
 * and appends that any thread hands to it. What waits is bounded by the writer's settings.
 */
final class ReplicatedShard {
    private static final Runnable NOTHING = () -> {};

    private final String name;
    private final ReplicationClient cluster;
    private final ReplicationLoop loop;
    private final WriterSettings settings;
    private final Writer writer;
    private final RecentRecords recent;
    private final AppendMeasures measures;
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private Runnable endWatch = NOTHING;
    private Runnable endReplies = NOTHING;

    // under this
    private List<One> taken = new ArrayList<>();
    private long waitingBytes;

    // written on the loop
    private volatile ShardView view;
    private volatile long committedEnd;
    private volatile @Nullable IOException failure;
    private long failedAt;
    private boolean told;

    /**
     * @param recentBytes of records that are kept in memory for who reads them
     * @param loop not open yet
     */
    ReplicatedShard(
            String name,
            WriterSettings settings,
            long recentBytes,
            ReplicationClient cluster,
            ReplicationLoop loop) {
        this.name = name;
        this.cluster = cluster;
        this.loop = loop;
        this.settings = settings;
        this.recent = new RecentRecords(recentBytes);
        this.measures = new AppendMeasures(cluster.latency(name));
        this.view = new ShardView(name, null, List.of());
        this.writer =
                new Writer(
                        name,
                        cluster.newOwner(),
                        settings,
                        new Ports(
                                cluster.documents().on(loop),
                                cluster.links(),
                                cluster.nodes(),
                                System::nanoTime,
                                cluster.random(),
                                cluster.events()));
    }

    /** Begins to take the shard over; {@link #opened} tells when that is done. */
    void open() {
        cluster.opened(this);
        endReplies =
                cluster.register(
                        name,
                        (from, reply) ->
                                loop.execute(() -> {
                                    writer.receive(from, reply);
                                    look();
                                }));
        loop.execute(writer::open);
        endWatch = cluster.documents().watch(name, loop, this::told);
    }

    private void told(ShardView now) {
        view = now;
        writer.told(now);
        look();
    }

    /** Completes once it may be written and read; exceptionally if it never will. */
    CompletableFuture<Void> opened() {
        return opened;
    }

    // Appends

    void append(List<? extends Append> appends) {
        IOException refusal = null;
        List<One> more = new ArrayList<>(appends.size());
        long bytes = 0;
        for (Append append : appends) {
            if (append.payload().length > Entry.MAX_PAYLOAD_BYTES) {
                refusal =
                        new JournalFullException(
                                "a record of a replicated log holds at most "
                                        + Entry.MAX_PAYLOAD_BYTES
                                        + " bytes, was "
                                        + append.payload().length);
                break;
            }
            One one = new One(append, cluster.clock().millis());
            bytes += one.entry.bytes();
            more.add(one);
        }
        if (refusal == null) {
            refusal = take(more, bytes);
        }
        if (refusal != null) {
            for (Append append : appends) {
                append.failed(refusal);
            }
        }
    }

    /** Null if they are taken, all of them. */
    private synchronized @Nullable IOException take(List<One> more, long bytes) {
        IOException why = failure;
        if (why != null) {
            return why;
        }
        long most = settings.waiting().bytes();
        if (waitingBytes > 0 && waitingBytes + bytes > most) {
            return new JournalFullException(
                    "shard "
                            + name
                            + ": "
                            + waitingBytes
                            + " bytes of records wait for journal servers, the limit is "
                            + most);
        }
        if (taken.isEmpty()) {
            loop.execute(this::hand);
        }
        taken.addAll(more);
        waitingBytes += bytes;
        return null;
    }

    private void hand() {
        List<One> next;
        synchronized (this) {
            next = taken;
            taken = new ArrayList<>();
        }
        boolean refused = false;
        for (One one : next) {
            if (refused) {
                one.failed(AppendOutcome.AppendFailure.FULL); // none may pass it
            } else {
                writer.append(one.entry, one);
                refused = one.isRefused;
            }
        }
    }

    private synchronized void released(Entry entry) {
        waitingBytes -= entry.bytes();
    }

    /** A record on its way. */
    private final class One implements AppendOutcome {
        final Append append;
        final Entry entry;
        final long takenAt = System.nanoTime();
        boolean isRefused;

        One(Append append, long epochMillis) {
            this.append = append;
            this.entry = Entry.of(epochMillis, append.payload(), append.keys());
        }

        @Override
        public void appended(long offset) {
            recent.appended(offset, entry);
            committedEnd = offset + 1;
            told = true;
            released(entry);
            long now = System.nanoTime();
            measures.appended(entry.payload().length, now - takenAt);
            append.timed(now, now);
            append.appended(offset, entry.epochMillis());
        }

        @Override
        public void failed(AppendFailure why) {
            isRefused = true;
            told = true;
            released(entry);
            IOException known = failure;
            append.failed(
                    known != null
                            ? known
                            : switch (why) {
                                case FULL ->
                                        new JournalFullException(
                                                "shard "
                                                        + name
                                                        + ": too many records wait for journal servers");
                                case FENCED -> fencedException();
                                case CLOSED -> closedException();
                            });
        }
    }

    private JournalFencedException fencedException() {
        return new JournalFencedException("shard " + name + " is written by another node now");
    }

    private JournalClosedException closedException() {
        return new JournalClosedException("shard " + name + " is closed");
    }

    // The loop

    void tick() {
        writer.tick();
        look();
        lookForFailure();
        measures.state(writer.epoch(), writer.lagRecords());
    }

    /** Sends what was taken; whether any append was told since the last time. */
    boolean afterRound() {
        writer.flush();
        boolean any = told;
        told = false;
        return any;
    }

    private void look() {
        if (writer.isOpen() && !opened.isDone()) {
            view = cluster.documents().view(name);
            committedEnd = writer.committedEnd();
            opened.complete(null);
        }
        if (writer.ended() == AppendOutcome.AppendFailure.FENCED && !isOver()) {
            failure = fencedException();
            opened.completeExceptionally(fencedException());
        }
    }

    private boolean isOver() {
        return failure instanceof JournalFencedException
                || failure instanceof JournalClosedException;
    }

    private void lookForFailure() {
        if (isOver()) {
            return;
        }
        long waited = writer.waitedNanos();
        boolean fails = waited > settings.waiting().time().toNanos();
        long millis = TimeUnit.NANOSECONDS.toMillis(waited);
        if (fails && failure == null) {
            failedAt = System.nanoTime();
            cluster.events().emit(new ReplicationEvent.LogFailed(name, writer.quorum(), millis));
        } else if (!fails && failure != null) {
            long outage = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - failedAt);
            failure = null;
            cluster.events().emit(new ReplicationEvent.LogRecovered(name, outage));
        }
        if (fails) {
            failure = notAcknowledged(millis);
        }
    }

    private JournalFailedException notAcknowledged(long millis) {
        IOException missing = new IOException(writer.quorum());
        return new JournalFailedException(
                "shard "
                        + name
                        + ": no quorum of journal servers has acknowledged a record for "
                        + millis
                        + " ms: "
                        + missing.getMessage(),
                missing);
    }

    /** Why it is not open by now, for people. Any thread; waits for the loop. */
    String missing() {
        CompletableFuture<String> said = new CompletableFuture<>();
        loop.execute(() -> said.complete(writer.quorum()));
        return said.completeOnTimeout("its thread does not answer", 1, TimeUnit.SECONDS).join();
    }

    /** A defect ended the loop: what waits fails. */
    void died(Throwable defect) {
        IOException why = new JournalFailedException("shard " + name + ": a defect", defect);
        failure = why;
        opened.completeExceptionally(why);
        failTaken(why);
    }

    private void failTaken(IOException why) {
        List<One> left;
        synchronized (this) {
            left = taken;
            taken = new ArrayList<>();
        }
        left.forEach(one -> one.append.failed(why));
    }

    // What is known of it. Any thread

    String name() {
        return name;
    }

    ShardView view() {
        return view;
    }

    long committedEnd() {
        return committedEnd;
    }

    long firstOffset() {
        List<Versioned<Segment>> segments = view.segments();
        return segments.isEmpty() ? 0 : segments.getFirst().value().id().firstOffset();
    }

    synchronized long waitingBytes() {
        return waitingBytes;
    }

    /** Segments with fewer replicas than they should have, or one on a server that is away. */
    long underReplicated() {
        return view.segments().stream()
                .map(each -> each.value().ensemble())
                .filter(ensemble ->
                        ensemble.size() < settings.copies().replicas()
                                || ensemble.stream()
                                        .anyMatch(node -> cluster.nodes().address(node) == null))
                .count();
    }

    @Nullable IOException failure() {
        return failure;
    }

    RecentRecords recent() {
        return recent;
    }

    AppendMeasures measures() {
        return measures;
    }

    ReplicationClient cluster() {
        return cluster;
    }

    /** Nobody may wait for the log on its own thread: it would wait for itself. */
    void checkMayWait() {
        if (loop.isOn()) {
            throw new IllegalStateException("the thread of a log must not wait for it");
        }
    }

    void trim(long offset) {
        loop.execute(() -> writer.trim(offset));
    }

    /** On any other thread than the loop, which goes on until this was done. */
    void close() {
        endWatch.run();
        loop.execute(() -> {
            if (!isOver()) {
                failure = closedException();
            }
            hand();
            writer.close();
            opened.completeExceptionally(closedException());
        });
    }

    /** When the loop has ended. */
    void closed() {
        cluster.closed(this);
        endReplies.run();
        failTaken(closedException());
    }
}
