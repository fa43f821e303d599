package io.robustmq.replication;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The way to the first append: raise the shard's epoch, have what is open recovered, begin the next
 * segment. Each step follows from what the documents say, so that it does not matter which of them
 * was made by this writer, late, or by another. One thread.
 */
final class Opening {
    /** Whom the outcome is told. */
    interface Told {
        void opened(Segment segment);

        void fenced(long epoch);

        /** Too few nodes for a segment; it is tried again. */
        void starved(int healthy);
    }

    private final String shard;
    private final String owner;
    private final WriterSettings settings;
    private final Ports ports;
    private final Told told;
    private final Ensembles ensembles;
    private final MetadataLoop loop;

    /** 0 until the documents say that it is this writer's. */
    private long epoch;

    private @Nullable Recovery recovery;

    Opening(String shard, String owner, WriterSettings settings, Ports ports, Told told) {
        this.shard = shard;
        this.owner = owner;
        this.settings = settings;
        this.ports = ports;
        this.told = told;
        ensembles = new Ensembles(ports.random());
        loop = new MetadataLoop(shard, ports, this::decide);
    }

    void start() {
        loop.again();
    }

    void end() {
        loop.end();
        if (recovery != null) {
            recovery.end();
        }
    }

    /** For people. */
    String waitsFor() {
        return settings.copies().quorum()
                + " journal nodes are needed, "
                + ports.nodes().journals().size()
                + " are there; "
                + (recovery == null
                        ? "the metadata is asked for the shard"
                        : "the last segment is being recovered, " + recovery.waitsFor());
    }

    long epoch() {
        return epoch;
    }

    void tick() {
        if (recovery != null) {
            recovery.tick();
        }
        loop.tick();
    }

    void receive(String from, Message.Reply reply) {
        if (recovery != null) {
            recovery.receive(from, reply);
        }
    }

    private MetadataLoop.Step decide(ShardView view) {
        Versioned<ShardHead> head = view.head();
        if (epoch == 0) {
            if (head == null || !head.value().owner().equals(owner)) {
                return raise(head);
            }
            epoch = head.value().epoch();
        }
        if (head == null || head.value().epoch() < epoch) {
            return new MetadataLoop.Step.Later(); // an old answer
        }
        if (head.value().epoch() > epoch) {
            end();
            told.fenced(head.value().epoch());
            return new MetadataLoop.Step.Finish();
        }
        Versioned<Segment> newest = view.newest();
        if (newest != null && newest.value().isOpen()) {
            return newest.value().epoch() == epoch
                    ? opened(newest.value())
                    : recover(newest.value());
        }
        return begin(head, newest == null ? null : newest.value());
    }

    private MetadataLoop.Step raise(@Nullable Versioned<ShardHead> head) {
        ShardHead raised =
                head == null ? new ShardHead(shard, 1, owner, 0) : head.value().raised(owner);
        return new MetadataLoop.Step.Make(
                List.of(new Metadata.Change.PutHead(raised, Metadata.versionOf(head))),
                owner + " writes");
    }

    private MetadataLoop.Step opened(Segment segment) {
        end();
        told.opened(segment);
        return new MetadataLoop.Step.Finish();
    }

    private MetadataLoop.Step recover(Segment open) {
        if (recovery == null) {
            recovery = new Recovery(open, epoch, ports, settings.sending(), new Recovered());
            recovery.start();
        }
        return new MetadataLoop.Step.Hold();
    }

    private MetadataLoop.Step begin(Versioned<ShardHead> head, @Nullable Segment before) {
        List<String> ensemble =
                ensembles.choose(
                        ports.nodes().journals(), settings.copies().replicas(), Set.of(), Set.of());
        if (ensemble.size() < settings.copies().quorum()) {
            told.starved(ensemble.size());
            return new MetadataLoop.Step.Later();
        }
        long offset = before == null ? 0 : before.end();
        SegmentId id = new SegmentId(shard, head.value().nextSegment(), offset);
        List<Metadata.Change> changes = new ArrayList<>();
        changes.add(new Metadata.Change.PutHead(head.value().begun(), head.version()));
        changes.add(
                new Metadata.Change.PutSegment(
                        Segment.open(id, epoch, ensemble, settings.copies().quorum()), 0));
        return new MetadataLoop.Step.Make(changes, owner + " opens");
    }

    private final class Recovered implements Recovery.Told {
        @Override
        public void over() {
            recovery = null;
            loop.again();
        }

        @Override
        public void fenced(long by) {
            end();
            told.fenced(by);
        }
    }
}
