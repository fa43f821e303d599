package io.robustmq.server;

import io.robustmq.placement.Agreement;
import io.robustmq.placement.Author;
import io.robustmq.placement.Interest;
import io.robustmq.placement.LevelOrder;
import io.robustmq.placement.LogOrders;
import io.robustmq.placement.Placement;
import io.robustmq.placement.PlacementChange;
import io.robustmq.placement.PlacementView;
import io.robustmq.placement.TraceOrder;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceTarget;
import io.robustmq.telemetry.pipeline.DebugTrace;
import io.robustmq.telemetry.pipeline.DebugTraces;
import io.robustmq.telemetry.pipeline.Levels;
import io.robustmq.telemetry.pipeline.Pipeline;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Of a node with placement. A wish becomes a change of what all nodes agree on; what this node
 * does, it does because its watch says so, whichever node was asked. Without placement it goes on
 * with what it knows, until the time of that is over.
 */
final class AgreedLogControl implements LogControl, AutoCloseable {
    private final String nodeId;
    private final DebugTraces traces;
    private final Levels levels;
    private final InstantSource clock;
    private final AppliedRevision applied = new AppliedRevision();

    // guarded by this; while open
    private @Nullable Placement placement;

    /** By id. */
    private final Map<String, DebugTrace> wanted = new LinkedHashMap<>();

    AgreedLogControl(String nodeId, Pipeline to, InstantSource clock) {
        this.nodeId = nodeId;
        this.traces = to.traces();
        this.levels = to.levels();
        this.clock = clock;
    }

    /** Does what is agreed, and follows it from there. */
    synchronized void open(Placement places) {
        LogOrders orders = places.logOrders();
        apply(orders);
        placement = places;
        var unused =
                places.watch(orders.revision(), Set.of(new Interest.AnyLogOrder()), this::apply);
    }

    private void apply(LogOrders orders) {
        Instant now = clock.instant();
        for (LevelOrder order : orders.levels()) {
            apply(order, now, Admin.NODE);
        }
        wanted.clear();
        orders.traces().forEach(this::want);
        traces.replace(List.copyOf(wanted.values()), Admin.NODE);
        applied.reached(orders.revision());
    }

    // What the watch says

    private synchronized void apply(PlacementChange change) {
        switch (change) {
            case PlacementChange.TraceBegun(long _, TraceOrder order) -> {
                want(order);
                traces.replace(List.copyOf(wanted.values()), by(order.by()));
            }
            case PlacementChange.TraceEnded(long _, String id, Author by) -> {
                wanted.remove(id);
                traces.replace(List.copyOf(wanted.values()), by(by));
            }
            case PlacementChange.LevelSet(long _, LevelOrder order) ->
                    apply(order, order.at(), by(order.by()));
            case PlacementChange.Expired(long _, Instant by) -> {
                wanted.values().removeIf(trace -> !by.isBefore(trace.until()));
                traces.replace(List.copyOf(wanted.values()), Admin.NODE);
            }
            case PlacementChange.Whole(PlacementView state) -> apply(state.logOrders());
            // of no interest
            case PlacementChange.Registered _,
                    PlacementChange.Removed _,
                    PlacementChange.NodesExpired _,
                    PlacementChange.ClaimsChanged _,
                    PlacementChange.MemberAdded _,
                    PlacementChange.MemberRemoved _,
                    PlacementChange.DocumentsChanged _ -> {}
        }
        applied.reached(change.revision());
    }

    /** One act is one person's event: that of the node that they asked. */
    private Admin by(Author author) {
        return author.nodeId().equals(nodeId) ? author.admin() : Admin.NODE;
    }

    /** Unless a newer node made it, with what this one does not know. */
    private void want(TraceOrder order) {
        Duration time = Duration.between(order.begun(), order.until());
        if (traces.wrong(order.kind(), order.target(), time, order.perSecond()) == null) {
            wanted.put(
                    order.id(),
                    new DebugTrace(
                            order.id(),
                            order.kind(),
                            order.target(),
                            order.begun(),
                            order.until(),
                            order.perSecond()));
        }
    }

    private void apply(LevelOrder order, Instant from, Admin by) {
        Instant until = order.until();
        boolean isOver = until != null && !clock.instant().isBefore(until);
        if (!isOver && levels.wrong(order.category(), Duration.ZERO) == null) {
            levels.set(order.category(), order.level(), from, until, by);
        }
    }

    // What people want

    @Override
    public Outcome<DebugTrace> beginTrace(
            TraceTarget kind, String target, Duration time, int perSecond, Admin by) {
        String wrong = traces.wrong(kind, target, time, perSecond);
        if (wrong != null) {
            return new Outcome.Refused<>(400, wrong);
        }
        DebugTrace trace = traces.named(kind, target, time, perSecond);
        TraceOrder order =
                new TraceOrder(
                        trace.id(),
                        kind,
                        target,
                        trace.begun(),
                        trace.until(),
                        perSecond,
                        new Author(nodeId, by));
        return agreed(
                places -> places.beginTrace(order),
                () -> trace,
                LogControl.tooManyTraces(TraceOrder.MAX));
    }

    @Override
    public Outcome<String> stopTrace(String id, Admin by) {
        Placement places = placement();
        Outcome<String> none = LogControl.noTrace(id);
        boolean isThere =
                places == null
                        || places.logOrders().traces().stream()
                                .anyMatch(order -> order.id().equals(id));
        return isThere
                ? agreed(to -> to.endTrace(id, new Author(nodeId, by)), () -> id, none)
                : none;
    }

    @Override
    public Outcome<Levels.Level> setLevel(
            String category, @Nullable Severity level, Duration limit, Admin by) {
        String wrong = levels.wrong(category, limit);
        if (wrong != null) {
            return new Outcome.Refused<>(400, wrong);
        }
        Instant now = clock.instant();
        LevelOrder order =
                new LevelOrder(
                        category,
                        level,
                        now,
                        limit.isZero() ? null : now.plus(limit),
                        new Author(nodeId, by));
        return agreed(
                places -> places.setLevel(order),
                () -> levels.of(category),
                new Outcome.Refused<>(409, "too many categories have a level of their own"));
    }

    private synchronized @Nullable Placement placement() {
        return placement;
    }

    private <T> Outcome<T> agreed(
            Function<Placement, CompletableFuture<Agreement>> wish,
            Supplier<T> value,
            Outcome<T> unchanged) {
        Placement places = placement();
        return places == null
                ? AppliedRevision.notOpen()
                : applied.await(
                        wish.apply(places),
                        agreement ->
                                agreement.changed()
                                        ? new AppliedRevision.Answer.Agreed<>(agreement.revision())
                                        : new AppliedRevision.Answer.Not<>(unchanged),
                        value);
    }

    /** Before placement is closed, which ends the watch. */
    @Override
    public synchronized void close() {
        placement = null;
    }
}
