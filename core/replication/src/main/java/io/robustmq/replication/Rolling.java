package io.robustmq.replication;

import java.util.List;

/**
 * Seals a writer's segment at what it has acknowledged, and begins the next, in one change. From
 * its start on the writer acknowledges nothing in the old segment: the seal may be made at any
 * moment, and as it says. One thread.
 */
final class Rolling {
    /**
     * What is to be done.
     *
     * @param lastOffset all that was acknowledged, and nothing else
     * @param ensemble of the next segment
     */
    record Plan(Segment old, long lastOffset, List<String> ensemble, RollReason reason) {}

    /** Whom the outcome is told. */
    interface Told {
        void rolled(Segment next);

        void fenced(long epoch);
    }

    private final Segment old;
    private final Segment sealed;
    private final Segment next;
    private final RollReason reason;
    private final Told told;
    private final MetadataLoop loop;

    Rolling(Plan plan, Ports ports, Told told) {
        old = plan.old;
        reason = plan.reason;
        this.told = told;
        sealed = old.sealed(plan.lastOffset);
        SegmentId id = old.id();
        next =
                Segment.open(
                        new SegmentId(id.shard(), id.number() + 1, plan.lastOffset + 1),
                        old.epoch(),
                        plan.ensemble,
                        old.ackQuorum());
        loop = new MetadataLoop(id.shard(), ports, this::decide);
    }

    void start() {
        loop.again();
    }

    void end() {
        loop.end();
    }

    void tick() {
        loop.tick();
    }

    private MetadataLoop.Step decide(ShardView view) {
        Versioned<ShardHead> head = view.head();
        Versioned<Segment> described = view.segment(old.id().number());
        Versioned<Segment> newest = view.newest();
        if (head != null && head.value().epoch() > old.epoch()) {
            loop.end();
            told.fenced(head.value().epoch());
            return new MetadataLoop.Step.Finish();
        }
        if (newest != null && newest.value().equals(next)) {
            // the old one may have been trimmed since
            loop.end();
            told.rolled(next);
            return new MetadataLoop.Step.Finish();
        }
        if (head == null || described == null) {
            return new MetadataLoop.Step.Later(); // from before the segment was begun
        }
        return new MetadataLoop.Step.Make(
                List.of(
                        new Metadata.Change.PutHead(head.value().begun(), head.version()),
                        new Metadata.Change.PutSegment(sealed, described.version()),
                        new Metadata.Change.PutSegment(next, 0)),
                "rolled: " + reason);
    }
}
