package io.robustmq.eventlog;

import io.robustmq.journal.Append;
import io.robustmq.journal.Disk;
import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalSettings;
import io.robustmq.journal.RecordReader;
import io.robustmq.journal.Retention;
import io.robustmq.journal.Search;
import io.robustmq.journal.Shard;
import io.robustmq.journal.ShardSettings;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.pipeline.EventStore;
import io.robustmq.telemetry.pipeline.Place;
import io.robustmq.telemetry.pipeline.SpanStore;
import io.robustmq.telemetry.pipeline.StoredEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The events of a node in a journal of their own, so that what clients send and what is told of it
 * do not wait for each other. {@link #open} and {@link #close} on one thread, the rest any.
 */
public final class EventShard implements EventStore, AutoCloseable {
    /** The name of the shard. */
    public static final String NAME = "events";

    private static final String CURSORS = "cursors";
    private static final long CURSOR_SEGMENT_BYTES = 1 << 20;

    private static final Duration SLOW_SYNC = Duration.ofSeconds(5);

    private final EventShardSettings settings;
    private final Journal journal;

    // while open
    private @Nullable Shard shard;
    private @Nullable Cursors cursors;
    private @Nullable Arrivals arrivals;

    public EventShard(
            EventShardSettings settings,
            Disk disk,
            InstantSource clock,
            RandomGenerator random,
            Events events) {
        this.settings = settings;
        this.journal =
                new Journal(
                        new JournalSettings(List.of(settings.directory()), SLOW_SYNC),
                        disk,
                        clock,
                        random,
                        events);
    }

    /**
     * @throws IOException if the directory cannot be used, or is in use
     */
    public void open() throws IOException {
        journal.open();
        Shard opened =
                journal.shard(
                        NAME,
                        new ShardSettings(
                                settings.segmentBytes(),
                                Duration.ZERO,
                                settings.durability(),
                                new Retention(settings.maxBytes(), settings.maxAge(), false)));
        Cursors places =
                new Cursors(
                        journal.shard(
                                CURSORS,
                                new ShardSettings(
                                        CURSOR_SEGMENT_BYTES,
                                        Duration.ZERO,
                                        settings.durability(),
                                        new Retention(
                                                2 * CURSOR_SEGMENT_BYTES, Duration.ZERO, false))));
        places.open();
        cursors = places;
        arrivals = new Arrivals(opened);
        shard = opened;
    }

    /** For questions; while it is open. */
    public Shard shard() {
        Shard opened = shard;
        if (opened == null) {
            throw new IllegalStateException("the event shard is not open");
        }
        return opened;
    }

    public EventShardSettings settings() {
        return settings;
    }

    /**
     * Beside the events, while this is open.
     *
     * @param maxBytes of the segments; the oldest spans go first, whether the collector has had
     *     them or not
     */
    public SpanStore spans(long maxBytes) throws IOException {
        return SpanShard.in(journal, maxBytes, settings.durability());
    }

    @Override
    public long firstSeq() {
        return shard().firstOffset();
    }

    @Override
    public Place first() throws IOException {
        long first = shard().firstOffset();
        StoredEvent event = first(Search.Order.OLDEST_FIRST);
        if (event == null) {
            return last();
        }
        return new Place(first, event.countsBefore());
    }

    @Override
    public Place last() throws IOException {
        long next = shard().nextOffset();
        StoredEvent event = first(Search.Order.NEWEST_FIRST);
        return new Place(next, event == null ? Place.BEGINNING.counts() : event.counts());
    }

    /** The first that can be read from that end; null if there is none. */
    private @Nullable StoredEvent first(Search.Order from) throws IOException {
        @Nullable StoredEvent[] found = new @Nullable StoredEvent[1];
        shard().search(
                        new Search(0, Long.MAX_VALUE, List.of(), from),
                        decoding((seq, event) -> {
                            found[0] = event;
                            return false;
                        }));
        return found[0];
    }

    @Override
    public void append(List<? extends Entry> entries) {
        List<Append> appends = new ArrayList<>(entries.size());
        for (Entry entry : entries) {
            appends.add(
                    new Append(entry.record(), entry.keys()) {
                        @Override
                        public void appended(long offset, long epochMillis) {
                            entry.stored();
                        }

                        @Override
                        public void failed(IOException why) {
                            entry.failed(why);
                        }
                    });
        }
        shard().append(appends);
    }

    @Override
    public @Nullable IOException failure() {
        return shard().failure();
    }

    @Override
    public void read(long seq, Reader reader) throws IOException {
        shard().read(seq, decoding(reader));
    }

    private static RecordReader decoding(Reader reader) {
        return new RecordReader() {
            @Override
            public boolean record(long offset, long epochMillis, ByteBuffer payload) {
                StoredEvent event;
                try {
                    event = StoredEvent.decoded(payload);
                } catch (IOException e) {
                    return true; // not one that we wrote
                }
                return reader.event(offset, event);
            }

            @Override
            public boolean gap(long from, long to, IOException why) {
                return true; // the journal has reported it
            }
        };
    }

    @Override
    public void await(long seq, Duration atMost) throws InterruptedException {
        Arrivals opened = arrivals;
        if (opened == null) {
            throw new IllegalStateException("the event shard is not open");
        }
        opened.await(seq, atMost);
    }

    @Override
    public @Nullable Place cursor(String sink) {
        return cursors().get(sink);
    }

    @Override
    public void keepCursor(String sink, Place place) {
        cursors().put(sink, place);
    }

    private Cursors cursors() {
        Cursors opened = cursors;
        if (opened == null) {
            throw new IllegalStateException("the event shard is not open");
        }
        return opened;
    }

    /** After the pipeline that uses it. */
    @Override
    public void close() {
        journal.close();
    }
}
