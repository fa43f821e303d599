package io.robustmq.replication;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All documents of a shard as they were at one moment, which may be past.
 *
 * @param head null if there is no such shard
 * @param segments by number; those that retention removed are not there, the newest always is
 */
public record ShardView(
        String shard, @Nullable Versioned<ShardHead> head, List<Versioned<Segment>> segments) {
    public ShardView {
        segments = List.copyOf(segments);
    }

    @Nullable Versioned<Segment> newest() {
        return segments.isEmpty() ? null : segments.getLast();
    }

    @Nullable Versioned<Segment> segment(int number) {
        int first = segments.isEmpty() ? 0 : segments.getFirst().value().id().number();
        int index = number - first;
        if (index >= 0
                && index < segments.size()
                && segments.get(index).value().id().number() == number) {
            return segments.get(index);
        }
        return segments.stream()
                .filter(segment -> segment.value().id().number() == number)
                .findFirst()
                .orElse(null);
    }

    /** Whether there was a segment {@code number} and retention removed it. */
    boolean isGone(int number) {
        return head != null && number < head.value().nextSegment() && segment(number) == null;
    }
}
