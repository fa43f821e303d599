package io.robustmq.server;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.robustmq.server.wire.DescribeClusterRequest;
import io.robustmq.server.wire.DescribeClusterResponse;
import io.robustmq.server.wire.PlacementAdminProto;
import io.robustmq.server.wire.RegisteredNode;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.FreePorts;
import io.robustmq.testkit.RobustMq;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Three placement centers and what belongs to them, each a process, on loopback. */
final class TestCluster implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(60);
    static final List<String> CENTERS = List.of("pc-1", "pc-2", "pc-3");

    private final Path folder;
    private final TreeMap<String, Integer> ports = new TreeMap<>();
    private final TreeMap<String, RobustMq> centers = new TreeMap<>();
    private final TreeMap<String, RobustMq> journals = new TreeMap<>();
    private final TreeMap<String, RobustMq> brokers = new TreeMap<>();

    /** Who needs others first: without them it waits for a while before it ends. */
    private final List<TreeMap<String, RobustMq>> roles = List.of(brokers, journals, centers);

    private final List<String> extra = new ArrayList<>();

    TestCluster(Path folder) {
        this.folder = folder;
        int[] free = FreePorts.several(CENTERS.size());
        for (int i = 0; i < free.length; i++) {
            ports.put(CENTERS.get(i), free[i]);
        }
    }

    /** Set for all nodes that are launched from now on, such as {@code "tls.ca-file=…"}. */
    void set(String... assignments) {
        extra.addAll(List.of(assignments));
    }

    /** From now on nothing of that. */
    void unset() {
        extra.clear();
    }

    List<String> addresses() {
        return CENTERS.stream().map(each -> "127.0.0.1:" + ports.get(each)).toList();
    }

    void launchCenters() throws IOException {
        for (String name : CENTERS) {
            launchCenter(name);
        }
    }

    void launchCenter(String name) throws IOException {
        String members =
                ports.entrySet().stream()
                        .map(each -> each.getKey() + "=127.0.0.1:" + each.getValue())
                        .collect(Collectors.joining(","));
        launch(
                centers,
                name,
                RobustMq.placementCenterIn(folder.resolve(name))
                        .set("grpc.listen", "127.0.0.1:" + ports.get(name))
                        .set("placement.members", members));
    }

    void launchJournal(String name) throws IOException {
        launch(
                journals,
                name,
                RobustMq.journalServerIn(folder.resolve(name))
                        .set("placement.servers", String.join(",", addresses()))
                        .set("node.rack", "rack of " + name));
    }

    void launchBroker(String name) throws IOException {
        launch(
                brokers,
                name,
                RobustMq.mqttServerIn(folder.resolve(name))
                        .set("placement.servers", String.join(",", addresses())));
    }

    private void launch(Map<String, RobustMq> role, String name, RobustMq.Setup setup)
            throws IOException {
        setup.set("node-id", name);
        for (String assignment : extra) {
            int equals = assignment.indexOf('=');
            setup.set(assignment.substring(0, equals), assignment.substring(equals + 1));
        }
        role.put(name, setup.launch());
    }

    RobustMq node(String name) {
        return roles.stream()
                .map(role -> role.get(name))
                .filter(Objects::nonNull)
                .findAny()
                .orElseThrow(() -> new AssertionError("no " + name));
    }

    void kill(String name) throws InterruptedException {
        node(name).kill();
    }

    /** By name, as {@code kill} takes it, such as STOP. */
    void signal(String name, String signal) throws Exception {
        node(name).process().signal(signal);
    }

    void awaitListening(String name) throws Exception {
        Await.untilTrue(name + " listens", LIMIT, () -> status(name, "/health/live") == 200);
    }

    void awaitReady(String... names) throws Exception {
        for (String name : names) {
            Await.untilTrue(name + " is ready", LIMIT, () -> status(name, "/health/ready") == 200);
        }
    }

    void awaitNotReady(String name) throws Exception {
        Await.untilTrue(name + " is not", LIMIT, () -> status(name, "/health/ready") == 503);
    }

    int status(String name, String path) throws InterruptedException {
        try {
            return node(name).get(path).statusCode();
        } catch (IOException notYet) {
            return 0;
        }
    }

    /** As the group agrees, asked at that center. */
    DescribeClusterResponse described(String at) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(
                                "127.0.0.1", Objects.requireNonNull(ports.get(at), at))
                        .usePlaintext()
                        .build();
        try {
            DescribeClusterRequest request =
                    DescribeClusterRequest.newBuilder().setAgreed(true).build();
            return ClientCalls.blockingUnaryCall(
                    channel,
                    GrpcService.method(
                            PlacementAdminProto.getDescriptor(),
                            PlacementAdmin.NAME,
                            "DescribeCluster",
                            request,
                            DescribeClusterResponse.getDefaultInstance()),
                    CallOptions.DEFAULT.withDeadlineAfter(Duration.ofSeconds(30)),
                    request);
        } finally {
            channel.shutdownNow();
        }
    }

    Optional<RegisteredNode> registered(String at, String node) {
        return described(at).getNodesList().stream()
                .filter(each -> each.getNodeId().equals(node))
                .findAny();
    }

    /** How many records of that event it has told. */
    long count(String name, String event) {
        return node(name).records().stream()
                .filter(each -> each.path("event").asText().equals(event))
                .count();
    }

    @Override
    public void close() {
        for (TreeMap<String, RobustMq> role : roles) {
            for (String name : role.keySet()) {
                try {
                    signal(name, "CONT");
                } catch (Exception | AssertionError gone) {
                    // it was killed
                }
            }
        }
        roles.forEach(role -> RobustMq.closeAll(role.values()));
    }
}
