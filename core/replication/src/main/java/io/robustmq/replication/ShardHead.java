package io.robustmq.replication;

/**
 * Who may write a shard. Every change of the chain of segments that a writer makes changes the head
 * as well, in one step: so when the epoch was raised, nothing that an older writer still had under
 * way can begin a segment.
 *
 * @param epoch only grows; whoever raised it last is the writer
 * @param owner of the epoch; never the same for two lives of a writer
 * @param nextSegment the number of the segment that will be begun next
 */
public record ShardHead(String name, long epoch, String owner, int nextSegment) {
    public ShardHead {
        SegmentId.checkShard(name);
    }

    ShardHead raised(String by) {
        return new ShardHead(name, epoch + 1, by, nextSegment);
    }

    ShardHead begun() {
        return new ShardHead(name, epoch, owner, nextSegment + 1);
    }
}
