package io.robustmq.eventlog;

import io.robustmq.journal.Search;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.pipeline.EventKeys;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which events are wanted: those that pass every filter that is given. Immutable.
 *
 * @param events any of these; none: all
 * @param level this or worse
 * @param since happened at this time or later
 * @param until happened before this time
 * @param from the least sequence number
 * @param before the one after the greatest
 * @param limit so many at most
 */
public record EventQuery(
        List<EventGlob> events,
        Severity level,
        @Nullable String clientId,
        @Nullable TopicPattern topic,
        @Nullable Long connectionId,
        @Nullable PeerAddress address,
        @Nullable String traceId,
        @Nullable Instant since,
        @Nullable Instant until,
        long from,
        long before,
        int limit,
        Search.Order order) {
    public static final int MAX_LIMIT = 1000;
    public static final int DEFAULT_LIMIT = 100;

    /** All there are, the newest first. */
    public static final EventQuery ALL =
            new EventQuery(
                    List.of(),
                    Severity.DEBUG,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    0,
                    Long.MAX_VALUE,
                    DEFAULT_LIMIT,
                    Search.Order.NEWEST_FIRST);

    /** The same from there on, oldest first. */
    public EventQuery oldestFrom(long seq) {
        return with(seq, before, limit, Search.Order.OLDEST_FIRST);
    }

    /** The same, but so many at most. */
    EventQuery limited(int most) {
        return with(from, before, most, order);
    }

    /** The same, newest first from before {@code seq} down. */
    public EventQuery newestBefore(long seq, int most) {
        return with(from, seq, most, Search.Order.NEWEST_FIRST);
    }

    /** The same filters over another part. */
    private EventQuery with(long newFrom, long newBefore, int newLimit, Search.Order newOrder) {
        return new EventQuery(
                events,
                level,
                clientId,
                topic,
                connectionId,
                address,
                traceId,
                since,
                until,
                newFrom,
                newBefore,
                newLimit,
                newOrder);
    }

    /** What the events are found by; a record has one key of each set. */
    List<int[]> keys() {
        List<int[]> sets = new ArrayList<>();
        add(sets, EventKeys.Kind.TRACE, traceId);
        add(sets, EventKeys.Kind.CLIENT, clientId);
        add(sets, EventKeys.Kind.CONNECTION, connectionId == null ? null : "" + connectionId);
        add(sets, EventKeys.Kind.TOPIC, topic == null || topic.wild() ? null : topic.text());
        add(sets, EventKeys.Kind.ADDRESS, address == null ? null : address.host());
        int[] names = new int[events.size()];
        for (int i = 0; i < names.length; i++) {
            Integer key = events.get(i).key();
            if (key == null) {
                return sets; // one of them is found by looking at all
            }
            names[i] = key;
        }
        if (names.length > 0) {
            sets.add(names);
        }
        return sets;
    }

    private static void add(List<int[]> sets, EventKeys.Kind kind, @Nullable String text) {
        if (text != null) {
            sets.add(new int[] {EventKeys.of(kind, text)});
        }
    }
}
