package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.robustmq.server.wire.ChangeMemberRequest;
import io.robustmq.server.wire.ChangeMemberResponse;
import io.robustmq.server.wire.DescribeClusterRequest;
import io.robustmq.server.wire.DescribeClusterResponse;
import io.robustmq.server.wire.PlacementAdminProto;
import io.robustmq.server.wire.PlacementMember;
import io.robustmq.server.wire.RegisteredNode;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.FreePorts;
import io.robustmq.testkit.RobustMq;
import io.robustmq.testkit.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three placement centers, each a process, as their operator sees them. */
class PlacementCenterIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String[] NAMES = {"pc-1", "pc-2", "pc-3"};

    @TempDir Path folder;

    private final TreeMap<String, Integer> ports = new TreeMap<>();
    private final TreeMap<String, RobustMq> nodes = new TreeMap<>();
    private boolean tls;

    @AfterEach
    void close() {
        RobustMq.closeAll(nodes.values());
    }

    private RobustMq.Setup setup(String name) throws Exception {
        if (ports.isEmpty()) {
            for (String each : NAMES) {
                ports.put(each, FreePorts.one());
            }
        }
        String members =
                ports.entrySet().stream()
                        .map(each -> each.getKey() + "=127.0.0.1:" + each.getValue())
                        .collect(Collectors.joining(","));
        RobustMq.Setup setup =
                RobustMq.placementCenterIn(folder.resolve(name))
                        .set("node-id", name)
                        .set("grpc.listen", "127.0.0.1:" + ports.get(name))
                        .set("placement.members", members)
                        .set("placement.node-timeout", "2s");
        if (tls) {
            Path files = folder.resolve("tls");
            setup.set("tls.certificate-file", files.resolve(name + ".pem").toString())
                    .set("tls.key-file", files.resolve(name + "-key.pem").toString())
                    .set("tls.ca-file", files.resolve("ca.pem").toString());
        }
        return setup;
    }

    private void launch(String... names) throws Exception {
        for (String name : names) {
            nodes.put(name, setup(name).launch());
        }
    }

    private void awaitReady(String... names) throws Exception {
        for (String name : names) {
            RobustMq node = node(name);
            Await.untilTrue(name + " listens", LIMIT, () -> isUp(node));
            Await.untilTrue(
                    name + " is ready", LIMIT, () -> node.get("/health/ready").statusCode() == 200);
        }
    }

    private static boolean isUp(RobustMq node) throws InterruptedException {
        try {
            return node.get("/health/live").statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private RobustMq node(String name) {
        RobustMq node = nodes.get(name);
        if (node == null) {
            throw new AssertionError(name + " was not launched");
        }
        return node;
    }

    private DescribeClusterResponse described(String name, boolean agreed) {
        return asked(
                name,
                "DescribeCluster",
                DescribeClusterRequest.newBuilder().setAgreed(agreed).build(),
                DescribeClusterResponse.getDefaultInstance());
    }

    /** One call of PlacementAdmin. */
    private <Q extends Message, A extends Message> A asked(
            String at, String call, Q request, A answer) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", node(at).port("grpc.listen"))
                        .usePlaintext()
                        .build();
        try {
            return ClientCalls.blockingUnaryCall(
                    channel,
                    GrpcService.method(
                            PlacementAdminProto.getDescriptor(),
                            PlacementAdmin.NAME,
                            call,
                            request,
                            answer),
                    CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS),
                    request);
        } finally {
            channel.shutdownNow();
        }
    }

    private static Set<String> members(DescribeClusterResponse answer) {
        return answer.getMembersList().stream()
                .map(PlacementMember::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> registered(DescribeClusterResponse answer) {
        return answer.getNodesList().stream()
                .map(RegisteredNode::getNodeId)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void three_form_a_group_whatever_order_they_start_in_and_lose_nothing() throws Exception {
        launch("pc-3");
        Await.untilTrue("it listens", LIMIT, () -> isUp(node("pc-3")));
        assertThat(node("pc-3").get("/health/ready").statusCode()).isEqualTo(503);
        node("pc-3").awaitRecord("placement.group_awaited");
        launch("pc-1", "pc-2");
        awaitReady(NAMES);
        for (String name : NAMES) {
            assertThat(members(described(name, true))).containsExactly(NAMES);
        }
        Await.untilTrue(
                "all are registered",
                LIMIT,
                () -> registered(described("pc-1", true)).equals(Set.of(NAMES)));

        // one dies: the others go on, and tell
        node("pc-2").kill();
        Await.untilTrue(
                "it is removed",
                LIMIT,
                () -> registered(described("pc-1", true)).equals(Set.of("pc-1", "pc-3")));
        launch("pc-2");
        awaitReady("pc-2");
        Await.untilTrue(
                "it is registered again",
                LIMIT,
                () -> registered(described("pc-2", true)).equals(Set.of(NAMES)));

        // all die at once
        long revision = described("pc-1", true).getRevision();
        Set<String> ids = ids(described("pc-1", true));
        for (String name : NAMES) {
            node(name).kill();
        }
        launch(NAMES);
        awaitReady(NAMES);
        DescribeClusterResponse after = described("pc-3", true);
        assertThat(after.getRevision()).isGreaterThanOrEqualTo(revision);
        assertThat(ids(after)).isEqualTo(ids);
    }

    private static Set<String> ids(DescribeClusterResponse answer) {
        return answer.getMembersList().stream()
                .map(PlacementMember::getId)
                .collect(Collectors.toSet());
    }

    @Test
    void without_most_members_nothing_is_agreed_and_it_says_so() throws Exception {
        launch(NAMES);
        awaitReady(NAMES);
        node("pc-1").kill();
        node("pc-2").kill();
        try {
            described("pc-3", true);
            throw new AssertionError("one of three agreed with itself");
        } catch (StatusRuntimeException refused) {
            assertThat(refused.getStatus().getCode())
                    .isIn(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED);
        }
        assertThat(members(described("pc-3", false))).containsExactly(NAMES);
    }

    @Test
    void a_member_that_lost_its_disk_is_refused_until_it_is_replaced() throws Exception {
        launch(NAMES);
        awaitReady(NAMES);
        node("pc-2").kill();
        Files.move(folder.resolve("pc-2"), folder.resolve("lost"));
        launch("pc-2");
        node("pc-2").awaitRecord("placement.group_refused");
        assertThat(node("pc-2").get("/health/ready").statusCode()).isEqualTo(503);

        // whichever leads: the other one passes it on
        Await.untilTrue("it is replaced", LIMIT, () -> replaces("pc-1"));
        awaitReady("pc-2");
        assertThat(members(described("pc-2", true))).containsExactly(NAMES);
    }

    /** False if that is not known there yet, or nobody leads. */
    private boolean replaces(String at) {
        try {
            ChangeMemberRequest request =
                    ChangeMemberRequest.newBuilder()
                            .setName("pc-2")
                            .setWhy("its disk is gone")
                            .build();
            ChangeMemberResponse answer =
                    asked(at, "ReplaceMember", request, ChangeMemberResponse.getDefaultInstance());
            assertThat(answer.getChanged()).isTrue();
            return true;
        } catch (StatusRuntimeException refused) {
            assertThat(refused.getStatus().getCode())
                    .isIn(Status.Code.FAILED_PRECONDITION, Status.Code.UNAVAILABLE);
            return false;
        }
    }

    @Test
    void with_mutual_tls_they_agree_and_strangers_are_not_heard() throws Exception {
        tls = true;
        Path files = Files.createDirectory(folder.resolve("tls"));
        TestCertificates authority = TestCertificates.authority("cluster");
        authority.write(files.resolve("ca.pem"));
        for (String name : NAMES) {
            authority
                    .server("127.0.0.1")
                    .write(files.resolve(name + ".pem"), files.resolve(name + "-key.pem"));
        }
        launch(NAMES);
        awaitReady(NAMES);
        try {
            described("pc-1", false);
            throw new AssertionError("a stranger was answered");
        } catch (StatusRuntimeException refused) {
            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        }
    }
}
