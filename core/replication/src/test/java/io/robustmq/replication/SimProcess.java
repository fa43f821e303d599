package io.robustmq.replication;

import java.util.ArrayDeque;

/**
 * One life of a node's process, with its own idea of how time goes by. When it was killed, nothing
 * that was meant for it happens; while it is stopped, that waits.
 */
final class SimProcess {
    private static final int TICK_MILLIS = 20;

    final String node;
    private final SimWorld world;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private final double rate;
    private long ahead;
    private boolean killed;
    private boolean stopped;

    SimProcess(String node, SimWorld world) {
        this.node = node;
        this.world = world;
        rate = 0.8 + 0.4 * world.chance.nextDouble();
        ahead = world.chance.nextLong(1L << 50);
    }

    long nanoTime() {
        return ahead + (long) (world.now() * rate);
    }

    void stepClock(long nanos) {
        ahead += nanos;
    }

    void run(Runnable what) {
        if (killed) {
            return;
        }
        if (stopped) {
            waiting.add(what);
        } else {
            what.run();
        }
    }

    void in(long nanos, Runnable what) {
        world.in(nanos, () -> run(what));
    }

    void ticks(Runnable tick) {
        if (killed) {
            return;
        }
        if (!stopped) {
            tick.run();
        }
        world.in(world.millis(TICK_MILLIS / 2, 2 * TICK_MILLIS), () -> ticks(tick));
    }

    boolean isKilled() {
        return killed;
    }

    void kill() {
        killed = true;
        waiting.clear();
    }

    void stop() {
        stopped = true;
    }

    void goOn() {
        stopped = false;
        while (!waiting.isEmpty() && !killed) {
            waiting.remove().run();
        }
    }
}
