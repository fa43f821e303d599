package io.robustmq.placement;

import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceTarget;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Commands of all kinds by chance, few names, so that they meet. */
final class Everything {
    private static final List<String> CATEGORIES = List.of("session", "message", "journal");

    private static final List<String> NAMES =
            List.of("a", "a/", "a/b", "a/c", "a0", "b", "ü", "\uffff", "\uffff\uffff");

    private final SplittableRandom chance;

    Everything(SplittableRandom chance) {
        this.chance = chance;
    }

    /** After a hundred commands. */
    static PlacementState state(long seed) {
        Everything some = new Everything(new SplittableRandom(seed));
        PlacementState state = PlacementState.EMPTY;
        for (int i = 0; i < 100; i++) {
            state = state.apply(some.id(i), some.command(state)).state();
        }
        return state;
    }

    Command command(PlacementState state) {
        return switch (chance.nextInt(19)) {
            case 0 -> new Command.Register(node(), chance.nextInt(4));
            case 1 -> deregister(state);
            case 2 -> new Command.BeginTrace(trace());
            case 3 -> new Command.EndTrace("t" + chance.nextInt(20), author());
            case 4 -> new Command.SetLevel(level());
            case 5 -> new Command.Expire(time());
            case 6, 7, 8 -> new Command.ChangeDocuments(changes(state), author(), "because");
            case 9 -> new Command.ExpireNodes(List.of(identity(state), identity(state)));
            case 10, 11, 12, 13, 14, 15 -> claims(state);
            case 16 -> new Command.AddMember(member(), among(state), author(), "more");
            case 17 -> new Command.RemoveMember(member().id(), among(state), author(), "less");
            case 18 -> new Command.MoveMember(member().id(), "host:2", author(), "moved");
            default -> throw new IllegalStateException();
        };
    }

    /** Mostly those that are there. */
    private @Nullable List<MemberId> among(PlacementState state) {
        return switch (chance.nextInt(10)) {
            case 0 -> List.of(member().id());
            case 1 -> null;
            default -> state.members().ids();
        };
    }

    /** Most of them of what is there. */
    List<DocumentChange> changes(PlacementState state) {
        Map<String, DocumentChange> changes = new TreeMap<>();
        for (int n = 1 + chance.nextInt(4); n > 0; n--) {
            DocumentKind kind = DocumentKind.values()[chance.nextInt(2)];
            String name = NAMES.get(chance.nextInt(NAMES.size()));
            Document there = state.documents().document(kind, name);
            long version = there == null ? DocumentChange.ABSENT : there.version();
            byte[] content = new byte[chance.nextInt(10)];
            changes.put(
                    kind + name,
                    new DocumentChange(
                            kind,
                            name,
                            chance.nextInt(10) == 0 ? chance.nextInt(50) : version,
                            chance.nextInt(3) == 0 ? null : Content.of(content)));
        }
        return List.copyOf(changes.values());
    }

    private Command deregister(PlacementState state) {
        NodeEpoch identity = identity(state);
        return new Command.Deregister(
                identity.nodeId(),
                chance.nextBoolean() ? Command.Deregister.ANY_EPOCH : identity.epoch());
    }

    /** Most of one that holds. */
    private NodeEpoch identity(PlacementState state) {
        String nodeId = nodeId();
        Registration there = state.nodes().registration(nodeId);
        return there == null || chance.nextInt(8) == 0
                ? new NodeEpoch(nodeId, chance.nextInt(20))
                : there.identity();
    }

    Command.ChangeClaims claims(PlacementState state) {
        List<ClaimChange> changes = new ArrayList<>();
        for (int n = 1 + chance.nextInt(6); n > 0; n--) {
            String clientId = "client-" + chance.nextInt(30);
            Claim there = state.claim(clientId);
            if (chance.nextInt(3) == 0) {
                changes.add(new ClaimChange.TakeFree(clientId));
                continue;
            }
            changes.add(
                    there == null || chance.nextBoolean()
                            ? new ClaimChange.Take(clientId)
                            : new ClaimChange.Release(
                                    clientId, there.epoch() - (chance.nextInt(8) == 0 ? 1 : 0)));
        }
        return new Command.ChangeClaims(identity(state), changes);
    }

    /** Some of them twice. */
    CommandId id(int number) {
        return new CommandId(
                new MemberId(chance.nextInt(3), 7), Math.max(0, number - chance.nextInt(10)));
    }

    private Member member() {
        MemberId id = new MemberId(chance.nextInt(3) - 1, chance.nextInt(12));
        return new Member(id, "m" + id.low(), "127.0.0.1:" + chance.nextInt(2));
    }

    private String nodeId() {
        return "node-" + chance.nextInt(5);
    }

    private Node node() {
        return new Node(
                nodeId(),
                Set.of(Role.values()[chance.nextInt(Role.values().length)]),
                Map.of("mqtt", "127.0.0.1:" + chance.nextInt(65_536)));
    }

    private TraceOrder trace() {
        TraceTarget kind = TraceTarget.values()[chance.nextInt(TraceTarget.values().length)];
        return new TraceOrder("t" + chance.nextInt(20), kind, "x", time(), time(), 10, author());
    }

    private LevelOrder level() {
        String category = CATEGORIES.get(chance.nextInt(CATEGORIES.size()));
        Severity level = Severity.values()[chance.nextInt(Severity.values().length)];
        return new LevelOrder(
                category, level, time(), chance.nextBoolean() ? null : time(), author());
    }

    private Instant time() {
        return Instant.ofEpochSecond(1 + chance.nextInt(1000));
    }

    private Author author() {
        Admin admin = chance.nextBoolean() ? Admin.NODE : Admin.withToken("127.0.0.1:4000");
        return new Author(nodeId(), admin);
    }
}
