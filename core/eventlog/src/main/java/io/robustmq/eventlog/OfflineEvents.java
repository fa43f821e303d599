package io.robustmq.eventlog;

import io.robustmq.journal.OfflineJournal;
import io.robustmq.journal.Search;
import io.robustmq.telemetry.pipeline.StoredEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Answers questions from the files of a node that does not run. Reads all of them: nothing is known
 * of what is not written any more.
 */
public final class OfflineEvents {
    private final OfflineJournal journal;
    private final String shard;

    /**
     * @param journal open
     */
    public OfflineEvents(OfflineJournal journal, String shard) {
        this.journal = journal;
        this.shard = shard;
    }

    /** The first part of the answer, oldest first or newest first as the query says. */
    public EventSearch.Page page(EventQuery query) throws IOException {
        Taken taken = new Taken(query);
        journal.records(shard, query.from(), taken::take);
        List<EventSearch.Found> events = new ArrayList<>(taken.found);
        boolean newestFirst = query.order() == Search.Order.NEWEST_FIRST;
        if (newestFirst) {
            events = events.reversed();
        }
        long last = events.isEmpty() ? query.from() : events.getLast().seq();
        return new EventSearch.Page(
                events, newestFirst ? last : taken.expected, taken.more, List.copyOf(taken.gaps));
    }

    /** What was taken so far. */
    private static final class Taken {
        private final EventQuery query;
        private final EventFilter filter;
        private final Deque<EventSearch.Found> found = new ArrayDeque<>();
        private final List<EventSearch.Gap> gaps = new ArrayList<>();
        private long expected = -1;
        private boolean more;

        Taken(EventQuery query) {
            this.query = query;
            this.filter = new EventFilter(query);
        }

        boolean take(OfflineJournal.RecordFacts record) {
            long seq = record.offset();
            if (seq >= query.before()) {
                return false;
            }
            boolean missing =
                    expected >= 0 ? seq > expected : query.from() > 0 && seq > query.from();
            if (missing) {
                long from = Math.max(expected, query.from());
                gaps.add(
                        new EventSearch.Gap(
                                from, seq, "they are damaged, or retention removed them"));
            }
            expected = seq + 1;
            try {
                if (filter.wants(ByteBuffer.wrap(record.payload()))) {
                    StoredEvent event = StoredEvent.decoded(ByteBuffer.wrap(record.payload()));
                    found.add(new EventSearch.Found(seq, event.json(seq)));
                }
            } catch (IOException noEvent) {
                gaps.add(new EventSearch.Gap(seq, seq + 1, String.valueOf(noEvent.getMessage())));
            }
            if (found.size() <= query.limit()) {
                return true;
            }
            more = true;
            if (query.order() == Search.Order.NEWEST_FIRST) {
                found.removeFirst();
                return true;
            }
            expected = found.removeLast().seq();
            return false;
        }
    }
}
