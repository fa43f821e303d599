package io.robustmq.server;

import io.robustmq.broker.ClientDirectory.Whereabouts;
import io.robustmq.placement.Document;
import io.robustmq.placement.DocumentKind;
import io.robustmq.placement.NodeEpoch;
import io.robustmq.placement.Placement;
import io.robustmq.placement.PlacementView;
import io.robustmq.placement.Registration;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.PlacementEvent;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The homes of a cluster as placement knows them. A home has a replicated log, which is how all
 * that there are can be found, and is registered by whoever serves it. Any thread.
 */
final class Homes {
    /** Before a home's name: its log. */
    static final String LOG = "mqtt.";

    /** Of a registration: where other brokers reach this one. */
    private static final String ADDRESS = "cluster";

    /** Of a registration: its epoch, if the home's clients are claimed in that. */
    private static final String RESTORED = "restored";

    /** Of a registration: the node that serves the home. */
    static final String SERVER = "server";

    private final Placement placement;
    private final Events events;
    private final HomeMeasures measures = new HomeMeasures();

    Homes(Placement placement, Events events) {
        this.placement = placement;
        this.events = events;
    }

    /** Of those that this process serves. */
    HomeMeasures measures() {
        return measures;
    }

    /** Whether every home is served. */
    sealed interface Served {
        /** By home: its registration. */
        record All(Map<String, NodeEpoch> registered) implements Served {}

        record Not(String which) implements Served {}

        /** This node does not know that much yet. */
        record Later() implements Served {}
    }

    /** All that were ever made, by name. */
    static List<String> names(PlacementView view) {
        return view.documents(DocumentKind.SHARD, LOG).stream()
                .map(Document::name)
                .filter(name -> !name.endsWith(ReplicatedLog.SNAPSHOTS))
                .map(name -> name.substring(LOG.length()))
                .toList();
    }

    /**
     * What a registration that is made already is to have more, from when on its home is served. A
     * new registration with that would not be one whose home is served: the clients that were
     * claimed are not claimed any more then.
     */
    static Map<String, String> serving(NodeEpoch registered, String address) {
        return Map.of(ADDRESS, address, RESTORED, Long.toString(registered.epoch()));
    }

    /** Where a home is served; null if it is not. */
    static @Nullable String address(@Nullable Registration home) {
        if (home == null) {
            return null;
        }
        Map<String, String> info = home.node().extendInfo();
        String restored = Long.toString(home.identity().epoch());
        return restored.equals(info.get(RESTORED)) ? info.get(ADDRESS) : null;
    }

    /** Who listens for other brokers, by home. */
    static Map<String, InetSocketAddress> served(PlacementView view) {
        Map<String, InetSocketAddress> served = new TreeMap<>();
        for (String name : names(view)) {
            String address = address(view.registration(name));
            if (address != null) {
                served.put(name, Listener.parse(address));
            }
        }
        return served;
    }

    /**
     * @param revision that this node may not know yet
     */
    Served servedAt(long revision) {
        PlacementView view = placement.view();
        if (view.revision() < revision) {
            return new Served.Later();
        }
        return served(view, names(view));
    }

    /** As far as this node knows. */
    Served servedNow() {
        PlacementView view = placement.view();
        return served(view, names(view));
    }

    private static Served served(PlacementView view, List<String> names) {
        Map<String, NodeEpoch> registered = new TreeMap<>();
        for (String name : names) {
            Registration home = view.registration(name);
            if (home == null || address(home) == null) {
                return new Served.Not(name);
            }
            registered.put(name, home.identity());
        }
        return new Served.All(registered);
    }

    Whereabouts where(NodeEpoch home) {
        Registration registered = placement.view().registration(home.nodeId());
        String address =
                registered == null || !registered.identity().equals(home)
                        ? null
                        : address(registered);
        return address == null
                ? new Whereabouts.Unknown(
                        "its session is at " + home.nodeId() + ", which no broker serves")
                : new Whereabouts.Elsewhere(home.nodeId(), Listener.parse(address));
    }

    /**
     * A home's address does not answer. If nothing listens there its process is gone, and need not
     * be waited for: it is as if it had been silent for long.
     */
    void unreachable(Whereabouts.Elsewhere there, Throwable why) {
        Registration registered = placement.view().registration(there.home());
        if (registered == null || !isRefused(why) || !isAt(registered, there.address())) {
            return;
        }
        events.emit(new PlacementEvent.NodeSuspected(there.home(), Failure.of(why)));
        var unused = placement.deregister(registered.identity());
    }

    /** It may be served elsewhere by now. */
    private static boolean isAt(Registration registered, InetSocketAddress address) {
        String known = address(registered);
        return known != null && Listener.parse(known).equals(address);
    }

    private static boolean isRefused(Throwable why) {
        return why instanceof ConnectException
                && String.valueOf(why.getMessage()).contains("refused");
    }
}
