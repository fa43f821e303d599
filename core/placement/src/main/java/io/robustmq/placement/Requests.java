package io.robustmq.placement;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.pcollections.PSortedMap;
import org.pcollections.PSortedSet;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/**
 * Which changes were made, so that one that is asked for again is not made again. Part of what all
 * members fold, and never changed: the next one shares with it what stays.
 *
 * <p>Bounds: of one origin those not yet known to be answered, at most {@link
 * RaftMember#MAX_WAITING}; {@link #MAX_ORIGINS} origins, of which the one that was quiet for
 * longest goes.
 *
 * <pre>
 *   | changes:8 | origins n:4 | n × ( origin:16 | last:8 | floor:8 | numbers n:4 | n × number:8 ) |
 * </pre>
 *
 * @param changes how many
 */
record Requests(long changes, PSortedMap<MemberId, Done> byOrigin) {
    static final int MAX_ORIGINS = 256;
    static final Requests NONE = new Requests(0, TreePMap.empty(Members.ORDER));

    /**
     * Of one origin.
     *
     * @param last at which of all changes
     * @param floor all numbers below it are answered
     */
    record Done(long last, long floor, PSortedSet<Long> numbers) {}

    boolean has(MemberId origin, long number) {
        Done done = byOrigin.get(origin);
        return done != null && (number < done.floor || done.numbers.contains(number));
    }

    /**
     * @param floor the origin waits for no answer to numbers below it
     */
    Requests with(MemberId origin, long number, long floor) {
        Done before = byOrigin.get(origin);
        PSortedSet<Long> numbers = before == null ? TreePSet.empty() : before.numbers;
        long highest = Math.max(floor, before == null ? 0 : before.floor);
        numbers = numbers.plus(number);
        while (!numbers.isEmpty() && numbers.first() < highest) {
            numbers = numbers.minus(numbers.first());
        }
        PSortedMap<MemberId, Done> next =
                byOrigin.plus(origin, new Done(changes + 1, highest, numbers));
        if (next.size() > MAX_ORIGINS) {
            next =
                    next.minus(
                            next.entrySet().stream()
                                    .min(Comparator.comparingLong(each -> each.getValue().last))
                                    .orElseThrow()
                                    .getKey());
        }
        return new Requests(changes + 1, next);
    }

    void write(DataOutputStream out) throws IOException {
        out.writeLong(changes);
        out.writeInt(byOrigin.size());
        for (Map.Entry<MemberId, Done> each : byOrigin.entrySet()) {
            Done done = each.getValue();
            out.writeLong(each.getKey().high());
            out.writeLong(each.getKey().low());
            out.writeLong(done.last);
            out.writeLong(done.floor);
            out.writeInt(done.numbers.size());
            for (long number : done.numbers) {
                out.writeLong(number);
            }
        }
    }

    /** Too few bytes are a {@link java.nio.BufferUnderflowException}. */
    static Requests read(ByteBuffer in) {
        long changes = in.getLong();
        TreeMap<MemberId, Done> byOrigin = new TreeMap<>(Members.ORDER);
        for (int n = in.getInt(); n > 0; n--) {
            MemberId origin = MemberId.read(in);
            long last = in.getLong();
            long floor = in.getLong();
            TreeSet<Long> numbers = new TreeSet<>();
            for (int each = in.getInt(); each > 0; each--) {
                numbers.add(in.getLong());
            }
            byOrigin.put(origin, new Done(last, floor, TreePSet.fromSortedSet(numbers)));
        }
        return new Requests(changes, TreePMap.fromSortedMap(byOrigin));
    }
}
