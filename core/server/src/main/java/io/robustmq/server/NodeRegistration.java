package io.robustmq.server;

import io.robustmq.placement.Node;
import io.robustmq.placement.NodeAnswer;
import io.robustmq.placement.NodeEpoch;
import io.robustmq.placement.Placement;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.PlacementEvent;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps this node registered: registers it, tells placement that it is there, and registers it
 * again when placement has removed it meanwhile. A thread of its own; failures are tried again for
 * as long as it is open.
 */
final class NodeRegistration implements Runnable, AutoCloseable {
    private final Placement placement;
    private final Supplier<Node> node;
    private final long instance;
    private final Consumer<@Nullable NodeEpoch> changed;
    private final Events events;
    private final CountDownLatch closed = new CountDownLatch(1);

    private volatile @Nullable NodeEpoch registered;
    private boolean isFailing;

    /**
     * @param node with the addresses of the time
     * @param instance drawn when the process starts
     * @param changed told the registration when there is another, and null when there is none
     */
    NodeRegistration(
            Placement placement,
            Supplier<Node> node,
            long instance,
            Consumer<@Nullable NodeEpoch> changed,
            Events events) {
        this.placement = placement;
        this.node = node;
        this.instance = instance;
        this.changed = changed;
        this.events = events;
    }

    /** The registration that holds as far as this node knows. */
    @Nullable NodeEpoch registered() {
        return registered;
    }

    @Override
    public void run() {
        try {
            do {
                step();
            } while (!closed.await(placement.heartbeatPause().toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException("a registration is nobody's to interrupt", e);
        }
    }

    private void step() {
        try {
            NodeEpoch known = registered;
            if (known != null && !placement.heartbeat(known).join()) {
                registered = null;
                known = null;
                events.emit(new PlacementEvent.RegistrationLost());
                changed.accept(null);
            }
            if (known == null) {
                NodeEpoch made = register();
                registered = made;
                events.emit(new PlacementEvent.RegistrationMade(made.epoch()));
                changed.accept(made);
            }
            isFailing = false;
        } catch (CompletionException | IllegalStateException e) {
            if (!isFailing) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                events.emit(new PlacementEvent.RegistrationFailed(Failure.of(cause)));
            }
            isFailing = true;
        }
    }

    private NodeEpoch register() {
        Node now = node.get();
        return switch (placement.register(now, instance).join()) {
            case NodeAnswer.Registered(NodeEpoch identity) -> identity;
            case NodeAnswer.Full(int maxNodes) ->
                    throw new IllegalStateException(
                            "at most " + maxNodes + " nodes may be registered");
        };
    }

    /** Deregisters nothing: who closes in order does that. */
    @Override
    public void close() {
        closed.countDown();
    }
}
