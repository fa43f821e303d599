package io.robustmq.telemetry.pipeline;

import java.util.Arrays;

/**
 * Attributes of a span while it is under way: only noted, so that an event loop does nothing that
 * the thread which exports can do. Each key once. One thread at a time; not to be changed once the
 * span has ended.
 */
final class SpanAttributes {
    static final SpanAttributes NONE = new SpanAttributes(0);

    private static final int ROOM = 14;

    private Object[] pairs;
    private int used;

    SpanAttributes() {
        this(2 * ROOM);
    }

    private SpanAttributes(int room) {
        pairs = new Object[room];
    }

    SpanAttributes put(String key, String value) {
        return add(key, value);
    }

    SpanAttributes put(String key, long value) {
        return add(key, value);
    }

    SpanAttributes put(String key, boolean value) {
        return add(key, value);
    }

    private SpanAttributes add(String key, Object value) {
        if (used == pairs.length) {
            pairs = Arrays.copyOf(pairs, 2 * used + 2 * ROOM);
        }
        pairs[used] = key;
        pairs[used + 1] = value;
        used += 2;
        return this;
    }

    int size() {
        return used / 2;
    }

    String key(int index) {
        return (String) pairs[2 * index];
    }

    /** A String, a Long or a Boolean. */
    Object value(int index) {
        return pairs[2 * index + 1];
    }
}
