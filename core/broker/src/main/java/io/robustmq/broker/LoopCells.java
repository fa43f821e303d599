package io.robustmq.broker;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Numbers that one event loop counts up. The loop is the only writer, so adding is a plain read and
 * an opaque write; any thread may read.
 */
final class LoopCells {
    /** Keeps two loops' off one cache line. */
    private static final int PADDING = 16;

    private final AtomicLongArray values;

    LoopCells(int count) {
        this.values = new AtomicLongArray(count + 2 * PADDING);
    }

    void add(int cell, long howMany) {
        int at = cell + PADDING;
        values.setOpaque(at, values.getPlain(at) + howMany);
    }

    long get(int cell) {
        return values.getOpaque(cell + PADDING);
    }
}
