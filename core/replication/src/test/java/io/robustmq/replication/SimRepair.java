package io.robustmq.replication;

import io.robustmq.telemetry.event.Events;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** A node that has sealed segments copied away from others. */
final class SimRepair {
    private static final RepairSettings SETTINGS =
            new RepairSettings(
                    3, Duration.ofMillis(300), 3, Duration.ofMillis(60), Duration.ofMillis(1500));

    private final String node;
    private final SimWorld world;
    private final SimNetwork network;
    private final SimMetadata metadata;
    private final Supplier<List<Nodes.Candidate>> nodes;
    private final Events events;

    SimRepair(
            String node,
            SimWorld world,
            SimNetwork network,
            SimMetadata metadata,
            Supplier<List<Nodes.Candidate>> nodes,
            Events events) {
        this.node = node;
        this.world = world;
        this.network = network;
        this.metadata = metadata;
        this.nodes = nodes;
        this.events = events;
    }

    void start() {
        SimProcess life = new SimProcess(node, world);
        Repair repair =
                new Repair(
                        SETTINGS,
                        new Ports(
                                metadata.of(life),
                                network.transport(node),
                                nodes::get,
                                life::nanoTime,
                                world.chance.split(),
                                events));
        network.join(
                node,
                (from, message) -> {
                    if (message instanceof Message.Reply reply) {
                        life.run(() -> repair.receive(from, reply));
                    }
                });
        metadata.watch(life, repair::told);
        life.ticks(repair::tick);
    }
}
