package io.robustmq.eventlog;

import io.robustmq.journal.RecordReader;
import io.robustmq.journal.Search;
import io.robustmq.telemetry.pipeline.StoredEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Takes what a query wants, until its limit or a bound is reached. One thread. */
final class PageReader implements RecordReader {
    /** So many events are looked at for one part of an answer: some seconds. */
    private static final int MAX_EXAMINED = 1_000_000;

    /** More are told as one from the first to the last. */
    private static final int MAX_GAPS = 100;

    /** One part of an answer has no more, but for the last event in it. */
    private static final int MAX_BYTES = 8 << 20;

    private final EventQuery query;
    private final EventFilter filter;
    private final List<EventSearch.Found> found = new ArrayList<>();
    private final List<EventSearch.Gap> gaps = new ArrayList<>();
    private int examined;
    private int bytes;
    private long next;
    private boolean full;

    PageReader(EventQuery query) {
        this.query = query;
        this.filter = new EventFilter(query);
    }

    @Override
    public boolean record(long offset, long epochMillis, ByteBuffer payload) {
        boolean forwards = query.order() == Search.Order.OLDEST_FIRST;
        next = forwards ? offset + 1 : offset;
        try {
            if (filter.wants(payload)) {
                byte[] json = StoredEvent.decoded(payload).json(offset);
                found.add(new EventSearch.Found(offset, json));
                bytes += json.length;
            }
        } catch (IOException noEvent) {
            gap(offset, offset + 1, noEvent);
        }
        full = found.size() == query.limit() || ++examined == MAX_EXAMINED || bytes > MAX_BYTES;
        return !full;
    }

    @Override
    public boolean gap(long from, long to, IOException why) {
        next = query.order() == Search.Order.OLDEST_FIRST ? to : from;
        add(from, to, why.getMessage() == null ? why.toString() : why.getMessage());
        return true;
    }

    /** What retention removed of what is asked for. */
    void removed(long from, long to) {
        add(from, to, "retention removed them");
    }

    private void add(long from, long to, String reason) {
        EventSearch.Gap last = gaps.isEmpty() ? null : gaps.getLast();
        boolean adjoins = last != null && (last.to() == from || last.from() == to);
        if (last != null && (gaps.size() == MAX_GAPS || adjoins && last.reason().equals(reason))) {
            gaps.set(
                    gaps.size() - 1,
                    new EventSearch.Gap(
                            Math.min(last.from(), from), Math.max(last.to(), to), last.reason()));
        } else {
            gaps.add(new EventSearch.Gap(from, to, reason));
        }
    }

    boolean isFull() {
        return full;
    }

    /** Where to go on after it was full. */
    long next() {
        return next;
    }

    EventSearch.Page page(long goOn, boolean more) {
        return new EventSearch.Page(List.copyOf(found), goOn, more, List.copyOf(gaps));
    }
}
