package io.robustmq.replication;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What goes wrong, by chance, until it ends and all is mended. */
final class SimFaults {
    private static final int KINDS = 16;

    private final SimWorld world;
    private final SimNetwork network;
    private final SimMetadata metadata;
    private final List<SimReplica> replicas;
    private final List<SimWriter> writers;
    private final Set<String> draining = new HashSet<>();
    private boolean over;

    /** What happens more than anything else in this schedule. */
    private final int favourite;

    /** Of chance: how often something happens, so that some schedules are nearly quiet. */
    private final int pauseMillis;

    SimFaults(
            SimWorld world,
            SimNetwork network,
            SimMetadata metadata,
            List<SimReplica> replicas,
            List<SimWriter> writers) {
        this.world = world;
        this.network = network;
        this.metadata = metadata;
        this.replicas = replicas;
        this.writers = writers;
        favourite = world.chance.nextInt(KINDS);
        pauseMillis = 30 + world.chance.nextInt(400);
    }

    /** The nodes that are registered: a crash is heard of at once, other faults never. */
    List<Nodes.Candidate> nodes() {
        List<Nodes.Candidate> nodes = new ArrayList<>();
        for (int i = 0; i < replicas.size(); i++) {
            SimReplica replica = replicas.get(i);
            if (replica.isUp()) {
                nodes.add(
                        new Nodes.Candidate(
                                replica.node,
                                "rack" + i % 3,
                                1000 + i,
                                draining.contains(replica.node)));
            }
        }
        return nodes;
    }

    boolean isOver() {
        return over;
    }

    void start() {
        if (world.oneIn(2)) {
            network.faults(
                    world.chance.nextInt(15), world.chance.nextInt(20), world.chance.nextInt(20));
        }
        if (world.oneIn(2)) {
            metadata.faults(world.chance.nextInt(30));
        }
        next();
    }

    private void next() {
        if (over) {
            return;
        }
        happen();
        world.in(world.millis(pauseMillis / 2, pauseMillis + 1), this::next);
    }

    private void happen() {
        SimReplica replica = replicas.get(world.chance.nextInt(replicas.size()));
        SimWriter writer = writers.get(world.chance.nextInt(writers.size()));
        long lasting = world.millis(20, world.oneIn(4) ? 2000 : 400);
        switch (world.oneIn(2) ? favourite : world.chance.nextInt(KINDS)) {
            case 0, 1, 2 -> crash(replica, lasting);
            case 3 -> stop(replica.process, lasting);
            case 4 -> stop(writer.process, lasting);
            case 5, 6 -> partition(lasting);
            case 7 -> cut(writer.node, replica.node, lasting);
            case 8 -> cut(replica.node, writer.node, lasting);
            case 9 -> {
                replica.disk.full(true);
                world.in(lasting, () -> replica.disk.full(false));
            }
            case 10 -> {
                replica.disk.syncMillis(5 + world.chance.nextInt(400));
                world.in(lasting, () -> replica.disk.syncMillis(4));
            }
            case 11 -> {
                metadata.faults(100);
                world.in(lasting / 2, () -> metadata.faults(over ? 0 : world.chance.nextInt(20)));
            }
            case 12 -> {
                draining.add(replica.node);
                world.in(lasting, () -> draining.remove(replica.node));
            }
            case 13 -> {
                SimProcess process = world.oneIn(2) ? replica.process : writer.process;
                if (process != null) {
                    process.stepClock(lasting);
                }
            }
            case 14 -> {
                // what was promised to it must hold, though the old writer has not heard of it
                writer.kill();
                writer.start(SimWriter.SETTINGS);
                world.in(world.millis(2, 60), () -> powerCut(world.millis(1, 20)));
            }
            default -> powerCut(world.oneIn(2) ? lasting : world.millis(1, 30));
        }
    }

    private void crash(SimReplica replica, long lasting) {
        replica.crash();
        world.in(lasting, () -> restart(replica));
    }

    private void powerCut(long lasting) {
        if (over) {
            return;
        }
        replicas.forEach(replica -> crash(replica, lasting + world.millis(0, 50)));
    }

    private static void restart(SimReplica replica) {
        if (!replica.isUp()) {
            replica.start();
        }
    }

    private void stop(@Nullable SimProcess process, long lasting) {
        if (process != null) {
            process.stop();
            world.in(lasting, process::goOn);
        }
    }

    /** Some nodes hear the others no more, or are heard no more, or both. */
    private void partition(long lasting) {
        List<String> all = new ArrayList<>();
        replicas.forEach(replica -> all.add(replica.node));
        writers.forEach(writer -> all.add(writer.node));
        Set<String> some = new HashSet<>(all);
        some.removeIf(node -> world.oneIn(2));
        int ways = world.chance.nextInt(3);
        for (String in : all) {
            for (String out : all) {
                if (some.contains(in) && !some.contains(out)) {
                    if (ways != 0) {
                        cut(in, out, lasting);
                    }
                    if (ways != 1) {
                        cut(out, in, lasting);
                    }
                }
            }
        }
    }

    private void cut(String from, String to, long lasting) {
        network.cut(from, to);
        world.in(lasting, () -> network.mend(from, to));
    }

    /** All that went wrong is mended, at once. */
    void end() {
        over = true;
        network.mendAll();
        network.faults(0, 0, 0);
        metadata.faults(0);
        draining.clear();
        for (SimReplica replica : replicas) {
            restart(replica);
            replica.disk.full(false);
            replica.disk.syncMillis(4);
            goOn(replica.process);
        }
        writers.forEach(writer -> goOn(writer.process));
    }

    private static void goOn(@Nullable SimProcess process) {
        if (process != null) {
            process.goOn();
        }
    }
}
