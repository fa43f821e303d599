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
    private final SimReader reader;
    private final SimFaults faults;

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
        faults = new SimFaults(world, network, metadata, replicas, writers);
        for (int i = 2 + world.chance.nextInt(2); i > 0; i--) {
            writers.add(
                    new SimWriter(
                            "w" + i, world, network, metadata, history, faults::nodes, events));
        }
        calm = 1 + world.chance.nextInt(6);
        reader = new SimReader(world, network, metadata, history);
    }

    private List<String> replicaNames() {
        return replicas.stream().map(replica -> replica.node).toList();
    }

    void run() {
        replicas.forEach(SimReplica::start);
        reader.start();
        clients();
        int chaos = 2000 + world.chance.nextInt(3000);
        faults.start();
        world.run(chaos * MILLI);
        faults.end();
        finish();
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
    private void finish() {
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
        Map<Long, String> log = new HashMap<>();
        long first = 0;
        while (true) {
            world.run(200 * MILLI);
            String missing = missing(log);
            first = metadata.view().segments().getFirst().value().id().firstOffset();
            if (missing.isEmpty()) {
                break;
            }
            if (world.now() > until) {
                throw new History.Broken(missing);
            }
        }
        history.checkFinal(first, log);
    }

    /** Reads the log as each replica serves it; what of it is not there yet. */
    private String missing(Map<Long, String> log) {
        log.clear();
        for (Versioned<Segment> described : metadata.view().segments()) {
            Segment segment = described.value();
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
