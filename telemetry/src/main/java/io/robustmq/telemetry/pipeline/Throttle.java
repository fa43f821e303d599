package io.robustmq.telemetry.pipeline;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets so many occurrences of one (type, key) through per second and counts the others exactly.
 * Lock-free; any thread.
 *
 * <p>The state of a key is one word, so that a count can neither be lost nor reported twice:
 *
 * <pre>
 *   63      62..43            42..31           30..0
 *   closed  second (mod 2^20) written in it    left out since the last one written
 * </pre>
 *
 * <p>At most {@code maxKeys} keys are remembered. A key that has been quiet is forgotten by {@link
 * #sweep}, which tells the count that no record has told; when there is no room, further keys of a
 * type share that type's overflow key. What cannot be told now is added to it, so nothing is lost
 * from the sum: occurrences = admitted + told, in records or by themselves + {@link #pending}.
 */
final class Throttle {
    /** Result of {@link #admit} for an occurrence that is left out. */
    static final long LEAVE_OUT = -1;

    private static final long CLOSED = 1L << 63;
    private static final int SECOND_SHIFT = 43;
    private static final long SECOND_MASK = (1L << 20) - 1;
    private static final int WRITTEN_SHIFT = 31;
    private static final long WRITTEN_MASK = (1L << 12) - 1;
    private static final long LEFT_OUT_MASK = (1L << 31) - 1;

    /** A key is the client's choice and may be 64 KiB long. */
    private static final int MAX_KEY_LENGTH = 128;

    /** After this a quiet key is forgotten, and its count told. */
    private static final long QUIET_SECONDS = 10;

    /** In one sweep: each is an event, and many keys may fall quiet at once. */
    static final int MOST_TOLD = 256;

    /** Tells of counts that no record will tell of. */
    interface Teller {
        /**
         * @param key empty also for the overflow key
         * @return false if it could not
         */
        boolean tell(int type, String key, long leftOut);
    }

    private final int perKeyPerSecond;
    private final int maxKeys;
    private final AtomicInteger keys = new AtomicInteger();
    private final ConcurrentHashMap<String, AtomicLong>[] tables;
    private final AtomicLong[] overflow;

    @SuppressWarnings({"unchecked", "rawtypes"})
    Throttle(int types, int perKeyPerSecond, int maxKeys) {
        if (perKeyPerSecond < 0 || perKeyPerSecond > WRITTEN_MASK) {
            throw new IllegalArgumentException(
                    "events.per-key-per-second must be 0 to "
                            + WRITTEN_MASK
                            + ", was "
                            + perKeyPerSecond);
        }
        this.perKeyPerSecond = perKeyPerSecond;
        this.maxKeys = maxKeys;
        this.tables = new ConcurrentHashMap[types];
        this.overflow = new AtomicLong[types];
        for (int type = 0; type < types; type++) {
            tables[type] = new ConcurrentHashMap<>(4);
            overflow[type] = new AtomicLong();
        }
    }

    /**
     * @return {@link #LEAVE_OUT}, or the number left out since the last one of this key was
     *     admitted; whoever then cannot write it {@link #giveBack gives it back}
     */
    long admit(int type, String key, long nowMillis) {
        if (perKeyPerSecond == 0) {
            return 0;
        }
        long second = nowMillis / 1000 & SECOND_MASK;
        AtomicLong state = state(type, key);
        while (true) {
            long word = state.get();
            if (word < 0) {
                forget(type, key, state);
                state = state(type, key);
                continue;
            }
            long leftOut = word & LEFT_OUT_MASK;
            long written = word >>> WRITTEN_SHIFT & WRITTEN_MASK;
            boolean sameSecond = word >>> SECOND_SHIFT == second;
            if (sameSecond && written >= perKeyPerSecond) {
                if (leftOut == LEFT_OUT_MASK || state.compareAndSet(word, word + 1)) {
                    return LEAVE_OUT;
                }
            } else if (state.compareAndSet(
                    word,
                    second << SECOND_SHIFT | (sameSecond ? written + 1 : 1) << WRITTEN_SHIFT)) {
                return leftOut;
            }
        }
    }

    /** The record that would have reported this count was lost: the next one reports it. */
    void giveBack(int type, String key, long leftOut) {
        while (leftOut > 0) {
            AtomicLong state = state(type, key);
            long word = state.get();
            if (word >= 0) {
                long sum = Math.min(LEFT_OUT_MASK, (word & LEFT_OUT_MASK) + leftOut);
                if (state.compareAndSet(word, word & ~LEFT_OUT_MASK | sum)) {
                    return;
                }
            } else {
                forget(type, key, state);
            }
        }
    }

    /** Forgets quiet keys, and tells of what they were left with. Now and then. */
    void sweep(long nowMillis, Teller teller) {
        sweep(nowMillis, QUIET_SECONDS, MOST_TOLD, teller);
    }

    /** The same for all keys, however busy: there will be no later sweep. */
    void sweepAll(long nowMillis, Teller teller) {
        sweep(nowMillis, -1, Integer.MAX_VALUE, teller);
    }

    private void sweep(long nowMillis, long quietSeconds, int mostTold, Teller teller) {
        long second = nowMillis / 1000 & SECOND_MASK;
        int told = 0;
        for (int type = 0; type < tables.length; type++) {
            if (told < mostTold) {
                told += sweepOverflow(type, second, quietSeconds, teller) ? 1 : 0;
            }
            for (Map.Entry<String, AtomicLong> entry : tables[type].entrySet()) {
                AtomicLong state = entry.getValue();
                long word = state.get();
                long leftOut = word & LEFT_OUT_MASK;
                if (word < 0
                        || quiet(word, second) <= quietSeconds
                        || leftOut > 0 && told == mostTold
                        || !state.compareAndSet(word, CLOSED)) {
                    continue;
                }
                forget(type, entry.getKey(), state);
                if (leftOut > 0) {
                    told++;
                    if (!teller.tell(type, entry.getKey(), leftOut)) {
                        addToOverflow(type, leftOut);
                    }
                }
            }
        }
    }

    private boolean sweepOverflow(int type, long second, long quietSeconds, Teller teller) {
        long word = overflow[type].get();
        long leftOut = word & LEFT_OUT_MASK;
        if (leftOut == 0
                || quiet(word, second) <= quietSeconds
                || !overflow[type].compareAndSet(word, word & ~LEFT_OUT_MASK)) {
            return false;
        }
        if (!teller.tell(type, "", leftOut)) {
            addToOverflow(type, leftOut);
        }
        return true;
    }

    private static long quiet(long word, long second) {
        return second - (word >>> SECOND_SHIFT) & SECOND_MASK;
    }

    /** Counted and not told yet. */
    long pending() {
        long sum = 0;
        for (int type = 0; type < tables.length; type++) {
            sum += overflow[type].get() & LEFT_OUT_MASK;
            for (AtomicLong state : tables[type].values()) {
                sum += state.get() & LEFT_OUT_MASK;
            }
        }
        return sum;
    }

    private void addToOverflow(int type, long leftOut) {
        overflow[type].updateAndGet(word ->
                word & ~LEFT_OUT_MASK | Math.min(LEFT_OUT_MASK, (word & LEFT_OUT_MASK) + leftOut));
    }

    int keys() {
        return keys.get();
    }

    private void forget(int type, String key, AtomicLong closed) {
        if (tables[type].remove(shortened(key), closed)) {
            keys.decrementAndGet();
        }
    }

    private static String shortened(String key) {
        return key.length() > MAX_KEY_LENGTH ? key.substring(0, MAX_KEY_LENGTH) : key;
    }

    private AtomicLong state(int type, String wholeKey) {
        String key = shortened(wholeKey);
        ConcurrentHashMap<String, AtomicLong> table = tables[type];
        AtomicLong state = table.get(key);
        if (state != null) {
            return state;
        }
        if (keys.incrementAndGet() > maxKeys) {
            keys.decrementAndGet();
            return overflow[type];
        }
        AtomicLong fresh = new AtomicLong();
        AtomicLong other = table.putIfAbsent(key, fresh);
        if (other != null) {
            keys.decrementAndGet();
            return other;
        }
        return fresh;
    }
}
