package io.robustmq.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * The topics that one connection published to lately, found by their bytes, so that a repeated one
 * costs a comparison and no object. Bounded: {@value #GROUPS} groups of {@value #WAYS} topics of at
 * most {@value #MAX_BYTES} bytes each; in a full group a newer topic takes the place of another.
 * Connections with one topic have no table.
 */
final class TopicCache {
    private static final int GROUPS = 16;
    private static final int WAYS = 4;
    private static final int MAX_BYTES = 256;
    // the odd number nearest to 2^64 divided by the golden ratio
    private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

    private Topic last = Topic.NONE;
    private @Nullable Topic[] topics = {};
    private long[] hashes = {};

    @Nullable Topic find(ByteBuf buf, int at, int length) {
        Topic latest = last;
        if (latest.hasBytes(buf, at, length)) {
            return latest;
        }
        if (topics.length == 0 || length > MAX_BYTES) {
            return null;
        }
        long hash = hash(buf, at, length);
        int first = group(hash);
        for (int i = first; i < first + WAYS; i++) {
            Topic candidate = topics[i];
            if (hashes[i] == hash && candidate != null && candidate.hasBytes(buf, at, length)) {
                last = candidate;
                return candidate;
            }
        }
        return null;
    }

    void add(Topic topic, ByteBuf buf, int at, int length) {
        if (length > MAX_BYTES) {
            return;
        }
        if (topics.length == 0 && last.utf8().length > 0) {
            topics = new @Nullable Topic[GROUPS * WAYS];
            hashes = new long[GROUPS * WAYS];
            byte[] first = last.utf8();
            put(last, hash(Unpooled.wrappedBuffer(first), 0, first.length));
        }
        if (topics.length > 0) {
            put(topic, hash(buf, at, length));
        }
        last = topic;
    }

    private void put(Topic topic, long hash) {
        int first = group(hash);
        int slot = first + (int) (hash & (WAYS - 1));
        for (int i = first; i < first + WAYS; i++) {
            if (topics[i] == null) {
                slot = i;
                break;
            }
        }
        topics[slot] = topic;
        hashes[slot] = hash;
    }

    private static int group(long hash) {
        return (int) (hash >>> 60) * WAYS;
    }

    private static long hash(ByteBuf buf, int at, int length) {
        long hash = length;
        int end = at + length;
        int i = at;
        for (; i <= end - Long.BYTES; i += Long.BYTES) {
            hash = (hash ^ buf.getLong(i)) * MIX;
            hash ^= hash >>> 32;
        }
        for (; i < end; i++) {
            hash = hash * 31 + buf.getByte(i);
        }
        hash *= MIX;
        return hash ^ hash >>> 29;
    }
}
