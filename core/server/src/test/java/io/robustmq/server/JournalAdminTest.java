package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.robustmq.server.wire.ClusterConfig;
import io.robustmq.server.wire.CreateShardRequest;
import io.robustmq.server.wire.CreateShardResponse;
import io.robustmq.server.wire.DeleteShardRequest;
import io.robustmq.server.wire.DeleteShardResponse;
import io.robustmq.server.wire.DescribeShardRequest;
import io.robustmq.server.wire.DescribeShardResponse;
import io.robustmq.server.wire.Durability;
import io.robustmq.server.wire.GetClusterConfigRequest;
import io.robustmq.server.wire.GetClusterConfigResponse;
import io.robustmq.server.wire.JournalAdminProto;
import io.robustmq.server.wire.ListSegmentsRequest;
import io.robustmq.server.wire.ListSegmentsResponse;
import io.robustmq.server.wire.ListShardsRequest;
import io.robustmq.server.wire.ListShardsResponse;
import io.robustmq.server.wire.OffsetAtRequest;
import io.robustmq.server.wire.OffsetAtResponse;
import io.robustmq.server.wire.Segment;
import io.robustmq.server.wire.SetClusterConfigRequest;
import io.robustmq.server.wire.SetClusterConfigResponse;
import io.robustmq.server.wire.Shard;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.AuditEvent;
import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalAdminTest {
    @TempDir Path folder;
    private TestJournalServer server;

    @BeforeEach
    void start() throws IOException {
        server = TestJournalServer.in(folder, "journal.max-segment-size=1MiB");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    // Shards

    @Test
    void a_shard_is_created_described_and_deleted() throws Exception {
        Shard created =
                create(
                        CreateShardRequest.newBuilder()
                                .setName("orders")
                                .setDurability(Durability.DURABILITY_OS)
                                .setRetentionBytes(5 << 20)
                                .setRetentionSeconds(60)
                                .build());
        assertThat(created.getName()).isEqualTo("orders");
        assertThat(created.getDurability()).isEqualTo(Durability.DURABILITY_OS);
        assertThat(created.getSegments()).isEqualTo(1);
        assertThat(created.getDirectory()).isEqualTo(folder.resolve("orders").toString());
        assertThat(created.getRetentionBytes()).isEqualTo(5 << 20);
        assertThat(created.getRetentionSeconds()).isEqualTo(60);
        assertThat(server.events.of(JournalEvent.ShardCreated.class))
                .containsExactly(new JournalEvent.ShardCreated("orders", false, "os", 5 << 20, 60));

        try (DataClient client = server.client()) {
            client.offset(client.append("orders", "one", "two"));
        }
        Shard described = describe("orders");
        assertThat(described.getFirstOffset()).isZero();
        assertThat(described.getNextOffset()).isEqualTo(2);
        assertThat(described.getBytes()).isPositive();
        assertThat(described.getFailure()).isEmpty();
        assertThat(names()).containsExactly("orders");

        delete("orders");
        assertThat(names()).isEmpty();
        assertThat(folder.resolve("orders")).doesNotExist();
        assertThat(server.events.of(JournalEvent.ShardDeleted.class))
                .singleElement()
                .returns("orders", JournalEvent.ShardDeleted::shard)
                .returns(2L, JournalEvent.ShardDeleted::nextOffset);
    }

    @Test
    void who_changes_something_is_told_and_who_asks_is_not() throws Exception {
        create(CreateShardRequest.newBuilder().setName("orders").build());
        describe("orders");
        CreateShardRequest again = CreateShardRequest.newBuilder().setName("orders").build();
        assertThatThrownBy(() -> create(again)).isInstanceOf(StatusRuntimeException.class);
        assertThatThrownBy(() -> describe("nothing")).isInstanceOf(StatusRuntimeException.class);
        delete("orders");
        assertThat(server.events.of(AuditEvent.class))
                .satisfiesExactly(
                        created ->
                                assertThat(created)
                                        .isInstanceOfSatisfying(
                                                AuditEvent.ShardCreated.class,
                                                event -> {
                                                    assertThat(event.shard()).isEqualTo("orders");
                                                    assertThat(event.admin().who())
                                                            .isEqualTo("grpc");
                                                    assertThat(event.admin().remoteAddr())
                                                            .matches("127\\.0\\.0\\.1:\\d+");
                                                }),
                        refused ->
                                assertThat(refused)
                                        .isInstanceOfSatisfying(
                                                AuditEvent.RequestRefused.class,
                                                event -> {
                                                    assertThat(event.request())
                                                            .isEqualTo("JournalAdmin/CreateShard");
                                                    assertThat(event.admin().outcome())
                                                            .isEqualTo(Admin.Outcome.REFUSED);
                                                }),
                        deleted -> assertThat(deleted).isInstanceOf(AuditEvent.ShardDeleted.class));
    }

    @Test
    void shards_and_their_settings_are_there_after_a_restart() throws Exception {
        create(
                CreateShardRequest.newBuilder()
                        .setName("kept")
                        .setDurability(Durability.DURABILITY_INTERVAL)
                        .setRetentionSeconds(7)
                        .build());
        create(CreateShardRequest.newBuilder().setName("gone").build());
        delete("gone");
        restart();
        assertThat(names()).containsExactly("kept");
        assertThat(describe("kept").getDurability()).isEqualTo(Durability.DURABILITY_INTERVAL);
        assertThat(describe("kept").getRetentionSeconds()).isEqualTo(7);
    }

    @Test
    void more_changes_than_one_snapshot_holds_are_there_after_a_restart() throws Exception {
        for (int i = 0; i < 600; i++) {
            create(
                    CreateShardRequest.newBuilder()
                            .setName("kept")
                            .setDurability(Durability.DURABILITY_OS)
                            .build());
            if (i < 599) {
                delete("kept");
            }
        }
        restart();
        assertThat(names()).containsExactly("kept");
        assertThat(describe("kept").getDurability()).isEqualTo(Durability.DURABILITY_OS);
        try (var files = Files.list(folder.resolve(Catalogue.SHARD))) {
            assertThat(files.map(Path::toString)).anyMatch(file -> file.endsWith(".snap"));
        }
    }

    @Test
    void a_folder_that_somebody_put_there_is_a_shard_after_a_restart() throws Exception {
        create(CreateShardRequest.newBuilder().setName("a").build());
        try (DataClient client = server.client()) {
            client.offset(client.append("a", "one"));
        }
        server.close();
        Path copy = Files.createDirectories(folder.resolve("other").resolve("a"));
        try (var files = Files.list(folder.resolve("a"))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        server = TestJournalServer.in(folder.resolve("other"));
        assertThat(describe("a").getNextOffset()).isEqualTo(1);
    }

    @Test
    void segments_are_listed() throws Exception {
        try (DataClient client = server.client()) {
            for (int i = 0; i < 30; i++) {
                client.offset(client.append("a", "x".repeat(100_000)));
            }
        }
        ListSegmentsResponse response =
                server.call(
                        "ListSegments",
                        ListSegmentsRequest.newBuilder().setShard("a").build(),
                        ListSegmentsResponse.getDefaultInstance());
        List<Segment> segments = response.getSegmentsList();
        assertThat(segments).hasSizeGreaterThan(2);
        assertThat(segments.getFirst().getBaseOffset()).isZero();
        assertThat(segments.getLast().getNextOffset()).isEqualTo(30);
        assertThat(segments.getLast().getSealed()).isFalse();
        for (int i = 1; i < segments.size(); i++) {
            assertThat(segments.get(i - 1).getSealed()).isTrue();
            assertThat(segments.get(i).getBaseOffset())
                    .isEqualTo(segments.get(i - 1).getNextOffset());
            assertThat(folder.resolve("a").resolve(segments.get(i).getFile())).exists();
        }
    }

    @Test
    void a_time_leads_to_an_offset() throws Exception {
        try (DataClient client = server.client()) {
            client.offset(client.append("a", "one"));
            long millis =
                    client.answer(client.read("a", 0, 100))
                            .frames()
                            .records()
                            .getFirst()
                            .epochMillis();
            assertThat(offsetAt("a", millis)).isZero();
            assertThat(offsetAt("a", millis + 100_000)).isEqualTo(1);
        }
    }

    // What is in force

    @Test
    void the_cluster_config_is_kept_over_a_restart_and_wins_over_the_file() throws Exception {
        assertThat(clusterConfig())
                .isEqualTo(
                        ClusterConfig.newBuilder()
                                .setEnableAutoCreateShard(true)
                                .setShardReplicaNum(1)
                                .setMaxSegmentSize(1 << 20)
                                .build());
        setClusterConfig(ClusterConfig.newBuilder().setMaxSegmentSize(2 << 20).build());
        setClusterConfig(ClusterConfig.newBuilder().setEnableAutoCreateShard(false).build());
        restart();
        assertThat(clusterConfig().getMaxSegmentSize()).isEqualTo(2 << 20);
        assertThat(clusterConfig().getEnableAutoCreateShard()).isFalse();
        create(CreateShardRequest.newBuilder().setName("a").build());
        assertThat(server.shard("a").settings().segmentBytes()).isEqualTo(2 << 20);
    }

    @Test
    void more_copies_than_one_and_impossible_sizes_are_refused() {
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "shard_replica_num must be 1, was 3: these shards are this server's alone",
                () -> setClusterConfig(ClusterConfig.newBuilder().setShardReplicaNum(3).build()));
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "max_segment_size must be a size from 1MiB to 2047MiB, a whole number with B, KiB, MiB, GiB or TiB, was 5",
                () -> setClusterConfig(ClusterConfig.newBuilder().setMaxSegmentSize(5).build()));
        assertThat(clusterConfig().getMaxSegmentSize()).isEqualTo(1 << 20);
    }

    // Errors

    @Test
    void each_refusal_is_a_status_with_what_the_limit_and_the_value_and_an_event() {
        create(CreateShardRequest.newBuilder().setName("a").build());
        assertRefused(
                Status.Code.ALREADY_EXISTS,
                "there is a shard \"a\" already",
                () -> create(CreateShardRequest.newBuilder().setName("a").build()));
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "a shard's name must be 1 to 64 lower-case letters, digits, dots, hyphens or underscores, a letter or digit first, and not begin with sys.; was \"A b\"",
                () -> create(CreateShardRequest.newBuilder().setName("A b").build()));
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "durability must be 0 to 3, was 9",
                () ->
                        create(
                                CreateShardRequest.newBuilder()
                                        .setName("b")
                                        .setDurabilityValue(9)
                                        .build()));
        assertRefused(Status.Code.NOT_FOUND, "there is no shard \"b\"", () -> describe("b"));
        assertRefused(Status.Code.NOT_FOUND, "there is no shard \"b\"", () -> delete("b"));
        assertRefused(
                Status.Code.FAILED_PRECONDITION,
                "shards whose names begin with sys. are the server's own, was \"sys.catalogue\"",
                () -> delete(Catalogue.SHARD));
    }

    private void assertRefused(Status.Code code, String text, Runnable call) {
        StatusRuntimeException refused =
                catchThrowableOfType(StatusRuntimeException.class, call::run);
        assertThat(refused.getStatus().getCode()).isEqualTo(code);
        assertThat(refused.getStatus().getDescription()).isEqualTo(text);
        assertThat(server.events.of(JournalEvent.AdminRefused.class))
                .anyMatch(
                        event -> event.status().equals(code.name()) && event.detail().equals(text));
    }

    // Reflection

    @Test
    void a_tool_that_knows_nothing_is_told_the_services_and_their_files() throws Exception {
        BlockingQueue<ServerReflectionResponse> answers = new LinkedBlockingQueue<>();
        StreamObserver<ServerReflectionRequest> ask =
                ServerReflectionGrpc.newStub(server.channel())
                        .serverReflectionInfo(
                                new StreamObserver<>() {
                                    @Override
                                    public void onNext(ServerReflectionResponse answer) {
                                        answers.add(answer);
                                    }

                                    @Override
                                    public void onError(Throwable failure) {}

                                    @Override
                                    public void onCompleted() {}
                                });
        ask.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        assertThat(next(answers).getListServicesResponse().getServiceList())
                .anyMatch(service -> service.getName().equals("robustmq.journal.v1.JournalAdmin"));
        ask.onNext(
                ServerReflectionRequest.newBuilder()
                        .setFileContainingSymbol("robustmq.journal.v1.JournalAdmin.CreateShard")
                        .build());
        assertThat(next(answers).getFileDescriptorResponse().getFileDescriptorProtoCount())
                .isPositive();
        ask.onCompleted();
    }

    private static ServerReflectionResponse next(BlockingQueue<ServerReflectionResponse> answers)
            throws InterruptedException {
        ServerReflectionResponse answer = answers.poll(20, TimeUnit.SECONDS);
        assertThat(answer).isNotNull();
        return answer;
    }

    @Test
    void every_call_in_the_file_says_what_it_is_for() throws IOException {
        FileDescriptor file = JournalAdminProto.getDescriptor();
        String text =
                Files.readString(
                        Repository.root()
                                .resolve("core/server/src/main/proto")
                                .resolve(file.getName()));
        for (MethodDescriptor method : file.findServiceByName(JournalAdmin.NAME).getMethods()) {
            assertThat(text).containsPattern("  // [^\\n]+\\n  rpc " + method.getName() + "\\(");
        }
    }

    // Calls

    private void restart() throws IOException {
        server.close();
        server = TestJournalServer.in(folder, "journal.max-segment-size=1MiB");
    }

    private Shard create(CreateShardRequest request) {
        return server.call("CreateShard", request, CreateShardResponse.getDefaultInstance())
                .getShard();
    }

    private void delete(String name) {
        server.call(
                "DeleteShard",
                DeleteShardRequest.newBuilder().setName(name).build(),
                DeleteShardResponse.getDefaultInstance());
    }

    private Shard describe(String name) {
        return server.call(
                        "DescribeShard",
                        DescribeShardRequest.newBuilder().setName(name).build(),
                        DescribeShardResponse.getDefaultInstance())
                .getShard();
    }

    private List<String> names() {
        return server
                .call(
                        "ListShards",
                        ListShardsRequest.getDefaultInstance(),
                        ListShardsResponse.getDefaultInstance())
                .getShardsList()
                .stream()
                .map(Shard::getName)
                .toList();
    }

    private long offsetAt(String shard, long millis) {
        return server.call(
                        "OffsetAt",
                        OffsetAtRequest.newBuilder().setShard(shard).setEpochMillis(millis).build(),
                        OffsetAtResponse.getDefaultInstance())
                .getOffset();
    }

    private ClusterConfig clusterConfig() {
        return server.call(
                        "GetClusterConfig",
                        GetClusterConfigRequest.getDefaultInstance(),
                        GetClusterConfigResponse.getDefaultInstance())
                .getConfig();
    }

    private void setClusterConfig(ClusterConfig change) {
        server.call(
                "SetClusterConfig",
                SetClusterConfigRequest.newBuilder().setConfig(change).build(),
                SetClusterConfigResponse.getDefaultInstance());
    }
}
