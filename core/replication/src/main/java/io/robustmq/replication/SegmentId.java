package io.robustmq.replication;

/**
 * Names a segment. Its first offset is part of the name, as it never changes and whoever hears of a
 * segment for the first time must know it.
 *
 * @param number counts the segments of a shard from 0; none is given twice
 * @param firstOffset of the segment's first record, if it ever gets one
 */
public record SegmentId(String shard, int number, long firstOffset) {
    /** A shard's name at most, in ASCII: the local shards of its segments have it in theirs. */
    public static final int MAX_SHARD_CHARS = 47;

    public SegmentId {
        checkShard(shard);
        if (number < 0 || firstOffset < 0) {
            throw new IllegalArgumentException(
                    "segments and offsets count from 0, were " + number + " and " + firstOffset);
        }
    }

    static void checkShard(String shard) {
        if (!isShard(shard)) {
            throw new IllegalArgumentException(
                    "a replicated shard's name has 1 to "
                            + MAX_SHARD_CHARS
                            + " of a-z 0-9 _ . - and begins with a letter or digit, was \""
                            + shard
                            + '"');
        }
    }

    static boolean isShard(String shard) {
        if (shard.isEmpty() || shard.length() > MAX_SHARD_CHARS) {
            return false;
        }
        for (int i = 0; i < shard.length(); i++) {
            char c = shard.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
            if (!letter && (i == 0 || "_.-".indexOf(c) < 0)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return shard + "/" + number + "@" + firstOffset;
    }
}
