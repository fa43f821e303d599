package io.robustmq.replication;

import io.robustmq.telemetry.event.ReplicationEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Seals a segment whose writer is gone. One thread.
 *
 * <p>It fences so many replicas that at least one of them has each record that may have been
 * acknowledged, takes the most advanced of them for the end, copies what is missing until a quorum
 * has all of it, and seals. Every set of replicas of that size will do: when one falls silent while
 * it is copied from or to, the rest are asked again, and the end may then be another. When the end
 * has been offered to the metadata, it is fixed. Of two recoveries at most one seals.
 */
final class Recovery {
    /** Whom the outcome is told. */
    interface Told {
        /** The documents say that it is sealed, by whomever, or gone. */
        void over();

        /** Somebody has promised replicas a higher epoch. */
        void fenced(long epoch);
    }

    private static final int CHUNK_BYTES = 1 << 20;

    private final Segment segment;
    private final long epoch;
    private final Ports ports;
    private final WriterSettings.Sending sending;
    private final Told told;
    private final MetadataLoop loop;

    /** Where the records of each replica end that is fenced and has not fallen silent. */
    private final Map<String, Long> ends = new HashMap<>();

    private long committed;
    private long end = -1;
    private boolean sealing;

    /** The metadata may know the end by now. */
    private boolean offered;

    private boolean ended;
    private long copied;

    /** Who is asked or written to for a copy; empty if nobody is. */
    private String awaited = "";

    private String target = "";
    private long request;
    private long askedAt;
    private int attempts;

    Recovery(Segment segment, long epoch, Ports ports, WriterSettings.Sending sending, Told told) {
        this.segment = segment;
        this.epoch = epoch;
        this.ports = ports;
        this.sending = sending;
        this.told = told;
        committed = segment.id().firstOffset() - 1;
        loop = new MetadataLoop(segment.id().shard(), ports, this::decide);
    }

    void start() {
        fence();
    }

    void end() {
        ended = true;
        loop.end();
    }

    void tick() {
        loop.tick();
        if (ended || sealing || now() - askedAt < sending.againAfter().toNanos()) {
            return;
        }
        if (!awaited.isEmpty()) {
            ends.remove(awaited);
            awaited = "";
            end = -1;
        }
        if (++attempts % 4 == 0) {
            loop.again(); // somebody else may have sealed it
        }
        fence();
        proceed();
    }

    /** For people. */
    String waitsFor() {
        return ends.size()
                + " of its "
                + segment.ensemble().size()
                + " journal nodes have answered, "
                + segment.fenceQuorum()
                + " must";
    }

    private void fence() {
        askedAt = now();
        for (String node : segment.ensemble()) {
            if (!ends.containsKey(node)) {
                ports.transport().send(node, new Message.Fence(segment.id(), epoch));
            }
        }
    }

    void receive(String from, Message.Reply reply) {
        if (ended || sealing || !segment.ensemble().contains(from)) {
            return;
        }
        switch (reply) {
            case Message.Fenced fenced -> {
                if (fenced.epoch() == epoch) {
                    committed = Math.max(committed, fenced.committed());
                    ends.put(from, fenced.end());
                    proceed();
                }
            }
            case Message.Records records -> {
                if (records.request() == request && from.equals(awaited)) {
                    write(records);
                }
            }
            case Message.Appended appended -> {
                if (appended.epoch() == epoch && from.equals(awaited) && from.equals(target)) {
                    awaited = "";
                    ends.put(from, appended.end());
                    proceed();
                }
            }
            case Message.Refused refused -> refused(refused);
            case Message.Copied other -> {} // not for a recovery
        }
    }

    private void refused(Message.Refused refused) {
        if (refused.epoch() != epoch) {
            return;
        }
        switch (refused.refusal()) {
            case FENCED -> {
                if (refused.known() > epoch) {
                    end();
                    told.fenced(refused.known());
                }
            }
            case SEALED -> loop.again();
            case GAP, DISK, ABSENT -> {} // it counts as silent
        }
    }

    private void proceed() {
        if (ends.size() < segment.fenceQuorum()) {
            return;
        }
        if (end < 0) {
            end = ends.values().stream().mapToLong(Long::longValue).max().orElseThrow();
        }
        if (isCopied()) {
            sealing = true;
            loop.again();
        } else if (awaited.isEmpty()) {
            copy();
        }
    }

    private boolean isCopied() {
        return ends.values().stream().filter(reached -> reached >= end).count() >= copiesWanted();
    }

    /**
     * A quorum; all that are left, if the others are gone for good: what only they had cannot be
     * waited for, and repair makes copies elsewhere.
     */
    private int copiesWanted() {
        long left =
                ports.nodes().journals().stream()
                        .filter(node -> segment.ensemble().contains(node.node()))
                        .count();
        return (int) Math.min(segment.ackQuorum(), Math.max(1, left));
    }

    /** To the one that lacks least. */
    private void copy() {
        String to = null;
        String from = null;
        for (Map.Entry<String, Long> replica : ends.entrySet()) {
            if (replica.getValue() >= end) {
                from = replica.getKey();
            } else if (to == null || replica.getValue() > ends(to)) {
                to = replica.getKey();
            }
        }
        if (from == null || to == null) {
            return; // until more are fenced
        }
        target = to;
        await(from);
        ports.transport()
                .send(
                        from,
                        new Message.Read(
                                segment.id(), epoch, -1, ends(to), CHUNK_BYTES, ++request));
    }

    private long ends(String node) {
        return Objects.requireNonNull(ends.get(node));
    }

    private void await(String node) {
        awaited = node;
        askedAt = now();
    }

    private void write(Message.Records records) {
        long missing = end - records.from();
        List<Entry> entries = records.entries();
        if (entries.isEmpty() || missing <= 0 || !ends.containsKey(target)) {
            return; // counts as silent
        }
        if (entries.size() > missing) {
            entries = entries.subList(0, (int) missing);
        }
        copied += entries.size();
        await(target);
        ports.transport()
                .send(
                        target,
                        new Message.Append(
                                segment.id(), epoch, committed, records.from(), entries));
    }

    private MetadataLoop.Step decide(ShardView view) {
        Versioned<ShardHead> head = view.head();
        if (head != null && head.value().epoch() > epoch) {
            end();
            told.fenced(head.value().epoch());
            return new MetadataLoop.Step.Finish();
        }
        Versioned<Segment> described = view.segment(segment.id().number());
        if (described == null || !described.value().isOpen()) {
            end();
            if (sealing && described != null && described.value().end() == end) {
                report();
            }
            told.over();
            return new MetadataLoop.Step.Finish();
        }
        if (!sealing || !offered && !isCopied()) {
            // a node that was gone may be back by now, and lack some
            sealing = false;
            return new MetadataLoop.Step.Hold();
        }
        offered = true;
        return new MetadataLoop.Step.Make(
                List.of(
                        new Metadata.Change.PutSegment(
                                described.value().sealed(end - 1), described.version())),
                "recovered with epoch " + epoch);
    }

    private void report() {
        ports.events()
                .emit(
                        new ReplicationEvent.SegmentRecovered(
                                segment.id().shard(),
                                segment.id().number(),
                                epoch,
                                end - 1,
                                copied));
    }

    private long now() {
        return ports.nanoTime().getAsLong();
    }
}
