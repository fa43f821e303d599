package io.robustmq.replication;

import io.robustmq.testkit.RecordingEvents;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One schedule: writers that contend for a shard, replicas, metadata, readers, and what happens to
 * them; all of it by one seed. Throws {@link History.Broken} if something is not as it must be.
 */
final class ReplicationSimulation {
    private static final long MILLI = SimWorld.MILLI;
    private static final long RECOVERS_WITHIN = 30_000 * MILLI;

    final RecordingEvents events = new RecordingEvents();
    final History history = new History();
    final SimWorld world;
    private final SimNetwork network;
    private final SimMetadata metadata;
    private final List<SimReplica> replicas = new ArrayList<>();
    private final List<SimWriter> writers = new ArrayList<>();
    private final List<SimRepair> repairs = new ArrayList<>();
    private final SimReader reader;
    private final SimFaults faults;
    private final Map<Long, String> log = new HashMap<>();

    /** Of chance: how rarely a writer takes the shard from another. */
    private final int calm;

    ReplicationSimulation(long seed, Set<Mutation> mutations) {
        world = new SimWorld(seed);
        network =
                new SimNetwork(
                        world,
                        (from, to, message, on) ->
                                Mutation.deliver(mutations, this::replicaNames, from, message, on));
        metadata =
                new SimMetadata(
                        "shard", world, history, !mutations.contains(Mutation.HEAD_IS_OVERWRITTEN));
        int count = 3 + world.chance.nextInt(4);
        for (int i = 0; i < count; i++) {
            replicas.add(
                    new SimReplica("j" + i, world, network, metadata, history, mutations, events));
        }
        metadata.offered(this::checkCopies);
        faults = new SimFaults(world, network, metadata, replicas, writers);
        for (int i = 2 + world.chance.nextInt(2); i > 0; i--) {
            writers.add(
                    new SimWriter(
                            "w" + i, world, network, metadata, history, faults::nodes, events));
        }
        for (int i = world.chance.nextInt(3); i >= 0; i--) {
            repairs.add(new SimRepair("r" + i, world, network, metadata, faults::nodes, events));
        }
        calm = 1 + world.chance.nextInt(6);
        reader = new SimReader(world, network, metadata, history);
    }

    /** With all its nodes up no segment is sealed without a quorum of copies. */
    private void checkCopies(Segment sealed) {
        int up = 0;
        int whole = 0;
        for (SimReplica replica : replicas) {
            if (sealed.ensemble().contains(replica.node)) {
                up += replica.isUp() ? 1 : 0;
                whole += replica.disk.end(sealed.id()) >= sealed.end() ? 1 : 0;
            }
        }
        if (whole == 0 || up == sealed.ensemble().size() && whole < sealed.ackQuorum()) {
            throw new History.Broken(whole + " copies, of " + up + " nodes, of " + sealed);
        }
    }

    private List<String> replicaNames() {
        return replicas.stream().map(replica -> replica.node).toList();
    }

    void run() {
        replicas.forEach(SimReplica::start);
        reader.start();
        // in some schedules nobody repairs before the end
        boolean early = world.oneIn(2);
        if (early) {
            repairs.forEach(SimRepair::start);
        }
        clients();
        int chaos = 2000 + world.chance.nextInt(3000);
        faults.start();
        world.run(chaos * MILLI);
        faults.end();
        if (!early) {
            repairs.forEach(SimRepair::start);
        }
        long first = finish();
        if (replicas.size() > 3) {
            replicas.get(world.chance.nextInt(replicas.size())).lose();
            first = allIsThere();
        }
        history.checkFinal(first, log);
    }

    /** Writers come, append and trim as it happens. */
    private void clients() {
        if (faults.isOver()) {
            return;
        }
        SimWriter writer = writers.get(world.chance.nextInt(writers.size()));
        switch (world.chance.nextInt(40)) {
            case 0 -> {
                if (writer.isOver()) {
                    writer.kill();
                    writer.start(SimWriter.SETTINGS);
                }
            }
            case 1 -> {
                if (world.oneIn(calm)) {
                    writer.kill();
                    writer.start(SimWriter.SETTINGS);
                }
            }
            case 2 -> {
                if (world.oneIn(3)) {
                    writer.trim(writer.committedEnd() - world.chance.nextInt(60));
                }
            }
            default -> {
                if (writers.stream().allMatch(SimWriter::isOver)) {
                    writer.kill();
                    writer.start(SimWriter.SETTINGS);
                }
                writer.append(1 + world.chance.nextInt(world.oneIn(10) ? 20 : 3));
            }
        }
        world.in(world.millis(1, 20), this::clients);
    }

    /** With nothing wrong any more a writer can open and append, and all is there. */
    private long finish() {
        writers.forEach(SimWriter::kill);
        SimWriter last = writers.getFirst();
        last.start(SimWriter.SETTINGS);
        int before = history.acknowledgements();
        long until = world.now() + RECOVERS_WITHIN;
        while (!last.isOpen() || history.acknowledgements() < before + 10) {
            world.run(100 * MILLI);
            if (last.isOpen()) {
                last.append(4);
            }
            if (world.now() > until) {
                throw new History.Broken(
                        "no writer opens and appends after the faults: " + metadata.view());
            }
        }
        return allIsThere();
    }

    /** Waits until each segment has its replicas, and each of them all records; reads them. */
    private long allIsThere() {
        long until = world.now() + RECOVERS_WITHIN;
        while (true) {
            world.run(200 * MILLI);
            String missing = missing();
            if (missing.isEmpty()) {
                return metadata.view().segments().getFirst().value().id().firstOffset();
            }
            if (world.now() > until) {
                throw new History.Broken(missing);
            }
        }
    }

    /** Reads the log as each replica serves it; what of it is not there yet. */
    private String missing() {
        log.clear();
        for (Versioned<Segment> described : metadata.view().segments()) {
            Segment segment = described.value();
            if (segment.ensemble().size() < Math.min(3, faults.nodes().size())) {
                return "too few replicas: " + segment;
            }
            long end = segment.isOpen() ? writers.getFirst().committedEnd() : segment.end();
            for (String node : segment.ensemble()) {
                List<Entry> entries = reader.all(node, segment, end);
                if (entries.size() < end - segment.id().firstOffset()) {
                    return node + " has " + entries.size() + " of " + segment;
                }
                for (int i = 0; i < entries.size(); i++) {
                    long offset = segment.id().firstOffset() + i;
                    String record = History.record(entries.get(i));
                    String other = log.putIfAbsent(offset, record);
                    if (other != null && !other.equals(record)) {
                        throw new History.Broken(
                                node + " has " + record + " at " + offset + ", not " + other);
                    }
                }
            }
        }
        return "";
    }
}
