package io.robustmq.server;

import io.robustmq.broker.Broker;
import io.robustmq.placement.DocumentKind;
import io.robustmq.placement.Interest;
import io.robustmq.placement.Placement;
import io.robustmq.placement.PlacementView;
import io.robustmq.placement.Registration;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.PlacementEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that every home of the cluster is served: that of this process by itself, again when
 * it was lost; one whose process has gone by one of those that are left, until that process is back
 * and takes it. On a thread of its own, with one more for each home that is being opened or closed.
 */
final class HomeKeeper implements AutoCloseable {
    private static final long LOOK_MILLIS = 100;

    /** Who would serve a home next waits so long for the one before it. */
    private static final long TURN_MILLIS = 700;

    /** Of a home that was never served since this process runs: nobody listens there. */
    private static final InetSocketAddress NOWHERE = new InetSocketAddress("127.0.0.1", 0);

    /** Between two tries to open a home. */
    private static final long AGAIN_MILLIS = 1000;

    private final String own;
    private final Placement placement;
    private final Maker maker;
    private final Events events;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("homes").daemon().factory());
    private final Map<String, Home> homes = new ConcurrentHashMap<>();
    private final Set<String> busy = ConcurrentHashMap.newKeySet();

    // of the thread
    private final Map<String, Long> unservedSince = new HashMap<>();
    private final Map<String, Long> notBefore = new HashMap<>();
    private final Map<String, InetSocketAddress> lastKnown = new TreeMap<>();
    private final Map<Home, Map<String, InetSocketAddress>> told = new HashMap<>();
    private @Nullable AutoCloseable watch;
    private long beatenAt;
    private volatile boolean closing;

    /** Makes homes, not open, and hears what becomes of the process's own. */
    interface Maker {
        Home make(String name, boolean isOwn);

        /** The process's own is served; or not any more. */
        void ownIsServed(boolean now);

        /**
         * The process's own cannot be, for a reason that is this process's alone.
         *
         * @return whether the process ends
         */
        boolean cannotServe(StartFailure why);
    }

    /**
     * @param own the name of this process's home
     * @param placement open
     */
    HomeKeeper(String own, Placement placement, Maker maker, Events events) {
        this.own = own;
        this.placement = placement;
        this.maker = maker;
        this.events = events;
    }

    /** Begins when placement has answered. */
    void open() {
        var unused =
                placement
                        .ready()
                        .thenRun(() -> {
                            if (!closing) {
                                begin();
                            }
                        });
    }

    private void begin() {
        beatenAt = System.nanoTime();
        var unused =
                thread.scheduleWithFixedDelay(this::look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        watch =
                placement.watch(
                        placement.revision(),
                        Set.of(
                                new Interest.AnyNode(),
                                new Interest.Documents(DocumentKind.SHARD, Homes.LOG)),
                        change -> {
                            if (!closing) {
                                thread.execute(this::look);
                            }
                        });
    }

    private void look() {
        if (closing) {
            return;
        }
        try {
            beat();
            PlacementView view = placement.view();
            closeLost(view);
            keepOwn();
            adopt(view);
            tellPeers(view);
        } catch (RuntimeException defect) {
            events.emit(new PlacementEvent.HomeFailed(own, Failure.of(defect)));
        }
    }

    private void beat() {
        long now = System.nanoTime();
        if (now - beatenAt >= placement.heartbeatPause().toNanos()) {
            beatenAt = now;
            homes.values().forEach(Home::beat);
        }
    }

    private void closeLost(PlacementView view) {
        for (Home home : homes.values()) {
            boolean isForeign = !home.name().equals(own);
            Registration registered = view.registration(home.name());
            String server =
                    registered == null ? null : registered.node().extendInfo().get(Homes.SERVER);
            boolean isTaken = isForeign && server != null && !server.equals(own);
            if ((home.isLost() || isTaken) && busy.add(home.name())) {
                background(home.name(), () -> end(home));
            }
        }
    }

    private void end(Home home) {
        if (home.name().equals(own)) {
            maker.ownIsServed(false);
        }
        home.close();
        homes.remove(home.name(), home);
    }

    private void keepOwn() {
        if (!homes.containsKey(own) && mayTry(own) && busy.add(own)) {
            begin(own, true);
        }
    }

    private boolean mayTry(String home) {
        Long from = notBefore.get(home);
        return from == null || System.nanoTime() - from >= 0;
    }

    private void begin(String name, boolean isOwn) {
        notBefore.put(name, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(AGAIN_MILLIS));
        Home home = maker.make(name, isOwn);
        homes.put(name, home);
        background(name, () -> begin(home, isOwn));
    }

    private void begin(Home home, boolean isOwn) {
        try {
            home.open();
            if (isOwn) {
                maker.ownIsServed(true);
            }
        } catch (StartFailure why) {
            tried(home, why);
            if (isOwn && maker.cannotServe(why)) {
                closing = true;
            }
        } catch (IOException | RuntimeException why) {
            tried(home, why);
        }
    }

    private void tried(Home home, Exception why) {
        home.failed(why);
        home.close();
        homes.remove(home.name(), home);
    }

    private void background(String name, Runnable task) {
        Thread.ofVirtual()
                .name("home-" + name)
                .start(() -> {
                    try {
                        task.run();
                    } finally {
                        busy.remove(name);
                    }
                });
    }

    /** Those that nobody serves, when it is this process's turn. */
    private void adopt(PlacementView view) {
        long now = System.nanoTime();
        List<String> names = Homes.names(view);
        unservedSince.keySet().retainAll(names);
        for (String name : names) {
            if (name.equals(own) || view.registration(name) != null) {
                unservedSince.remove(name);
                continue;
            }
            long since = unservedSince.computeIfAbsent(name, first -> now);
            long turn = turn(name, view) * TimeUnit.MILLISECONDS.toNanos(TURN_MILLIS);
            Home home = homes.get(own);
            boolean isServing = home != null && home.broker() != null;
            if (isServing
                    && now - since >= turn
                    && !homes.containsKey(name)
                    && mayTry(name)
                    && busy.add(name)) {
                begin(name, false);
            }
        }
    }

    /** How many others would serve it rather than this process; all come to the same order. */
    private int turn(String home, PlacementView view) {
        List<String> servers = new ArrayList<>();
        for (Registration each : view.registrations()) {
            String server = each.node().extendInfo().get(Homes.SERVER);
            if (each.node().nodeId().equals(server)) {
                servers.add(server);
            }
        }
        servers.sort(Comparator.comparingInt(server -> (home + "/" + server).hashCode()));
        return Math.max(0, servers.indexOf(own));
    }

    private void tellPeers(PlacementView view) {
        List<String> names = Homes.names(view);
        lastKnown.keySet().retainAll(names);
        names.forEach(name -> lastKnown.putIfAbsent(name, NOWHERE));
        lastKnown.putAll(Homes.served(view));
        told.keySet().retainAll(homes.values());
        for (Home home : homes.values()) {
            Broker broker = home.broker();
            if (broker != null
                    && !busy.contains(home.name())
                    && !lastKnown.equals(told.get(home))) {
                Map<String, InetSocketAddress> now = Map.copyOf(lastKnown);
                told.put(home, now);
                broker.peers(now);
            }
        }
    }

    /** Of all that are open. */
    int clients() {
        return homes.values().stream().mapToInt(Home::clients).sum();
    }

    /** All that are open. */
    List<String> served() {
        return homes.values().stream()
                .filter(home -> home.broker() != null)
                .map(Home::name)
                .sorted()
                .toList();
    }

    /** Hands all of them back: the others go on with them. */
    @Override
    public void close() {
        closing = true;
        thread.shutdown();
        try {
            var unused = thread.awaitTermination(1, TimeUnit.MINUTES);
            while (!busy.isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (watch != null) {
            JournalNodes.end(watch);
        }
        List.copyOf(homes.values()).forEach(this::end);
    }
}
