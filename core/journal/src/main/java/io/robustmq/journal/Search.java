package io.robustmq.journal;

import java.util.List;

/**
 * Which records of a shard are wanted, and from which end.
 *
 * @param from the first that may be
 * @param before the one after the last that may be
 * @param keys a record must have been appended with one key of each of these sets, best the rarest
 *     first; none: all are wanted
 */
public record Search(long from, long before, List<int[]> keys, Order order) {
    /** In which order records are handed over. */
    public enum Order {
        OLDEST_FIRST,
        NEWEST_FIRST
    }

    public Search {
        if (from < 0) {
            throw new IllegalArgumentException("offsets begin at 0, was " + from);
        }
        keys = List.copyOf(keys);
        if (keys.stream().anyMatch(set -> set.length == 0)) {
            throw new IllegalArgumentException("a set of keys has at least one, one had none");
        }
    }
}
