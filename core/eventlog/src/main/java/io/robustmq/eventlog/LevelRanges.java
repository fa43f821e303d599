package io.robustmq.eventlog;

import io.robustmq.journal.RecordReader;
import io.robustmq.journal.Search;
import io.robustmq.journal.Shard;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.pipeline.StoredEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Passes over what is not bad enough without reading it: each event tells how many of each level
 * there were up to it, so two of them tell what is in between. For one search.
 */
final class LevelRanges {
    /** So many are read rather than asked about. */
    private static final int LEAF = 128;

    private static final byte[] NO_JSON = {};

    private final Shard shard;
    private final Severity least;

    /** By sequence number; null if it cannot be read. */
    private final Map<Long, @Nullable StoredEvent> known = new HashMap<>();

    LevelRanges(Shard shard, Severity least) {
        this.shard = shard;
        this.least = least;
    }

    /** Whether it pays: most events are of lower levels. */
    static boolean mayPass(Severity least) {
        return least.compareTo(Severity.INFO) > 0;
    }

    /** False if the page was full before the end. */
    boolean search(Search search, PageReader page) throws IOException {
        return search(search, search.from(), search.before(), page);
    }

    private boolean search(Search search, long from, long before, PageReader page)
            throws IOException {
        if (hasNone(from, before)) {
            return true;
        }
        if (before - from <= LEAF) {
            shard.search(new Search(from, before, search.keys(), search.order()), page);
            return !page.isFull();
        }
        long middle = (from + before) >>> 1;
        return switch (search.order()) {
            case OLDEST_FIRST ->
                    search(search, from, middle, page) && search(search, middle, before, page);
            case NEWEST_FIRST ->
                    search(search, middle, before, page) && search(search, from, middle, page);
        };
    }

    private boolean hasNone(long from, long before) throws IOException {
        StoredEvent first = at(from);
        StoredEvent last = at(before - 1);
        if (first == null || last == null || first.severity().compareTo(least) >= 0) {
            return false;
        }
        return last.isNoneSince(first, least, before - 1 - from);
    }

    private @Nullable StoredEvent at(long seq) throws IOException {
        if (!known.containsKey(seq)) {
            known.put(seq, read(seq));
        }
        return known.get(seq);
    }

    private @Nullable StoredEvent read(long seq) throws IOException {
        StoredEvent[] found = new StoredEvent[1];
        shard.readEach(
                new long[] {seq},
                0,
                1,
                new RecordReader() {
                    @Override
                    public boolean record(long offset, long epochMillis, ByteBuffer payload) {
                        try {
                            StoredEvent event = StoredEvent.decoded(payload);
                            found[0] =
                                    new StoredEvent(
                                            event.severity(),
                                            event.traced(),
                                            event.counts(),
                                            NO_JSON);
                        } catch (IOException noEvent) {
                            // the search tells it
                        }
                        return false;
                    }

                    @Override
                    public boolean gap(long from, long to, IOException why) {
                        return false; // the search tells it
                    }
                });
        return found[0];
    }
}
