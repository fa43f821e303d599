package io.robustmq.replication;

import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.ReplicationEvent;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The segments that a node keeps for others. One thread.
 *
 * <p>Within a segment an offset has one record, ever: only the writer that began the segment gives
 * it records, and a recovery copies those. So a replica never takes back what it has on disk, and
 * two replicas differ only in how far they are.
 */
public final class Replica {
    private final String node;
    private final ReplicaStorage storage;
    private final Transport transport;
    private final Events events;
    private final ReplicaSettings settings;
    private final Map<SegmentId, ReplicaSegment> segments = new LinkedHashMap<>();
    private final Map<String, ShardView> views = new HashMap<>();
    private final Copying copying;

    /** A segment that should have gone could not yet. */
    private boolean unfinished;

    /**
     * @param node its id in ensembles; it belongs to the data directory
     * @param nanoTime never goes back
     */
    public Replica(
            String node,
            ReplicaSettings settings,
            ReplicaStorage storage,
            ReplicaPorts ports,
            LongSupplier nanoTime) {
        this.node = node;
        this.settings = settings;
        this.storage = storage;
        transport = ports.transport();
        events = ports.events();
        copying = new Copying(node, settings, ports, nanoTime);
    }

    /** Whom a replica speaks to. */
    public record ReplicaPorts(Transport transport, Events events) {}

    /** Takes up what is on disk. */
    public void open() throws IOException {
        for (ReplicaStorage.Held held : storage.held()) {
            segments.put(held.segment(), new ReplicaSegment(held, storage));
        }
    }

    /** Asks again what was not answered, and fetches as much as may be fetched by now. */
    public void tick() {
        copying.tick();
        if (unfinished) {
            unfinished = false;
            views.values().forEach(this::told);
        }
    }

    public void receive(String from, Message message) {
        switch (message) {
            case Message.Append append -> append(from, append);
            case Message.Fence fence -> fence(from, fence);
            case Message.Read read -> read(from, read);
            case Message.Copy copy -> copy(from, copy);
            case Message.Records records -> copying.received(records);
            case Message.Refused refused -> copying.refused(refused);
            case Message.Appended other -> {} // not for a replica
            case Message.Fenced other -> {}
            case Message.Copied other -> {}
        }
    }

    // from writers and recoveries

    private void append(String from, Message.Append append) {
        ReplicaSegment segment = openSegment(append.segment());
        if (segment == null) {
            refuse(from, append.segment(), append.epoch(), Message.Refusal.SEALED);
        } else if (append.epoch() < segment.promised()) {
            refuse(from, append.segment(), append.epoch(), Message.Refusal.FENCED);
        } else if (!segment.keeps(append.epoch())) {
            segment.promise(
                    append.epoch(),
                    () -> append(from, append),
                    why -> diskFailed(from, append.segment(), append.epoch(), why));
        } else {
            segment.committed(append.committed());
            take(from, append, segment);
        }
    }

    private void take(String from, Message.Append append, ReplicaSegment segment) {
        long missing = append.firstOffset() - segment.taken();
        int known = (int) Math.min(-missing, append.entries().size());
        if (missing > 0) {
            refuse(from, segment.id, append.epoch(), Message.Refusal.GAP);
        } else if (known == append.entries().size()) {
            reply(from, new Message.Appended(segment.id, append.epoch(), segment.end()));
        } else if (segment.isFailing()) {
            refuse(from, segment.id, append.epoch(), Message.Refusal.DISK);
        } else {
            segment.write(
                    append.entries().subList(known, append.entries().size()),
                    (end, why) -> {
                        if (why == null) {
                            reply(from, new Message.Appended(segment.id, append.epoch(), end));
                        } else {
                            diskFailed(from, segment.id, append.epoch(), why);
                        }
                    });
        }
    }

    private void fence(String from, Message.Fence fence) {
        ReplicaSegment segment = openSegment(fence.segment());
        if (segment == null) {
            refuse(from, fence.segment(), fence.epoch(), Message.Refusal.SEALED);
        } else if (fence.epoch() < segment.promised()) {
            refuse(from, fence.segment(), fence.epoch(), Message.Refusal.FENCED);
        } else if (!segment.keeps(fence.epoch())) {
            segment.promise(
                    fence.epoch(),
                    () -> {
                        events.emit(
                                new ReplicationEvent.SegmentFenced(
                                        fence.segment().shard(),
                                        fence.segment().number(),
                                        fence.epoch(),
                                        segment.end()));
                        fence(from, fence);
                    },
                    why -> diskFailed(from, fence.segment(), fence.epoch(), why));
        } else {
            // what an older writer still had on its way to the disk counts as well
            segment.whenWritten(() -> fenced(from, fence, segment));
        }
    }

    private void fenced(String from, Message.Fence fence, ReplicaSegment segment) {
        if (segment.keeps(fence.epoch())) {
            reply(
                    from,
                    new Message.Fenced(
                            segment.id, fence.epoch(), segment.end(), segment.committed()));
        }
    }

    /** The segment, new if it is not here; null if it is sealed, gone, or going. */
    private @Nullable ReplicaSegment openSegment(SegmentId id) {
        ReplicaSegment segment = segments.get(id);
        if (segment == null) {
            ShardView view = views.get(id.shard());
            if (view != null && isOver(view, id)) {
                return null;
            }
            segment = new ReplicaSegment(id, storage);
            segments.put(id, segment);
        }
        return segment.isLeaving() || segment.sealed() != null ? null : segment;
    }

