package io.robustmq.replication;

import io.robustmq.testkit.RecordingEvents;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The parts of the simulation, for a test that says itself what happens. */
final class SimCluster {
    final SimWorld world = new SimWorld(1);
    final History history = new History();
    final RecordingEvents events = new RecordingEvents();
    final SimNetwork network =
            new SimNetwork(world, (from, to, message, on) -> on.accept(from, message));
    final SimMetadata metadata = new SimMetadata("shard", world, history, true);
    final List<SimReplica> replicas = new ArrayList<>();
    final Set<String> unlisted = new HashSet<>();
    final Set<String> draining = new HashSet<>();

    SimCluster(int nodes) {
        for (int i = 0; i < nodes; i++) {
            SimReplica replica =
                    new SimReplica("j" + i, world, network, metadata, history, Set.of(), events);
            replicas.add(replica);
            replica.start();
        }
    }

    private List<Nodes.Candidate> nodes() {
        return replicas.stream()
                .map(replica -> replica.node)
                .filter(node -> !unlisted.contains(node))
                .map(node -> new Nodes.Candidate(node, node, 1, draining.contains(node)))
                .toList();
    }

    SimWriter writer(String node) {
        return new SimWriter(node, world, network, metadata, history, this::nodes, events);
    }

    SimRepair repair(String node) {
        return new SimRepair(node, world, network, metadata, this::nodes, events);
    }

    SimReplica replica(String node) {
        return replicas.stream()
                .filter(replica -> replica.node.equals(node))
                .findFirst()
                .orElseThrow();
    }

    void millis(int millis) {
        world.run(millis * SimWorld.MILLI);
    }

    List<Segment> segments() {
        return metadata.view().segments().stream().map(Versioned::value).toList();
    }
}
