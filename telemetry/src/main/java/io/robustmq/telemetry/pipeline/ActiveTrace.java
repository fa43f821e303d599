package io.robustmq.telemetry.pipeline;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what a trace takes and leaves out, exactly: an event that comes when it has ended is none
 * of its own. Lock-free; any thread.
 *
 * <pre>
 *   taken      63      62..45            44..31                30..0
 *              closed  second (mod 2^18) taken for us in it    taken in all
 *   left out   63      62..0
 *              closed  left out in all
 * </pre>
 *
 * <p>The bounds of time and rate keep both from overflowing.
 */
final class ActiveTrace {
    static final int MOST_PER_SECOND = 10_000;

    private static final long CLOSED = 1L << 63;
    private static final int SECOND_SHIFT = 45;
    private static final long SECOND_MASK = (1L << 18) - 1;
    private static final int IN_SECOND_SHIFT = 31;
    private static final long IN_SECOND_MASK = (1L << 14) - 1;
    private static final long TOTAL_MASK = (1L << 31) - 1;

    private final DebugTrace trace;
    private final TraceMatch match;
    private final AtomicLong taken = new AtomicLong();
    private final AtomicLong leftOut = new AtomicLong();

    ActiveTrace(DebugTrace trace, TraceMatch match) {
        this.trace = trace;
        this.match = match;
    }

    DebugTrace trace() {
        return trace;
    }

    TraceMatch match() {
        return match;
    }

    /** Counts one that is to be taken for this trace; false if its second has no room for it. */
    boolean admit(long nowMillis) {
        long second = nowMillis / 1000 & SECOND_MASK;
        while (true) {
            long word = taken.get();
            if (word < 0) {
                return false;
            }
            boolean sameSecond = (word >>> SECOND_SHIFT & SECOND_MASK) == second;
            long inSecond = sameSecond ? word >>> IN_SECOND_SHIFT & IN_SECOND_MASK : 0;
            if (inSecond >= trace.perSecond()) {
                return false;
            }
            long total = (word & TOTAL_MASK) + 1;
            long next = second << SECOND_SHIFT | inSecond + 1 << IN_SECOND_SHIFT | total;
            if (taken.compareAndSet(word, next)) {
                return true;
            }
        }
    }

    /** Counts one that it had no room for, and that was taken all the same or not. */
    void settle(boolean isTaken) {
        AtomicLong counter = isTaken ? taken : leftOut;
        while (true) {
            long word = counter.get();
            boolean full = isTaken && (word & TOTAL_MASK) == TOTAL_MASK;
            if (word < 0 || full || counter.compareAndSet(word, word + 1)) {
                return;
            }
        }
    }

    /** Nothing is counted any more. */
    void end() {
        taken.getAndUpdate(word -> word | CLOSED);
        leftOut.getAndUpdate(word -> word | CLOSED);
    }

    long taken() {
        return taken.get() & TOTAL_MASK;
    }

    long leftOut() {
        return leftOut.get() & ~CLOSED;
    }
}
