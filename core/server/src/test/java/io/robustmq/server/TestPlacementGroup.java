package io.robustmq.server;

import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.robustmq.journal.Durability;
import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalSettings;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.Retention;
import io.robustmq.journal.ShardSettings;
import io.robustmq.placement.ClusterPlacement;
import io.robustmq.placement.PlacementSettings;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.FreePorts;
import io.robustmq.testkit.RecordingEvents;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** Placement centers in this process, with their journals, over real gRPC on loopback. */
final class TestPlacementGroup implements AutoCloseable {
    /** Nodes of tests do not beat; none is missed before a test on a slow machine is over. */
    static final Duration NODE_TIMEOUT = Duration.ofMinutes(10);

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int SNAPSHOT_EVERY = 10_000;

    final RecordingEvents events = new RecordingEvents();
    private final RandomGenerator chance = new SplittableRandom();
    private final TreeMap<String, Integer> ports = new TreeMap<>();
    private final Map<String, Running> running = new ConcurrentHashMap<>();

    private record Running(Journal journal, ClusterPlacement placement, GrpcEndpoint grpc)
            implements AutoCloseable {
        @Override
        public void close() {
            placement.close();
            grpc.close();
            journal.close();
        }
    }

    /** None of them runs yet. */
    TestPlacementGroup(String... names) {
        int[] free = FreePorts.several(names.length);
        for (int i = 0; i < names.length; i++) {
            ports.put(names[i], free[i]);
        }
    }

    /** All of them, with data below that folder. */
    static TestPlacementGroup started(Path folder, String... names) throws Exception {
        TestPlacementGroup group = new TestPlacementGroup(names);
        group.start(folder);
        return group;
    }

    void start(Path folder) throws Exception {
        for (String name : ports.keySet()) {
            start(folder, name);
        }
        for (String name : ports.keySet()) {
            placement(name).ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    void start(Path folder, String name) throws IOException {
        Journal journal =
                new Journal(
                        new JournalSettings(List.of(folder.resolve(name)), Duration.ofSeconds(10)),
                        new LocalDisk(),
                        InstantSource.system(),
                        chance,
                        events);
        journal.open();
        MemberNetwork network = new MemberNetwork(InsecureChannelCredentials.create(), events);
        List<PlacementSettings.Contact> members =
                ports.keySet().stream()
                        .map(each -> new PlacementSettings.Contact(each, address(each)))
                        .toList();
        ClusterPlacement placement =
                new ClusterPlacement(
                        new PlacementSettings(
                                name,
                                address(name),
                                members,
                                SNAPSHOT_EVERY,
                                PATIENCE,
                                NODE_TIMEOUT),
                        journal,
                        journal.shard(
                                "placement",
                                new ShardSettings(
                                        64 << 20, Duration.ZERO, Durability.OS, Retention.TRIMMED)),
                        network,
                        InstantSource.system(),
                        chance,
                        events);
        GrpcEndpoint grpc =
                new GrpcEndpoint(
                        new InetSocketAddress("127.0.0.1", port(name)),
                        InsecureServerCredentials.create(),
                        List.of(
                                network.service(),
                                new PlacementAdmin(
                                                name,
                                                placement,
                                                InsecureChannelCredentials.create(),
                                                events)
                                        .service(),
                                new PlacementServer(name, placement, events).service()));
        grpc.open();
        placement.open();
        running.put(name, new Running(journal, placement, grpc));
    }

    int port(String name) {
        return Objects.requireNonNull(ports.get(name), name);
    }

    String address(String name) {
        return "127.0.0.1:" + port(name);
    }

    List<String> addresses() {
        return ports.keySet().stream().map(this::address).toList();
    }

    ClusterPlacement placement(String name) {
        return Objects.requireNonNull(running.get(name), name).placement;
    }

    boolean isRunning(String name) {
        return running.containsKey(name);
    }

    String leader() throws Exception {
        return Await.until(
                "a leader",
                LIMIT,
                () ->
                        running.entrySet().stream()
                                .filter(each -> each.getValue().placement.isLeading())
                                .map(Map.Entry::getKey)
                                .findAny(),
                running::toString);
    }

    void stop(String name) {
        Running one = running.remove(name);
        if (one != null) {
            one.close();
        }
    }

    @Override
    public void close() {
        List.copyOf(running.keySet()).forEach(this::stop);
    }
}
