package io.robustmq.placement;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * What every node is to log. Bounds: {@link TraceOrder#MAX} traces, levels of {@link
 * LevelOrder#MAX} categories; one more changes nothing. What changes nothing gives null.
 *
 * @param traces by id
 * @param levels that stay, by category
 * @param passing levels for a while, by category
 */
record Orders(
        PSortedMap<String, TraceOrder> traces,
        PSortedMap<String, LevelOrder> levels,
        PSortedMap<String, LevelOrder> passing) {
    static final Orders NONE = new Orders(TreePMap.empty(), TreePMap.empty(), TreePMap.empty());

    static Orders of(List<TraceOrder> traces, List<LevelOrder> levels) {
        Orders all = NONE;
        for (TraceOrder each : traces) {
            all = new Orders(all.traces.plus(each.id(), each), all.levels, all.passing);
        }
        for (LevelOrder each : levels) {
            String category = each.category();
            all =
                    each.until() == null
                            ? new Orders(all.traces, all.levels.plus(category, each), all.passing)
                            : new Orders(all.traces, all.levels, all.passing.plus(category, each));
        }
        return all;
    }

    LogOrders at(long revision) {
        List<LevelOrder> inOrder = new ArrayList<>(levels.values());
        inOrder.addAll(passing.values());
        return new LogOrders(revision, List.copyOf(traces.values()), List.copyOf(inOrder));
    }

    boolean hasExpired(Instant now) {
        return traces.values().stream().anyMatch(trace -> isOver(trace.until(), now))
                || passing.values().stream().anyMatch(level -> isOver(level.until(), now));
    }

    private static boolean isOver(@Nullable Instant until, Instant now) {
        return until != null && !now.isBefore(until);
    }

    @Nullable Orders begin(TraceOrder order) {
        return traces.size() >= TraceOrder.MAX || traces.containsKey(order.id())
                ? null
                : new Orders(traces.plus(order.id(), order), levels, passing);
    }

    @Nullable Orders end(String id) {
        return traces.containsKey(id) ? new Orders(traces.minus(id), levels, passing) : null;
    }

    @Nullable Orders set(LevelOrder order) {
        String category = order.category();
        TreeSet<String> categories = new TreeSet<>(levels.keySet());
        categories.addAll(passing.keySet());
        categories.add(category);
        if (categories.size() > LevelOrder.MAX) {
            return null;
        }
        return order.until() == null
                ? new Orders(traces, levels.plus(category, order), passing.minus(category))
                : new Orders(traces, levels, passing.plus(category, order));
    }

    @Nullable Orders expire(Instant now) {
        if (!hasExpired(now)) {
            return null;
        }
        PSortedMap<String, TraceOrder> running = traces;
        for (TraceOrder trace : traces.values()) {
            running = isOver(trace.until(), now) ? running.minus(trace.id()) : running;
        }
        PSortedMap<String, LevelOrder> waiting = passing;
        for (LevelOrder level : passing.values()) {
            waiting = isOver(level.until(), now) ? waiting.minus(level.category()) : waiting;
        }
        return new Orders(running, levels, waiting);
    }
}