    private static boolean isOver(ShardView view, SegmentId id) {
        Versioned<Segment> described = view.segment(id.number());
        return described == null ? view.isGone(id.number()) : !described.value().isOpen();
    }

    // from readers

    private void read(String from, Message.Read read) {
        ReplicaSegment segment = segments.get(read.segment());
        if (segment == null || segment.isLeaving()) {
            refuse(from, read.segment(), read.epoch(), Message.Refusal.ABSENT);
            return;
        }
        segment.committed(read.committed());
        if (read.epoch() != 0 && !segment.keeps(read.epoch())) {
            refuse(from, read.segment(), read.epoch(), Message.Refusal.FENCED);
            return;
        }
        long end = read.epoch() == 0 ? segment.readableEnd() : segment.end();
        if (read.from() < segment.id.firstOffset() || read.from() >= end) {
            reply(from, records(read, segment.committed(), List.of()));
            return;
        }
        int maxBytes = Math.min(read.maxBytes(), settings.maxReadBytes());
        storage.read(
                segment.id,
                read.from(),
                end,
                maxBytes,
                (entries, why) -> {
                    if (why == null) {
                        reply(from, records(read, segment.committed(), entries));
                    } else {
                        diskFailed(from, segment.id, read.epoch(), why);
                    }
                });
    }

    private static Message.Records records(Message.Read read, long committed, List<Entry> entries) {
        return new Message.Records(read.segment(), read.request(), committed, read.from(), entries);
    }

    // from repair and the metadata

    private void copy(String from, Message.Copy copy) {
        ShardView view = views.get(copy.segment().shard());
        if (view != null && view.isGone(copy.segment().number())) {
            return;
        }
        ReplicaSegment segment =
                segments.computeIfAbsent(copy.segment(), id -> new ReplicaSegment(id, storage));
        if (segment.isLeaving()) {
            return; // it comes back when it is gone
        }
        fetch(
                segment,
                copy.sealed(),
                copy.version(),
                () -> reply(from, new Message.Copied(segment.id, copy.version())));
    }

    private void fetch(ReplicaSegment segment, Segment sealed, long version, Runnable whole) {
        segment.sealed(sealed);
        if (segment.version() < version || !segment.isOnDisk()) {
            // a crash must find it, and know why it is here, before the ensemble says that it is
            segment.promise(
                    sealed.epoch(),
                    version,
                    () -> fetch(segment, sealed, version, whole),
                    why -> report(segment.id, why));
        } else {
            copying.fetch(segment, whole);
        }
    }

    /** The documents of a shard; also old ones, and the same again. */
    public void told(ShardView view) {
        if (view.head() == null) {
            return;
        }
        views.put(view.shard(), view);
        for (ReplicaSegment segment : List.copyOf(segments.values())) {
            if (segment.id.shard().equals(view.shard())) {
                told(view, segment);
            }
        }
        for (Versioned<Segment> described : view.segments()) {
            Segment sealed = described.value();
            ReplicaSegment here = segments.get(sealed.id());
            if (!sealed.isOpen() && sealed.ensemble().contains(node) && here == null) {
                here = new ReplicaSegment(sealed.id(), storage);
                segments.put(sealed.id(), here);
                fetch(here, sealed, described.version(), Copying.NOBODY);
            }
        }
    }

    private void told(ShardView view, ReplicaSegment segment) {
        Versioned<Segment> described = view.segment(segment.id.number());
        if (described == null) {
            if (view.isGone(segment.id.number())) {
                leave(segment);
            }
            return;
        }
        Segment value = described.value();
        if (!value.isOpen() && !segment.isLeaving()) {
            segment.sealed(value);
        }
        if (value.ensemble().contains(node)) {
            if (!value.isOpen() && !segment.isLeaving() && !segment.isWhole()) {
                long version = segment.isOnDisk() ? segment.version() : described.version();
                fetch(segment, value, version, Copying.NOBODY);
            }
        } else if (!value.isOpen() && described.version() > segment.version()) {
            leave(segment);
        }
    }

    /** Deletes what is not its business any more. */
    private void leave(ReplicaSegment segment) {
        copying.stop(segment);
        if (segment.isLeaving()) {
            return;
        }
        if (!segment.isIdle()) {
            unfinished = true;
            return;
        }
        segment.leave(true);
        storage.delete(
                segment.id,
                (end, why) -> {
                    if (why == null) {
                        segments.remove(segment.id);
                        events.emit(
                                new ReplicationEvent.SegmentDeleted(
                                        segment.id.shard(), segment.id.number()));
                    } else {
                        segment.leave(false);
                        unfinished = true;
                        report(segment.id, why);
                    }
                });
    }

    // answers

    private void refuse(String to, SegmentId id, long epoch, Message.Refusal refusal) {
        ReplicaSegment segment = segments.get(id);
        long known = segment == null ? 0 : segment.promised();
        long end = segment == null ? id.firstOffset() : segment.taken();
        reply(to, new Message.Refused(id, epoch, refusal, known, end));
    }

    private void diskFailed(String to, SegmentId id, long epoch, IOException why) {
        report(id, why);
        refuse(to, id, epoch, Message.Refusal.DISK);
    }

    private void report(SegmentId id, IOException why) {
        events.emit(
                new ReplicationEvent.ReplicaDiskFailed(id.shard(), id.number(), Failure.of(why)));
    }

    private void reply(String to, Message.Reply reply) {
        transport.send(to, reply);
    }
}
