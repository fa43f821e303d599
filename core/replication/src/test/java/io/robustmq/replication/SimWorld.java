package io.robustmq.replication;

import java.util.PriorityQueue;
import java.util.SplittableRandom;

/** Time that goes by as fast as it can, and chance; what is to happen is done in one order. */
final class SimWorld {
    static final long MILLI = 1_000_000;

    private record Due(long at, long order, Runnable what) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(at, other.at);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    final SplittableRandom chance;
    private final PriorityQueue<Due> due = new PriorityQueue<>();
    private long now;
    private long order;
    private long done;

    SimWorld(long seed) {
        chance = new SplittableRandom(seed);
    }

    long now() {
        return now;
    }

    /** Things that were done, to compare two runs by. */
    long done() {
        return done;
    }

    void in(long nanos, Runnable what) {
        due.add(new Due(now + nanos, order++, what));
    }

    /** Lets time pass. */
    void run(long nanos) {
        long until = now + nanos;
        while (!due.isEmpty() && due.peek().at <= until) {
            Due next = due.remove();
            now = next.at;
            done++;
            next.what.run();
        }
        now = until;
    }

    boolean oneIn(int n) {
        return chance.nextInt(n) == 0;
    }

    long millis(int from, int to) {
        return MILLI * from + chance.nextLong(MILLI * (to - from));
    }
}
