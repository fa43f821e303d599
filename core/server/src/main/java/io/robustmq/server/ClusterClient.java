package io.robustmq.server;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.robustmq.placement.Node;
import io.robustmq.placement.NodeEpoch;
import io.robustmq.placement.Placement;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.PlacementEvent;
import io.robustmq.telemetry.pipeline.Pipeline;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What makes a node one of a cluster: placement, which it asks and follows; the registration, by
 * which others know it; what is agreed on levels and traces. For every role but the placement
 * center. Opened by one thread and closed by another, not at once.
 */
final class ClusterClient implements AutoCloseable {
    /** Who cannot say goodbye is missed after placement.node-timeout. */
    private static final long GOODBYE_SECONDS = 2;

    private final Settings settings;
    private final RandomGenerator chance;
    private final Events events;
    private final AgreedLogControl logControl;

    // while open; null before and after
    private @Nullable ClusterTls tls;
    private @Nullable RemotePlacement placement;
    private @Nullable NodeRegistration registration;

    /**
     * @param servers the placement centers, {@code host:port} each, at least one
     */
    record Settings(String nodeId, List<String> servers, RoleConfig.Tls tls) {}

    /**
     * @param events the role's
     */
    ClusterClient(
            Settings settings,
            Pipeline to,
            InstantSource clock,
            RandomGenerator chance,
            Events events) {
        this.settings = settings;
        this.chance = chance;
        this.events = events;
        this.logControl = new AgreedLogControl(settings.nodeId(), to, clock);
    }

    /** Does not wait for a placement center. */
    void open() throws StartFailure {
        tls = ClusterTls.of(settings.tls());
        RemotePlacement opening =
                new RemotePlacement(
                        settings.servers(),
                        credentials(),
                        settings.nodeId().hashCode(),
                        RemotePlacement.PATIENCE,
                        chance,
                        events);
        placement = opening;
        opening.open();
        logControl.open(opening);
    }

    /** For other nodes of the cluster; only while open. */
    ChannelCredentials credentials() {
        ClusterTls own = tls;
        return own == null ? InsecureChannelCredentials.create() : own.ofClient();
    }

    /** Null without TLS, and while not open. */
    @Nullable ClusterTls tls() {
        return tls;
    }

    /** Of all nodes; it refuses until this is open. */
    LogControl logControl() {
        return logControl;
    }

    /** Only while open. */
    Placement placement() {
        RemotePlacement open = placement;
        if (open == null) {
            throw new IllegalStateException("not open");
        }
        return open;
    }

    /**
     * Registers this node from now on, again when placement has lost it. Does not wait.
     *
     * @param node with the addresses of the time
     * @param changed told the registration when there is another, and null when there is none; on a
     *     thread of its own
     */
    void register(Supplier<Node> node, Consumer<@Nullable NodeEpoch> changed) {
        events.emit(new PlacementEvent.RegistrationAwaited(String.join(",", settings.servers())));
        NodeRegistration keeping =
                new NodeRegistration(placement(), node, chance.nextLong(), changed, events);
        registration = keeping;
        Thread.ofVirtual().name("node-registration").start(keeping);
    }

    /** The registration that holds as far as this node knows. */
    @Nullable NodeEpoch registered() {
        NodeRegistration keeping = registration;
        return keeping == null ? null : keeping.registered();
    }

    /** Takes leave of placement first. */
    @Override
    public void close() {
        NodeRegistration keeping = registration;
        RemotePlacement open = placement;
        if (keeping != null) {
            keeping.close();
            registration = null;
        }
        logControl.close();
        if (open != null) {
            NodeEpoch last = keeping == null ? null : keeping.registered();
            if (last != null) {
                sayGoodbye(open, last);
            }
            open.close();
            placement = null;
        }
        if (tls != null) {
            tls.close();
            tls = null;
        }
    }

    private static void sayGoodbye(RemotePlacement open, NodeEpoch last) {
        try {
            var unused = open.deregister(last).get(GOODBYE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException missedLater) {
            // placement finds out by itself
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }
}
