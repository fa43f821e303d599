package io.robustmq.server;

import io.robustmq.journal.RecordReader;
import io.robustmq.replication.Entry;
import io.robustmq.replication.Message;
import io.robustmq.replication.Segment;
import io.robustmq.replication.ShardView;
import io.robustmq.replication.Versioned;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads a replicated shard from its replicas. Any thread but the log's; the caller waits.
 *
 * <p>Any replica of a segment may be asked: what is acknowledged is the same on all, and one that
 * lacks it says so. The next one is asked when one is silent; when none has it for longer than
 * {@link #PATIENCE_NANOS}, the read fails, and may be tried again.
 */
final class ReplicatedReads {
    private static final long SILENCE_MILLIS = 400;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long PAUSE_MILLIS = 50;

    /** Of one answer when everything is read. */
    private static final int PIECE_BYTES = 1 << 20;

    /** Records that are not wanted between two that are read together. */
    private static final int NEAR = 16;

    /** Readings of single records that are under way at once. */
    private static final int AHEAD = 8;

    private static final int FIRST_MEAN_BYTES = 512;

    private final ReplicatedShard shard;
    private final ReplicationClient cluster;
    private final AtomicLong records = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    /** Which replica answered last. */
    private volatile String preferred = "";

    ReplicatedReads(ReplicatedShard shard) {
        this.shard = shard;
        this.cluster = shard.cluster();
    }

    /** A record with all around it, of those read. */
    long meanBytes() {
        long read = records.get();
        return read == 0 ? FIRST_MEAN_BYTES : Math.max(1, bytes.get() / read);
    }

    long readRecords() {
        return records.get();
    }

    // All records

    void read(long from, RecordReader reader) throws IOException {
        shard.checkMayWait();
        long end = shard.committedEnd();
        long at = Math.max(from, shard.firstOffset());
        Fetch next = null;
        while (at < end) {
            Entry near = next == null ? shard.recent().get(at) : null;
            if (near != null) {
                if (!hand(reader, at, near)) {
                    return;
                }
                at++;
                continue;
            }
            Fetch fetch = next == null ? new Fetch(at, PIECE_BYTES) : next;
            next = null;
            List<Entry> found;
            try {
                found = fetch.await();
            } catch (Missing gone) {
                if (!reader.gap(at, Math.min(end, gone.next), gone)) {
                    return;
                }
                at = Math.min(end, gone.next);
                continue;
            }
            long after = at + found.size();
            if (after < end && shard.recent().get(after) == null) {
                next = new Fetch(after, PIECE_BYTES); // while these are handed on
            }
            for (Entry entry : found) {
                if (at == end) {
                    return;
                }
                if (!hand(reader, at++, entry)) {
                    abandon(next);
                    return;
                }
            }
        }
    }

    private static boolean hand(RecordReader reader, long offset, Entry entry) throws IOException {
        return reader.record(
                offset, entry.epochMillis(), ByteBuffer.wrap(entry.payload()).asReadOnlyBuffer());
    }

    private static void abandon(@Nullable Fetch fetch) {
        if (fetch != null) {
            fetch.abandon();
        }
    }

    // Some records

    void readEach(long[] offsets, int from, int to, RecordReader reader) throws IOException {
        shard.checkMayWait();
        long end = shard.committedEnd();
        int planned = from;
        ArrayDeque<Fetch> under = new ArrayDeque<>();
        try {
            for (int i = from; i < to && offsets[i] < end; i++) {
                planned = plan(offsets, Math.max(planned, i), to, end, under);
                Entry entry = offsets[i] < shard.firstOffset() ? null : entry(offsets[i], under);
                boolean more;
                if (entry != null) {
                    more = hand(reader, offsets[i], entry);
                } else {
                    more = fetchOne(offsets[i], reader);
                }
                if (!more) {
                    return;
                }
            }
        } finally {
            under.forEach(Fetch::abandon);
        }
    }

    /** Begins to fetch what comes next and is not here; where to go on planning. */
    private int plan(long[] offsets, int from, int to, long end, ArrayDeque<Fetch> under) {
        int at = from;
        while (under.size() < AHEAD && at < to && offsets[at] < end) {
            long first = offsets[at];
            if (first < shard.firstOffset() || shard.recent().get(first) != null) {
                at++;
                continue;
            }
            int last = at;
            long most = Math.max(1, PIECE_BYTES / meanBytes());
            while (last + 1 < to
                    && offsets[last + 1] < end
                    && offsets[last + 1] - offsets[last] <= NEAR
                    && offsets[last + 1] - first < most) {
                last++;
            }
            long count = offsets[last] - first + 1;
            int maxBytes =
                    count == 1 ? 1 : (int) Math.min(PIECE_BYTES, count * meanBytes() * 5 / 4);
            under.add(new Fetch(first, maxBytes));
            at = last + 1;
        }
        return at;
    }

    /** From what was fetched, or is here; null if it must be fetched by itself. */
    private @Nullable Entry entry(long offset, ArrayDeque<Fetch> under) throws IOException {
        while (!under.isEmpty() && under.peekFirst().from <= offset) {
            Fetch first = under.peekFirst();
            List<Entry> found;
            try {
                found = first.await();
            } catch (Missing gone) {
                under.removeFirst();
                continue;
            }
            long index = offset - first.from;
            if (index < found.size()) {
                return found.get((int) index);
            }
            under.removeFirst();
        }
        return shard.recent().get(offset);
    }

    private boolean fetchOne(long offset, RecordReader reader) throws IOException {
        if (offset < shard.firstOffset()) {
            return reader.gap(offset, offset + 1, removed(offset));
        }
        try {
            return hand(reader, offset, new Fetch(offset, 1).await().getFirst());
        } catch (Missing gone) {
            return reader.gap(offset, offset + 1, gone);
        }
    }

    private Missing removed(long offset) {
        return new Missing(
                "record " + offset + " was removed, as nobody needed it", shard.firstOffset());
    }

    /** It is not there, and will not be. */
    private static final class Missing extends IOException {
        /** Where to go on. */
        final long next;

        Missing(String message, long next) {
            super(message);
            this.next = next;
        }
    }

    /** Some records from one offset on. One thread; the first replica is asked at once. */
    private final class Fetch {
        final long from;
        private final int maxBytes;
        private final long begun = System.nanoTime();
        private ReplicationClient.@Nullable Asked asked;
        private @Nullable List<Entry> found;
        private int attempts;
        private int damaged;

        Fetch(long from, int maxBytes) {
            this.from = from;
            this.maxBytes = maxBytes;
            ask();
        }

        private @Nullable Segment segment() {
            ShardView view = shard.view();
            for (int i = view.segments().size() - 1; i >= 0; i--) {
                Versioned<Segment> each = view.segments().get(i);
                if (each.value().id().firstOffset() <= from) {
                    return each.value();
                }
            }
            return null;
        }

        private void ask() {
            Segment segment = segment();
            if (segment == null) {
                return;
            }
            long committed = shard.committedEnd() - 1;
            if (!segment.isOpen()) {
                committed = Math.min(committed, segment.end() - 1);
            }
            asked =
                    cluster.ask(
                            source(segment),
                            new Message.Read(
                                    segment.id(),
                                    0,
                                    committed,
                                    from,
                                    maxBytes,
                                    cluster.nextRequest()));
        }

        /** First the one that answered last, then the others, those with a connection first. */
        private String source(Segment segment) {
            List<String> order = new ArrayList<>(segment.ensemble());
            order.sort((a, b) -> Integer.compare(rank(a), rank(b)));
            return order.get(attempts++ % order.size());
        }

        private int rank(String node) {
            return !cluster.links().isUp(node) ? 2 : node.equals(preferred) ? 0 : 1;
        }

        /** At least one record. */
        List<Entry> await() throws IOException {
            while (found == null) {
                ReplicationClient.Asked waits = asked;
                if (waits != null) {
                    take(waits);
                    cluster.forget(waits);
                    asked = null;
                }
                if (found == null) {
                    again();
                }
            }
            return found;
        }

        private void take(ReplicationClient.Asked waits) throws IOException {
            try {
                switch (waits.answer().get(SILENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                    case Message.Records answer
                            when answer.from() == from && !answer.entries().isEmpty() -> {
                        preferred = waits.node();
                        RecentRecords.Piece piece = RecentRecords.Piece.of(from, answer.entries());
                        records.addAndGet(answer.entries().size());
                        bytes.addAndGet(piece.bytes());
                        shard.recent().read(piece);
                        found = answer.entries();
                    }
                    case Message.Refused refused when refused.refusal() == Message.Refusal.DISK ->
                            damaged++;
                    case Message.Reply hasNone -> {}
                }
            } catch (TimeoutException silent) {
                // the next one
            } catch (ExecutionException defect) {
                throw new IOException(defect.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for a record", e);
            }
        }

        private void again() throws IOException {
            if (from < shard.firstOffset()) {
                throw removed(from);
            }
            Segment segment = segment();
            int replicas = segment == null ? 1 : segment.ensemble().size();
            if (System.nanoTime() - begun > PATIENCE_NANOS) {
                String what =
                        "record " + from + " of shard " + shard.name() + " cannot be read from ";
                String where = segment == null ? "anywhere" : segment.ensemble().toString();
                if (damaged >= replicas) {
                    throw new Missing(what + where + ": it is damaged", from + 1);
                }
                throw new IOException(what + where + ": they are silent, or lack it");
            }
            IOException over = shard.failure();
            if (over instanceof io.robustmq.journal.JournalClosedException) {
                throw over;
            }
            if (attempts > 0 && attempts % replicas == 0) {
                pause();
            }
            ask();
        }

        private void pause() throws IOException {
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for a record", e);
            }
        }

        void abandon() {
            if (asked != null) {
                cluster.forget(asked);
                asked = null;
            }
        }
    }
}
