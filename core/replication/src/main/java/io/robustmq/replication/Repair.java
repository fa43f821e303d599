package io.robustmq.replication;

import io.robustmq.telemetry.event.ReplicationEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Has sealed segments copied to other nodes when one of their nodes is gone or is to be emptied, or
 * when they have too few. The ensemble is changed when the copy is whole; then the node that is not
 * in it any more deletes what it has. One of them in a cluster is enough, several do no harm. One
 * thread.
 */
public final class Repair {
    private final RepairSettings settings;
    private final Ports ports;
    private final Ensembles ensembles;
    private final Map<String, ShardView> views = new LinkedHashMap<>();
    private final Map<SegmentId, Move> moves = new LinkedHashMap<>();

    /** Since when a node of some ensemble is not heard of. */
    private final Map<String, Long> awaySince = new HashMap<>();

    private long lookedAt;

    public Repair(RepairSettings settings, Ports ports) {
        this.settings = settings;
        this.ports = ports;
        ensembles = new Ensembles(ports.random());
        lookedAt = ports.nanoTime().getAsLong();
    }

    /** A segment on its way to a node. */
    private final class Move {
        final Versioned<Segment> segment;

        /** Empty if it gets one more replica. */
        final String from;

        final String to;
        final long begunAt = now();
        final MetadataLoop loop;
        boolean copied;

        Move(Versioned<Segment> segment, String from, String to) {
            this.segment = segment;
            this.from = from;
            this.to = to;
            loop = new MetadataLoop(segment.value().id().shard(), ports, this::decide);
        }

        void ask() {
            if (!copied) {
                ports.transport().send(to, new Message.Copy(segment.value(), segment.version()));
            }
        }

        MetadataLoop.Step decide(ShardView view) {
            SegmentId id = segment.value().id();
            Versioned<Segment> described = view.segment(id.number());
            if (described != null && described.version() < segment.version()) {
                return new MetadataLoop.Step.Later(); // an old answer
            }
            if (described != null && described.version() == segment.version()) {
                return new MetadataLoop.Step.Make(
                        List.of(
                                new Metadata.Change.PutSegment(
                                        described.value().moved(from, to), described.version())),
                        from.isEmpty() ? "copied to " + to : "moved from " + from + " to " + to);
            }
            moves.remove(id);
            if (described != null && described.value().ensemble().contains(to)) {
                ports.events()
                        .emit(
                                new ReplicationEvent.SegmentRepaired(
                                        id.shard(), id.number(), from, to));
            }
            return new MetadataLoop.Step.Finish();
        }
    }

    /** The documents of a shard, in the order of their changes. */
    public void told(ShardView view) {
        if (view.head() != null) {
            views.put(view.shard(), view);
        }
    }

    /** Sealed segments with too few replicas, or with one on a node that is gone or leaving. */
    public int underReplicated() {
        Set<String> stay = new HashSet<>();
        for (Nodes.Candidate node : ports.nodes().journals()) {
            if (!node.draining()) {
                stay.add(node.node());
            }
        }
        int count = 0;
        for (ShardView view : views.values()) {
            for (Versioned<Segment> segment : view.segments()) {
                List<String> ensemble = segment.value().ensemble();
                boolean enough =
                        ensemble.size() >= settings.replicas() && stay.containsAll(ensemble);
                count += segment.value().isOpen() || enough ? 0 : 1;
            }
        }
        return count;
    }

    /** Copies that it asked for and that are not made yet. */
    public int copies() {
        return moves.size();
    }

    /** Segments that a node has to keep, open ones too: it can be switched off when it has none. */
    public int segmentsOn(String node) {
        int count = 0;
        for (ShardView view : views.values()) {
            for (Versioned<Segment> segment : view.segments()) {
                count += segment.value().ensemble().contains(node) ? 1 : 0;
            }
        }
        return count;
    }

    public void receive(String from, Message.Reply reply) {
        if (reply instanceof Message.Copied copied) {
            Move move = moves.get(copied.segment());
            if (move != null
                    && move.to.equals(from)
                    && move.segment.version() == copied.version()
                    && !move.copied) {
                move.copied = true;
                move.loop.again();
            }
        }
    }

    public void tick() {
        List.copyOf(moves.values()).forEach(move -> move.loop.tick());
        if (now() - lookedAt < settings.askAgainAfter().toNanos()) {
            return;
        }
        lookedAt = now();
        // one that was copied waits for the metadata only, and its change may still be made
        moves.values()
                .removeIf(move -> !move.copied && isOlder(move.begunAt, settings.giveUpAfter()));
        moves.values().forEach(Move::ask);
        List<Nodes.Candidate> nodes = ports.nodes().journals();
        Set<String> leaving = leaving(nodes);
        for (ShardView view : views.values()) {
            for (Versioned<Segment> segment : view.segments()) {
                if (moves.size() >= settings.maxMoves()) {
                    return;
                }
                if (!segment.value().isOpen() && !moves.containsKey(segment.value().id())) {
                    consider(segment, nodes, leaving);
                }
            }
        }
    }

    /** The nodes that are gone or shall go. */
    private Set<String> leaving(List<Nodes.Candidate> nodes) {
        Set<String> here = new HashSet<>();
        Set<String> leaving = new HashSet<>();
        for (Nodes.Candidate node : nodes) {
            here.add(node.node());
            if (node.draining()) {
                leaving.add(node.node());
            }
        }
        Set<String> away = new HashSet<>();
        for (ShardView view : views.values()) {
            for (Versioned<Segment> segment : view.segments()) {
                away.addAll(segment.value().ensemble());
            }
        }
        away.removeAll(here);
        awaySince.keySet().retainAll(away);
        for (String node : away) {
            Long since = awaySince.putIfAbsent(node, now());
            if (since != null && isOlder(since, settings.patience())) {
                leaving.add(node);
            }
        }
        return leaving;
    }

    private void consider(
            Versioned<Segment> segment, List<Nodes.Candidate> nodes, Set<String> leaving) {
        List<String> ensemble = segment.value().ensemble();
        String from = leavingOf(ensemble, leaving);
        if (from == null) {
            return;
        }
        if (nodes.stream().noneMatch(node -> ensemble.contains(node.node()))) {
            return; // nobody to copy it from: it would only keep others from their turn
        }
        Set<String> stay = new HashSet<>(ensemble);
        stay.remove(from);
        Set<String> but = new HashSet<>(leaving);
        but.addAll(ensemble);
        List<String> to = ensembles.choose(nodes, 1, but, stay);
        if (!to.isEmpty()) {
            Move move = new Move(segment, from, to.getFirst());
            moves.put(segment.value().id(), move);
            move.ask();
        }
    }

    /** Who is to be replaced; empty if one more is wanted, null if all is well. */
    private @Nullable String leavingOf(List<String> ensemble, Set<String> leaving) {
        for (String node : ensemble) {
            if (leaving.contains(node)) {
                return node;
            }
        }
        return ensemble.size() < settings.replicas() ? "" : null;
    }

    private boolean isOlder(long since, Duration than) {
        return now() - since > than.toNanos();
    }

    private long now() {
        return ports.nanoTime().getAsLong();
    }
}
