package io.robustmq.replication;

import java.util.ArrayList;
import java.util.List;

/**
 * Removes the documents of segments that nobody needs, the oldest first and never the newest; the
 * replicas delete what they keep of them when they hear of it. One thread.
 */
final class Trimming {
    /** In one change. */
    private static final int MAX_SEGMENTS = 32;

    private final MetadataLoop loop;
    private long offset;

    Trimming(String shard, Ports ports) {
        loop = new MetadataLoop(shard, ports, this::decide);
    }

    /** Nobody needs records below it any more. */
    void trim(long below) {
        if (below > offset) {
            offset = below;
            loop.again();
        }
    }

    void tick() {
        loop.tick();
    }

    void end() {
        loop.end();
    }

    private MetadataLoop.Step decide(ShardView view) {
        List<Metadata.Change> changes = new ArrayList<>();
        List<Versioned<Segment>> segments = view.segments();
        for (int i = 0; i < segments.size() - 1 && changes.size() < MAX_SEGMENTS; i++) {
            Versioned<Segment> oldest = segments.get(i);
            if (oldest.value().isOpen() || oldest.value().end() > offset) {
                break;
            }
            changes.add(new Metadata.Change.RemoveSegment(oldest.value().id(), oldest.version()));
        }
        return changes.isEmpty()
                ? new MetadataLoop.Step.Hold()
                : new MetadataLoop.Step.Make(changes, "trimmed below " + offset);
    }
}
