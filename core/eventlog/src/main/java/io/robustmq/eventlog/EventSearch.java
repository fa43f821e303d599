package io.robustmq.eventlog;

import io.robustmq.journal.Search;
import io.robustmq.journal.Shard;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Answers questions about the events of a node from its shard. Any thread.
 *
 * <p>Events that have a field that is asked for are found by the journal's index of keys; a range
 * of the shard in which no event is bad enough is passed by the counts in {@link
 * io.robustmq.telemetry.pipeline.StoredEvent}; else all are looked at, from the end that is asked
 * for.
 */
public final class EventSearch {
    /** An event may be stored that much later than it happened, and still be found by its time. */
    private static final Duration STORED_LATE = Duration.ofMinutes(1);

    private final Shard shard;

    /**
     * @param shard open, of records that are stored events
     */
    public EventSearch(Shard shard) {
        this.shard = shard;
    }

    /**
     * One event.
     *
     * @param json its object of events.schema.json, UTF-8
     */
    public record Found(long seq, byte[] json) {}

    /**
     * Events that cannot be read.
     *
     * @param from the first of them
     * @param to the one after the last
     */
    public record Gap(long from, long to, String reason) {}

    /**
     * A part of the answer.
     *
     * @param next oldest first: where the next part is from; newest first: what it is before
     * @param more whether there may be more; a part can be short of its limit, or empty, though
     *     there are more, since what is looked at for it is bounded
     */
    public record Page(List<Found> events, long next, boolean more, List<Gap> gaps) {}

    /** Of the oldest event kept. */
    public long firstSeq() {
        return shard.firstOffset();
    }

    /** After the newest. */
    public long nextSeq() {
        return shard.nextOffset();
    }

    /** The first part of the answer; the next is that to the query from, or before, its next. */
    public Page page(EventQuery query) throws IOException {
        long first = shard.firstOffset();
        long end = Math.min(query.before(), shard.nextOffset());
        long from = Math.max(query.from(), first);
        PageReader page = new PageReader(query);
        if (query.since() != null) {
            from = Math.max(from, shard.offsetAt(query.since()));
        }
        if (query.until() != null) {
            end = Math.min(end, shard.offsetAt(query.until().plus(STORED_LATE)));
        }
        boolean removed = first > 0 && from == first && asksForOlder(query, first);
        if (removed && query.order() == Search.Order.OLDEST_FIRST) {
            page.removed(query.from(), first);
        }
        boolean whole = true;
        if (from < end) {
            Search search = new Search(from, end, query.keys(), query.order());
            whole = search(search, query, page);
        }
        if (removed && whole && query.order() == Search.Order.NEWEST_FIRST) {
            page.removed(query.from(), first);
        }
        return switch (query.order()) {
            case OLDEST_FIRST ->
                    page.page(whole ? Math.max(query.from(), end) : page.next(), !whole);
            case NEWEST_FIRST -> page.page(whole ? from : page.next(), !whole);
        };
    }

    private boolean search(Search search, EventQuery query, PageReader page) throws IOException {
        if (search.keys().isEmpty() && LevelRanges.mayPass(query.level())) {
            return new LevelRanges(shard, query.level()).search(search, page);
        }
        shard.search(search, page);
        return !page.isFull();
    }

    /** Whether retention may have removed what the query is for. */
    private boolean asksForOlder(EventQuery query, long first) throws IOException {
        if (query.since() == null) {
            return query.from() > 0 && query.from() < first;
        }
        long[] firstMillis = {Long.MIN_VALUE};
        shard.read(
                first,
                (offset, millis, payload) -> {
                    firstMillis[0] = millis;
                    return false;
                });
        return query.from() < first && query.since().toEpochMilli() < firstMillis[0];
    }

    /**
     * What comes from now on, or from {@code seq}. To be closed.
     *
     * @param query its limit and order do not count
     * @param seq one of another store may be too high; then from now on
     */
    public EventFollower follow(EventQuery query, long seq) {
        long from = Math.min(Math.max(seq, 0), shard.nextOffset());
        return new EventFollower(shard.tail(from), query, from);
    }
}
