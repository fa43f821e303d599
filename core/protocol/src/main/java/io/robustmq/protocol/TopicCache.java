package io.robustmq.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * The topics that one connection published to lately, found by their bytes, so that a repeated one
 * costs a comparison and no object. Bounded: {@value #SLOTS} topics of at most {@value #MAX_BYTES}
 * bytes; a newer topic takes the slot of an older one. Connections with one topic have no table.
 */
final class TopicCache {
    private static final int SLOTS = 64;
    private static final int MAX_BYTES = 256;

    private Topic last = Topic.NONE;
    private @Nullable Topic @Nullable [] slots;

    @Nullable Topic find(ByteBuf buf, int at, int length) {
        Topic latest = last;
        if (latest.hasBytes(buf, at, length)) {
            return latest;
        }
        if (slots == null || length > MAX_BYTES) {
            return null;
        }
        Topic candidate = slots[slot(buf, at, length)];
        if (candidate == null || !candidate.hasBytes(buf, at, length)) {
            return null;
        }
        last = candidate;
        return candidate;
    }

    void add(Topic topic, ByteBuf buf, int at, int length) {
        if (length > MAX_BYTES) {
            return;
        }
        if (slots == null && last.utf8().length > 0) {
            slots = new @Nullable Topic[SLOTS];
            byte[] first = last.utf8();
            slots[slot(Unpooled.wrappedBuffer(first), 0, first.length)] = last;
        }
        if (slots != null) {
            slots[slot(buf, at, length)] = topic;
        }
        last = topic;
    }

    private static int slot(ByteBuf buf, int at, int length) {
        long hash = length;
        int end = at + length;
        int i = at;
        for (; i <= end - Long.BYTES; i += Long.BYTES) {
            hash = (hash ^ buf.getLong(i)) * 0x9E37_79B9_7F4A_7C15L;
            hash ^= hash >>> 32;
        }
        for (; i < end; i++) {
            hash = hash * 31 + buf.getByte(i);
        }
        hash *= 0x9E37_79B9_7F4A_7C15L;
        return (int) (hash >>> 58);
    }
}
