package io.robustmq.placement;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What has been agreed: the fold of all commands so far. The same commands make the same state, on
 * every node and after every restart: no clock, no chance, nothing from outside.
 *
 * <p>Bounds: {@link TraceOrder#MAX} traces, levels of {@link LevelOrder#MAX} categories; a command
 * for one more changes nothing.
 *
 * <p>As bytes it is the commands that make it again:
 *
 * <pre>
 *   | revision:8 | commands n:4 | n × (length:4 | command) |
 * </pre>
 *
 * @param revision how many commands
 * @param nodes by id
 * @param traces by id
 * @param levels that stay, by category
 * @param passing levels for a while, by category
 */
record PlacementState(
        long revision,
        SortedMap<String, Node> nodes,
        SortedMap<String, TraceOrder> traces,
        SortedMap<String, LevelOrder> levels,
        SortedMap<String, LevelOrder> passing) {
    static final PlacementState EMPTY =
            new PlacementState(
                    0,
                    Collections.emptySortedMap(),
                    Collections.emptySortedMap(),
                    Collections.emptySortedMap(),
                    Collections.emptySortedMap());

    /** What a command did; {@code change} is null if nothing was to be done. */
    record Step(PlacementState state, @Nullable NodeChange change) {
        Agreement agreement() {
            return new Agreement(state.revision(), change != null);
        }
    }

    LogOrders logOrders() {
        List<LevelOrder> inOrder = new ArrayList<>(levels.values());
        inOrder.addAll(passing.values());
        return new LogOrders(revision, List.copyOf(traces.values()), List.copyOf(inOrder));
    }

    void write(DataOutputStream out) throws IOException {
        List<Command> commands = new ArrayList<>();
        nodes.values().forEach(node -> commands.add(new Command.Register(node)));
        traces.values().forEach(order -> commands.add(new Command.BeginTrace(order)));
        levels.values().forEach(order -> commands.add(new Command.SetLevel(order)));
        passing.values().forEach(order -> commands.add(new Command.SetLevel(order)));
        out.writeLong(revision);
        out.writeInt(commands.size());
        for (Command command : commands) {
            byte[] bytes = command.encoded();
            out.writeInt(bytes.length);
            out.write(bytes);
        }
    }

    /** Of all that remains; also {@link java.nio.BufferUnderflowException}. */
    static PlacementState read(ByteBuffer in) throws IOException {
        long revision = in.getLong();
        PlacementState state = EMPTY;
        for (int n = in.getInt(); n > 0; n--) {
            int bytes = in.getInt();
            if (bytes < 0 || bytes > in.remaining()) {
                throw new IOException("a placement state with a command of " + bytes + " bytes");
            }
            state = state.apply(Command.decoded(in.slice(in.position(), bytes))).state();
            in.position(in.position() + bytes);
        }
        return new PlacementState(revision, state.nodes, state.traces, state.levels, state.passing);
    }

    boolean hasExpired(Instant now) {
        return traces.values().stream().anyMatch(trace -> isOver(trace.until(), now))
                || passing.values().stream().anyMatch(level -> isOver(level.until(), now));
    }

    private static boolean isOver(@Nullable Instant until, Instant now) {
        return until != null && !now.isBefore(until);
    }

    Step apply(Command command) {
        Draft draft = new Draft(this);
        NodeChange change = draft.apply(command);
        return new Step(draft.made(), change);
    }

    /** The next state while it is made. */
    private static final class Draft {
        private final long revision;
        private final SortedMap<String, Node> nodes;
        private final SortedMap<String, TraceOrder> traces;
        private final SortedMap<String, LevelOrder> levels;
        private final SortedMap<String, LevelOrder> passing;

        Draft(PlacementState before) {
            revision = before.revision + 1;
            nodes = new TreeMap<>(before.nodes);
            traces = new TreeMap<>(before.traces);
            levels = new TreeMap<>(before.levels);
            passing = new TreeMap<>(before.passing);
        }

        PlacementState made() {
            return new PlacementState(
                    revision,
                    Collections.unmodifiableSortedMap(nodes),
                    Collections.unmodifiableSortedMap(traces),
                    Collections.unmodifiableSortedMap(levels),
                    Collections.unmodifiableSortedMap(passing));
        }

        @Nullable NodeChange apply(Command command) {
            return switch (command) {
                case Command.Register(Node node) -> {
                    nodes.put(node.nodeId(), node);
                    yield new NodeChange.Registered(revision, node);
                }
                case Command.Deregister(String nodeId) ->
                        nodes.remove(nodeId) == null
                                ? null
                                : new NodeChange.Removed(revision, nodeId);
                case Command.BeginTrace(TraceOrder order) -> begin(order);
                case Command.EndTrace(String id, Author by) ->
                        traces.remove(id) == null
                                ? null
                                : new NodeChange.TraceEnded(revision, id, by);
                case Command.SetLevel(LevelOrder order) -> set(order);
                case Command.Expire(Instant now) -> {
                    boolean some = traces.values().removeIf(trace -> isOver(trace.until(), now));
                    some |= passing.values().removeIf(level -> isOver(level.until(), now));
                    yield some ? new NodeChange.Expired(revision, now) : null;
                }
            };
        }

        private @Nullable NodeChange begin(TraceOrder order) {
            if (traces.size() >= TraceOrder.MAX || traces.containsKey(order.id())) {
                return null;
            }
            traces.put(order.id(), order);
            return new NodeChange.TraceBegun(revision, order);
        }

        private @Nullable NodeChange set(LevelOrder order) {
            TreeSet<String> categories = new TreeSet<>(levels.keySet());
            categories.addAll(passing.keySet());
            categories.add(order.category());
            if (categories.size() > LevelOrder.MAX) {
                return null;
            }
            if (order.until() == null) {
                levels.put(order.category(), order);
                passing.remove(order.category());
            } else {
                passing.put(order.category(), order);
            }
            return new NodeChange.LevelSet(revision, order);
        }
    }
}
