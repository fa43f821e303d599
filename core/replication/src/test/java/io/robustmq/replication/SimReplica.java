package io.robustmq.replication;

import io.robustmq.telemetry.event.Events;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A journal node, over all its lives. */
final class SimReplica {
    private static final ReplicaSettings SETTINGS =
            new ReplicaSettings(300, 200_000, 2, Duration.ofMillis(80));

    final String node;
    final SimDisk disk;
    private final SimWorld world;
    private final SimNetwork network;
    private final SimMetadata metadata;
    private final Set<Mutation> mutations;
    private final Events events;
    private final History history;
    private int lives;
    private boolean lost;
    @Nullable SimProcess process;

    SimReplica(
            String node,
            SimWorld world,
            SimNetwork network,
            SimMetadata metadata,
            History history,
            Set<Mutation> mutations,
            Events events) {
        this.node = node;
        this.world = world;
        this.network = network;
        this.metadata = metadata;
        this.history = history;
        this.mutations = mutations;
        this.events = events;
        disk = new SimDisk(world, mutations);
        disk.deleted(segment -> history.forgot(node + segment));
    }

    boolean isUp() {
        return process != null;
    }

    void start() {
        if (lost) {
            return;
        }
        SimProcess life = new SimProcess(node, world);
        process = life;
        Replica replica =
                new Replica(
                        node,
                        SETTINGS,
                        disk.of(life),
                        new Replica.ReplicaPorts(heard(network.transport(node)), events),
                        life::nanoTime);
        try {
            replica.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        network.join(node, (from, message) -> life.run(() -> receive(replica, from, message)));
        metadata.watch(life, replica::told);
        life.ticks(replica::tick);
    }

    /** In each life what a replica says of a segment's committed offset may only grow. */
    private Transport heard(Transport transport) {
        String life = node + "-" + lives++;
        return (to, message) -> {
            if (message instanceof Message.Appended appended) {
                history.took(node + appended.segment(), appended.epoch());
            } else if (message instanceof Message.Fenced fenced) {
                history.promised(node + fenced.segment(), fenced.epoch());
                history.committed(life + fenced.segment(), fenced.committed());
            } else if (message instanceof Message.Records records) {
                history.committed(life + records.segment(), records.committed());
            }
            transport.send(to, message);
        };
    }

    private void receive(Replica replica, String from, Message message) {
        if (message instanceof Message.Fence fence && mutations.contains(Mutation.NO_FENCE)) {
            long end = disk.end(fence.segment());
            network.transport(node)
                    .send(
                            from,
                            new Message.Fenced(
                                    fence.segment(),
                                    fence.epoch(),
                                    end,
                                    fence.segment().firstOffset() - 1));
            return;
        }
        if (message instanceof Message.Copy copy && mutations.contains(Mutation.COPIED_TOO_EARLY)) {
            network.transport(node).send(from, new Message.Copied(copy.segment(), copy.version()));
        }
        replica.receive(from, message);
    }

    /** For good, with its disk. */
    void lose() {
        crash();
        lost = true;
    }

    void crash() {
        if (process != null) {
            process.kill();
            process = null;
            network.join(node, null);
            disk.crash();
        }
    }
}
