package io.robustmq.eventlog;

import io.robustmq.journal.Durability;
import io.robustmq.journal.Journal;
import io.robustmq.journal.RecordReader;
import io.robustmq.journal.Retention;
import io.robustmq.journal.Search;
import io.robustmq.journal.Shard;
import io.robustmq.journal.ShardSettings;
import io.robustmq.telemetry.pipeline.SpanPlace;
import io.robustmq.telemetry.pipeline.SpanStore;
import io.robustmq.telemetry.pipeline.StoredSpans;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The spans of a node on their way to the collector, beside its events. The oldest go when there
 * are too many, and all that the collector has. Any thread; it is open as long as its journal.
 *
 * <p>The place of the reader is in a shard of its own, the last record counts:
 *
 * <pre>
 *   0     8       16
 *   | seq | spans |
 * </pre>
 */
final class SpanShard implements SpanStore {
    private static final String NAME = "spans";
    private static final String CURSOR = "span-cursor";
    private static final int CURSOR_BYTES = 16;
    private static final long CURSOR_SEGMENT_BYTES = 1 << 20;
    private static final long MIN_BYTES = 16L << 20;

    private final Shard spans;
    private final Shard cursors;
    private final Arrivals arrivals;
    private volatile @Nullable SpanPlace cursor;

    private SpanShard(Shard spans, Shard cursors, Arrivals arrivals) {
        this.spans = spans;
        this.cursors = cursors;
        this.arrivals = arrivals;
    }

    static SpanShard in(Journal journal, long maxBytes, Durability durability) throws IOException {
        if (maxBytes < MIN_BYTES) {
            throw new IllegalArgumentException(
                    "tracing.lossless-max-size must be at least "
                            + MIN_BYTES
                            + " bytes, was "
                            + maxBytes);
        }
        Shard spans =
                journal.shard(
                        NAME,
                        new ShardSettings(
                                EventShardSettings.segmentBytes(maxBytes),
                                Duration.ZERO,
                                durability,
                                new Retention(maxBytes, Duration.ZERO, true)));
        Shard cursors =
                journal.shard(
                        CURSOR,
                        new ShardSettings(
                                CURSOR_SEGMENT_BYTES,
                                Duration.ZERO,
                                durability,
                                new Retention(2 * CURSOR_SEGMENT_BYTES, Duration.ZERO, false)));
        SpanShard opened = new SpanShard(spans, cursors, new Arrivals(spans));
        opened.readCursor();
        return opened;
    }

    private void readCursor() throws IOException {
        cursors.read(
                0,
                new RecordReader() {
                    @Override
                    public boolean record(long offset, long epochMillis, ByteBuffer payload) {
                        ByteBuffer in = payload.duplicate();
                        if (in.remaining() == CURSOR_BYTES) { // else of a newer node
                            cursor = new SpanPlace(in.getLong(), in.getLong());
                        }
                        return true;
                    }

                    @Override
                    public boolean gap(long from, long to, IOException why) {
                        return true; // an earlier place: some spans are shipped twice
                    }
                });
        SpanPlace at = cursor;
        if (at != null) {
            spans.trim(Math.min(at.seq(), spans.nextOffset()));
        }
    }

    @Override
    public SpanPlace first() throws IOException {
        long first = spans.firstOffset();
        StoredSpans oldest = first(Search.Order.OLDEST_FIRST);
        return oldest == null ? last() : new SpanPlace(first, oldest.totalBefore());
    }

    @Override
    public SpanPlace last() throws IOException {
        long next = spans.nextOffset();
        StoredSpans newest = first(Search.Order.NEWEST_FIRST);
        SpanPlace at = cursor;
        long without = at == null ? 0 : at.spans();
        return new SpanPlace(next, newest == null ? without : newest.total());
    }

    /** The first that can be read from that end; null if there is none. */
    private @Nullable StoredSpans first(Search.Order from) throws IOException {
        @Nullable StoredSpans[] found = new @Nullable StoredSpans[1];
        spans.search(
                new Search(0, Long.MAX_VALUE, List.of(), from),
                decoding((seq, epochMillis, stored) -> {
                    found[0] = stored;
                    return false;
                }));
        return found[0];
    }

    @Override
    public void append(StoredSpans stored) throws IOException, InterruptedException {
        CompletableFuture<Long> kept = spans.append(stored.encoded());
        try {
            kept.get();
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        }
    }

    @Override
    public void read(long seq, Reader reader) throws IOException {
        spans.read(seq, decoding(reader));
    }

    private static RecordReader decoding(Reader reader) {
        return new RecordReader() {
            @Override
            public boolean record(long offset, long epochMillis, ByteBuffer payload) {
                StoredSpans stored;
                try {
                    stored = StoredSpans.decoded(payload);
                } catch (IOException e) {
                    return true; // not one that we wrote
                }
                return reader.spans(offset, epochMillis, stored);
            }

            @Override
            public boolean gap(long from, long to, IOException why) {
                return true; // the journal has reported it
            }
        };
    }

    @Override
    public void await(long seq, Duration atMost) throws InterruptedException {
        arrivals.await(seq, atMost);
    }

    @Override
    public @Nullable SpanPlace cursor() {
        return cursor;
    }

    @Override
    public void keepCursor(SpanPlace place) {
        cursor = place;
        byte[] record =
                ByteBuffer.allocate(CURSOR_BYTES)
                        .putLong(place.seq())
                        .putLong(place.spans())
                        .array();
        // not before: what is gone and was not counted as shipped is counted as lost. If the disk
        // fails now, the next one tells as much
        var unused = cursors.append(record).thenRun(() -> spans.trim(place.seq()));
    }
}
