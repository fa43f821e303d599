package io.robustmq.placement;

import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.PlacementEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Hears of the nodes, on the member that leads, and has those removed of which it heard nothing for
 * too long. When they were heard of is nothing to agree on: a member that begins to lead gives each
 * a whole timeout, and so does one that was stopped for a while itself. Any thread.
 */
final class Registry {
    /** Between two looks, if nothing held this process up. */
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private final long timeoutNanos;
    private final LongSupplier nanos;
    private final Supplier<PlacementState> state;
    private final Function<Command, CompletableFuture<PlacementState.Step>> submit;
    private final Events events;

    // guarded by this
    private boolean leading;
    private boolean expiring;
    private long looked;
    private long expired;

    /** Registrations that hold, and when something was heard of them. */
    private final Map<NodeEpoch, Long> heard = new HashMap<>();

    /**
     * @param nanos as {@link System#nanoTime}: the time of the day may be set
     */
    Registry(
            Duration timeout,
            LongSupplier nanos,
            Supplier<PlacementState> state,
            Function<Command, CompletableFuture<PlacementState.Step>> submit,
            Events events) {
        this.timeoutNanos = timeout.toNanos();
        this.nanos = nanos;
        this.state = state;
        this.submit = submit;
        this.events = events;
    }

    /** This member leads from now on. */
    synchronized void lead() {
        leading = true;
        looked = nanos.getAsLong();
        heard.clear();
    }

    synchronized boolean isLeading() {
        return leading;
    }

    /** Nodes that were removed by this member, as it led. */
    synchronized long expired() {
        return expired;
    }

    /** Another member leads, or none. */
    synchronized void follow() {
        leading = false;
        heard.clear();
    }

    /**
     * Something was heard of a node.
     *
     * @return false if that registration does not hold any more; the node is to register again
     */
    synchronized boolean heartbeat(NodeEpoch node) {
        if (!state.get().nodes().isCurrent(node)) {
            return false;
        }
        if (leading) {
            heard.put(node, nanos.getAsLong());
        }
        return true;
    }

    /** Has the silent ones removed; to be done each so often, also while another leads. */
    void look() {
        Map<NodeEpoch, Long> silent = silent();
        if (silent.isEmpty()) {
            return;
        }
        var unused =
                submit.apply(new Command.ExpireNodes(List.copyOf(silent.keySet())))
                        .whenComplete((step, failure) -> {
                            ended();
                            if (failure == null) {
                                tell(step, silent);
                            }
                        });
    }

    /** With the milliseconds of their silence; none while some are being removed. */
    private synchronized Map<NodeEpoch, Long> silent() {
        if (!leading || expiring) {
            return Map.of();
        }
        long now = nanos.getAsLong();
        long missed = now - looked > LONGEST_PAUSE.toNanos() ? now - looked : 0;
        looked = now;
        Map<NodeEpoch, Long> before = Map.copyOf(heard);
        Map<NodeEpoch, Long> silent = new HashMap<>();
        heard.clear();
        for (Registration each : state.get().nodes().byId().values()) {
            long since = Math.min(now, before.getOrDefault(each.identity(), now) + missed);
            heard.put(each.identity(), since);
            if (now - since > timeoutNanos) {
                silent.put(each.identity(), TimeUnit.NANOSECONDS.toMillis(now - since));
            }
        }
        expiring = !silent.isEmpty();
        return silent;
    }

    /** If it failed, the next look tries again. */
    private synchronized void ended() {
        expiring = false;
    }

    private void tell(PlacementState.Step step, Map<NodeEpoch, Long> silent) {
        if (step.change() instanceof PlacementChange.NodesExpired(long revision, var nodes)) {
            synchronized (this) {
                expired += nodes.size();
            }
            for (NodeEpoch node : nodes) {
                events.emit(
                        new PlacementEvent.NodeExpired(
                                node.nodeId(), silent.getOrDefault(node, 0L), revision));
            }
        }
    }
}
