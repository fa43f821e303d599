package io.robustmq.replication;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** What clients saw, and what must be true of it. */
final class History {
    /** What must be true is not. */
    static final class Broken extends AssertionError {
        Broken(String what) {
            super(what);
        }
    }

    private record Acknowledged(String writer, String record) {}

    private final TreeMap<Long, Acknowledged> acknowledged = new TreeMap<>();
    private final Map<Long, String> served = new HashMap<>();
    private final Map<String, Long> offsets = new HashMap<>();
    private final Map<String, Long> lastOf = new HashMap<>();
    private final Set<String> offered = new HashSet<>();
    private final Map<String, Long> committed = new HashMap<>();
    private final Map<String, Long> promised = new HashMap<>();
    private long trimmed;

    static Entry entry(String record) {
        return Entry.of(0, record.getBytes(StandardCharsets.UTF_8), record.length());
    }

    static String record(Entry entry) {
        return new String(entry.payload(), StandardCharsets.UTF_8);
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new Broken(what);
        }
    }

    void offered(String record) {
        offered.add(record);
    }

    void acknowledged(String writer, long offset, String record) {
        Acknowledged before = acknowledged.put(offset, new Acknowledged(writer, record));
        check(before == null, offset + " was acknowledged as " + before + " and to " + writer);
        Long last = lastOf.put(writer, offset);
        check(
                last == null || last == offset - 1,
                writer + " was acknowledged " + offset + " after " + last);
        seen("acknowledged", offset, record);
    }

    /** A reader got it, which must not be taken back. */
    void served(String node, long offset, Entry entry) {
        check(entry.isWhole(), node + " served a damaged record at " + offset);
        String record = record(entry);
        check(offered.contains(record), node + " invented " + record + " at " + offset);
        seen("served by " + node, offset, record);
    }

    private void seen(String how, long offset, String record) {
        String before = served.putIfAbsent(offset, record);
        check(
                before == null || before.equals(record),
                record + " was " + how + " at " + offset + " where there was " + before);
        Long elsewhere = offsets.putIfAbsent(record, offset);
        check(
                elsewhere == null || elsewhere == offset,
                record + " was " + how + " at " + offset + " and is at " + elsewhere);
    }

    /** What a node, in one of its lives, says that is committed. */
    void committed(String life, long offset) {
        Long before = committed.put(life, offset);
        check(
                before == null || before <= offset,
                life + " said that " + before + " is committed, and then " + offset);
    }

    /** A node has told that it takes no lower epochs any more, whatever happens to it. */
    void promised(String replica, long epoch) {
        promised.merge(replica, epoch, Math::max);
    }

    /** It deleted the segment, which is sealed. */
    void forgot(String replica) {
        promised.remove(replica);
    }

    void took(String replica, long epoch) {
        Long least = promised.get(replica);
        check(
                least == null || epoch >= least,
                replica + " took records of epoch " + epoch + " after it had promised " + least);
    }

    void trimmed(long below) {
        trimmed = Math.max(trimmed, below);
    }

    void changed(ShardView before, ShardView after) {
        ShardHead head = Objects.requireNonNull(after.head()).value();
        if (before.head() != null) {
            ShardHead old = before.head().value();
            check(head.epoch() >= old.epoch(), "the epoch went back: " + old + ", " + head);
            check(head.nextSegment() >= old.nextSegment(), "numbers went back: " + head);
        }
        Segment last = null;
        for (Versioned<Segment> described : after.segments()) {
            Segment segment = described.value();
            check(
                    last == null || !last.isOpen() && last.end() == segment.id().firstOffset(),
                    segment + " does not go on where " + last + " ends");
            last = segment;
            Versioned<Segment> old = before.segment(segment.id().number());
            if (old != null && !old.value().isOpen()) {
                check(
                        old.value().state().equals(segment.state()),
                        "was sealed otherwise: " + old + ", " + segment);
            }
        }
    }

    int acknowledgements() {
        return acknowledged.size();
    }

    /** The log as it is at the end, from its first offset. */
    void checkFinal(long first, Map<Long, String> log) {
        check(first <= trimmed, "records from " + trimmed + " are gone up to " + first);
        acknowledged
                .tailMap(first, true)
                .forEach((offset, of) ->
                        check(
                                of.record.equals(log.get(offset)),
                                of
                                        + " was acknowledged at "
                                        + offset
                                        + ", there is "
                                        + log.get(offset)));
        served.forEach((offset, record) ->
                check(
                        offset < first || record.equals(log.get(offset)),
                        record + " was served at " + offset + ", there is " + log.get(offset)));
        check(new HashSet<>(log.values()).size() == log.size(), "a record is there at two offsets");
    }
}
