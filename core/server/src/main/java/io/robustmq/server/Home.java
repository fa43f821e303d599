package io.robustmq.server;

import io.robustmq.broker.Broker;
import io.robustmq.journal.RecordLog;
import io.robustmq.placement.Node;
import io.robustmq.placement.NodeAnswer;
import io.robustmq.placement.NodeEpoch;
import io.robustmq.placement.Placement;
import io.robustmq.placement.Role;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.PlacementEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One home that this process serves: it is registered, its log is written by this process alone,
 * and a broker is made of that. Opened and closed by one thread at a time; {@link #beat} and {@link
 * #isLost} any.
 */
final class Home {
    /** A journal whose quorum is there opens a log within milliseconds. */
    private static final Duration LOG_PATIENCE = Duration.ofSeconds(30);

    private static final long REGISTRATION_SECONDS = 20;
    private static final long GOODBYE_SECONDS = 2;

    private final String name;
    private final Node server;
    private final Placement placement;
    private final Homes homes;
    private final Parts parts;
    private final Events events;
    private final long instance;

    private volatile @Nullable NodeEpoch identity;
    private volatile boolean lost;
    private volatile @Nullable Broker serving;

    // while open
    private @Nullable ReplicatedLog log;
    private volatile @Nullable HomeClaims claims;

    /** What is different between the process's own home and one of another broker. */
    interface Parts {
        /** All that takes time and needs neither the log nor the registration. */
        void prepare() throws StartFailure;

        ReplicatedLog log(String home, Runnable onFenced);

        Broker open(RecordLog log, HomeClaims claims) throws StartFailure, IOException;

        void close(Broker broker);

        /** How others call what listens there. */
        String reached(InetSocketAddress listening);
    }

    /**
     * @param server the process, and where its clients reach it
     * @param instance drawn for this object
     */
    Home(
            String name,
            Node server,
            Placement placement,
            Homes homes,
            Parts parts,
            Events events,
            long instance) {
        this.name = name;
        this.server = server;
        this.placement = placement;
        this.homes = homes;
        this.parts = parts;
        this.events = events;
        this.instance = instance;
    }

    String name() {
        return name;
    }

    /**
     * Takes it from whoever serves it, and returns when others can find it here. To be closed also
     * when that fails.
     */
    void open() throws StartFailure, IOException {
        parts.prepare(); // first: whoever serves it goes on as long
        long begun = System.nanoTime();
        NodeEpoch self = register(Map.of());
        identity = self;
        ReplicatedLog records = parts.log(name, this::fenced);
        log = records;
        records.open(LOG_PATIENCE);
        mustHold(self);
        HomeClaims directory = new HomeClaims(placement, self, homes);
        claims = directory;
        Broker opened = parts.open(records, directory);
        serving = opened;
        String address = parts.reached(opened.clusterAddress());
        mustHold(self);
        NodeEpoch same = register(Homes.serving(self, address));
        if (!same.equals(self)) {
            identity = same; // so that whoever had it may have it again at once
            throw new IOException("home " + name + " was taken while it was opened");
        }
        long nanos = System.nanoTime() - begun;
        homes.measures().opened(name.equals(server.nodeId()), nanos);
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
        events.emit(new PlacementEvent.HomeServed(name, self.epoch(), millis));
    }

    /** To be registered once more would take it back from who has taken it meanwhile. */
    private void mustHold(NodeEpoch self) throws IOException {
        try {
            if (placement.heartbeat(self).get(REGISTRATION_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (ExecutionException | TimeoutException unknown) {
            return; // to register will tell
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        throw new IOException("home " + name + " was taken while it was opened");
    }

    /** With what there is of it by now. */
    private NodeEpoch register(Map<String, String> more) throws IOException {
        Map<String, String> info = new HashMap<>(server.extendInfo());
        info.put(Homes.SERVER, server.nodeId());
        info.putAll(more);
        Node node = new Node(name, EnumSet.of(Role.MQTT_SERVER), info);
        try {
            NodeAnswer answer =
                    placement.register(node, instance).get(REGISTRATION_SECONDS, TimeUnit.SECONDS);
            return switch (answer) {
                case NodeAnswer.Registered(NodeEpoch made) -> made;
                case NodeAnswer.Full(int most) ->
                        throw new IOException("at most " + most + " nodes may be registered");
            };
        } catch (ExecutionException | TimeoutException e) {
            Throwable why = e.getCause() == null ? e : e.getCause();
            throw new IOException("home " + name + " is not registered: " + why.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** It could not be opened. */
    void failed(Exception why) {
        homes.measures().failed();
        events.emit(new PlacementEvent.HomeFailed(name, Failure.of(why)));
    }

    /** Clients that are its own. */
    int clients() {
        HomeClaims directory = claims;
        return directory == null ? 0 : directory.size();
    }

    /** Null until it is open. */
    @Nullable Broker broker() {
        return serving;
    }

    /** Tells placement that it is here, and hears whether it still is. */
    void beat() {
        NodeEpoch self = identity;
        if (self != null && !lost) {
            var unused =
                    placement
                            .heartbeat(self)
                            .thenAccept(holds -> {
                                if (!holds) {
                                    lose(
                                            "another process is registered, or placement has missed it");
                                }
                            });
        }
    }

    private void fenced() {
        lose("another process writes its log");
    }

    private synchronized void lose(String why) {
        if (!lost) {
            lost = true;
            homes.measures().lost();
            events.emit(new PlacementEvent.HomeLost(name, why));
        }
    }

    /** It is another process's, or will be: to be closed. */
    boolean isLost() {
        return lost;
    }

    /** Hands it back in order, so that others need not wait for a timeout. */
    void close() {
        Broker open = serving;
        serving = null;
        claims = null;
        if (open != null) {
            parts.close(open);
        }
        if (log != null) {
            log.close();
            log = null;
        }
        NodeEpoch self = identity;
        identity = null;
        if (self != null && !lost) {
            try {
                var unused = placement.deregister(self).get(GOODBYE_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException missedLater) {
                // placement finds out by itself
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
            }
        }
        lost = true;
    }
}
