package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import io.robustmq.placement.Agreement;
import io.robustmq.placement.Author;
import io.robustmq.placement.ClaimAnswer;
import io.robustmq.placement.ClaimChange;
import io.robustmq.placement.Content;
import io.robustmq.placement.Document;
import io.robustmq.placement.DocumentAnswer;
import io.robustmq.placement.DocumentChange;
import io.robustmq.placement.DocumentKind;
import io.robustmq.placement.Interest;
import io.robustmq.placement.LevelOrder;
import io.robustmq.placement.Member;
import io.robustmq.placement.Node;
import io.robustmq.placement.NodeAnswer;
import io.robustmq.placement.NodeEpoch;
import io.robustmq.placement.Placement;
import io.robustmq.placement.PlacementChange;
import io.robustmq.placement.PlacementUnavailableException;
import io.robustmq.placement.Role;
import io.robustmq.placement.TraceOrder;
import io.robustmq.server.wire.ChangeDocumentsRequest;
import io.robustmq.server.wire.ChangeDocumentsResponse;
import io.robustmq.server.wire.DocumentWish;
import io.robustmq.server.wire.PlacementProto;
import io.robustmq.server.wire.RequestId;
import io.robustmq.server.wire.WatchRequest;
import io.robustmq.server.wire.WatchResponse;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.PlacementEvent;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceTarget;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.RecordingEvents;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Placement from afar, at real placement centers. */
@Timeout(120)
class RemotePlacementTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Author BY = new Author("test", Admin.withToken("127.0.0.1:4000"));
    private static final Node NODE =
            new Node(
                    "journal-1",
                    Set.of(Role.JOURNAL_SERVER),
                    Map.of("tcp", "127.0.0.1:3110", "rack", "r1"));

    @TempDir Path folder;
    private final RecordingEvents events = new RecordingEvents();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private TestPlacementGroup group(String... names) throws Exception {
        TestPlacementGroup group = TestPlacementGroup.started(folder, names);
        open.add(group);
        return group;
    }

    private RemotePlacement remote(List<String> addresses, Duration patience) {
        RemotePlacement remote =
                new RemotePlacement(
                        addresses,
                        InsecureChannelCredentials.create(),
                        ThreadLocalRandom.current().nextInt(),
                        patience,
                        new SplittableRandom(),
                        events);
        open.add(remote);
        remote.open();
        return remote;
    }

    private RemotePlacement remote(List<String> addresses) {
        return remote(addresses, RemotePlacement.PATIENCE);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private static void awaitRevision(Placement placement, long revision) throws Exception {
        Await.untilTrue("it has it", LIMIT, () -> placement.revision() >= revision);
    }

    private static PlacementChange next(BlockingQueue<PlacementChange> seen) throws Exception {
        PlacementChange next = seen.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(next).as("a change").isNotNull();
        return next;
    }

    private static DocumentChange create(String name, int bytes) {
        return DocumentChange.create(DocumentKind.SHARD, name, Content.of(new byte[bytes]));
    }

    @Test
    void what_one_asks_for_at_one_member_another_sees_at_another() throws Exception {
        TestPlacementGroup group = group("a", "b", "c");
        RemotePlacement one = remote(List.of(group.address("a")));
        RemotePlacement other = remote(List.of(group.address("b")));
        get(one.ready());
        get(other.ready());
        assertThat(other.nodes()).isEmpty();
        assertThat(other.view().members())
                .extracting(Member::name)
                .containsExactlyInAnyOrder("a", "b", "c");
        BlockingQueue<PlacementChange> seen = new LinkedBlockingQueue<>();
        Set<Interest> interests =
                Set.of(
                        new Interest.AnyNode(),
                        new Interest.AnyClaim(),
                        new Interest.AnyLogOrder(),
                        new Interest.AnyDocument());
        open.add(other.watch(other.revision(), interests, seen::add));

        NodeEpoch node = registered(get(one.register(NODE, 7)));
        assertThat(get(one.register(NODE, 7)))
                .as("the same instance")
                .isEqualTo(new NodeAnswer.Registered(node));
        assertThat(one.heartbeatPause()).isEqualTo(TestPlacementGroup.NODE_TIMEOUT.dividedBy(5));
        assertThat(get(one.heartbeat(node))).isTrue();
        assertThat(next(seen))
                .isEqualTo(
                        new PlacementChange.Registered(
                                node.epoch(),
                                Objects.requireNonNull(
                                        group.placement("c").view().registration("journal-1"))));
        assertThat(other.nodes()).containsExactly(NODE);

        DocumentAnswer made = get(one.change(List.of(create("s1", 3)), BY, "because"));
        long version = ((DocumentAnswer.Changed) made).revision();
        PlacementChange.DocumentsChanged changed = (PlacementChange.DocumentsChanged) next(seen);
        Document document = other.view().document(DocumentKind.SHARD, "s1");
        assertThat(document)
                .isEqualTo(
                        new Document(
                                DocumentKind.SHARD,
                                "s1",
                                Content.of(new byte[3]),
                                version,
                                version,
                                BY,
                                "because"));
        assertThat(changed.documents())
                .containsExactly(
                        new PlacementChange.DocumentsChanged.One(
                                DocumentKind.SHARD, "s1", document));
        assertThat(get(other.change(List.of(create("s1", 4)), BY, "")))
                .isEqualTo(
                        new DocumentAnswer.Conflicts(
                                List.of(new DocumentAnswer.Conflict(0, version))));

        ClaimAnswer claimed = get(one.claim(node, List.of("x")));
        long epoch =
                ((ClaimAnswer.Result.Taken) ((ClaimAnswer.Done) claimed).results().getFirst())
                        .epoch();
        NodeEpoch second =
                registered(
                        get(
                                other.register(
                                        new Node("mqtt-1", Set.of(Role.MQTT_SERVER), Map.of()),
                                        8)));
        assertThat(get(other.changeClaims(second, List.of(new ClaimChange.TakeFree("x")))))
                .isEqualTo(new ClaimAnswer.Done(List.of(new ClaimAnswer.Result.Held(node, epoch))));
        assertThat(get(one.release(node, Map.of("x", epoch))))
                .isEqualTo(new ClaimAnswer.Done(List.of(new ClaimAnswer.Result.Released(true))));
        assertThat(
                        get(
                                one.changeClaims(
                                        new NodeEpoch("journal-1", 1 << 20),
                                        List.of(new ClaimChange.Take("x")))))
                .isEqualTo(new ClaimAnswer.Superseded(node.epoch()));
        assertThat(next(seen))
                .as("claims are not watched")
                .isInstanceOf(PlacementChange.Registered.class);

        Instant now = Instant.now();
        TraceOrder trace =
                new TraceOrder("t1", TraceTarget.CLIENT, "x", now, now.plusSeconds(600), 10, BY);
        LevelOrder level = new LevelOrder("session", Severity.DEBUG, now, null, BY);
        assertThat(get(one.beginTrace(trace)).changed()).isTrue();
        assertThat(get(one.setLevel(level)).changed()).isTrue();
        assertThat(((PlacementChange.TraceBegun) next(seen)).order()).isEqualTo(trace);
        assertThat(((PlacementChange.LevelSet) next(seen)).order()).isEqualTo(level);
        assertThat(other.logOrders().traces()).containsExactly(trace);
        assertThat(other.logOrders().levels()).containsExactly(level);
        assertThat(get(one.endTrace("t1", BY)).changed()).isTrue();
        assertThat(get(one.endTrace("t1", BY)).changed()).isFalse();
        assertThat(next(seen)).isInstanceOf(PlacementChange.TraceEnded.class);

        Agreement left = get(one.deregister(node));
        assertThat(left.changed()).isTrue();
        assertThat(next(seen)).isEqualTo(new PlacementChange.Removed(left.revision(), node));
        assertThat(get(one.heartbeat(node))).isFalse();
        assertThat(get(one.deregister("nobody"))).isGreaterThan(left.revision());
        assertThat(events.of(PlacementEvent.CenterConnected.class)).hasSize(2);
    }

    private static NodeEpoch registered(NodeAnswer answer) {
        return ((NodeAnswer.Registered) answer).identity();
    }

    @Test
    void none_is_missed_or_made_twice_though_members_go_in_the_middle() throws Exception {
        TestPlacementGroup group = group("a", "b", "c");
        RemotePlacement writer = remote(group.addresses(), Duration.ofSeconds(30));
        RemotePlacement reader = remote(group.addresses());
        get(writer.ready());
        get(reader.ready());
        BlockingQueue<PlacementChange> seen = new LinkedBlockingQueue<>();
        open.add(reader.watch(reader.revision(), Set.of(new Interest.AnyDocument()), seen::add));
        int changes = 1000;
        for (int i = 0; i < changes; i++) {
            if (i == changes / 3) {
                group.stop(group.leader());
            }
            if (i == 2 * changes / 3) {
                for (String name : List.of("a", "b", "c")) {
                    if (!group.isRunning(name)) {
                        group.start(folder, name);
                        get(group.placement(name).ready());
                    }
                }
                group.stop(group.leader());
            }
            // if one were made twice, the second would be a conflict
            assertThat(get(writer.change(List.of(create("d" + i, 1)), BY, "")))
                    .as("change %d", i)
                    .isInstanceOf(DocumentAnswer.Changed.class);
        }
        for (int i = 0; i < changes; i++) {
            PlacementChange change = next(seen);
            assertThat(((PlacementChange.DocumentsChanged) change).documents().getFirst().name())
                    .isEqualTo("d" + i);
        }
        assertThat(reader.view().documents(DocumentKind.SHARD, "d")).hasSize(changes);
        assertThat(events.of(PlacementEvent.CentersUnreachable.class)).isEmpty();
    }

    @Test
    void a_request_that_is_sent_again_to_another_member_is_done_once() throws Exception {
        TestPlacementGroup group = group("a", "b", "c");
        ChangeDocumentsRequest request =
                ChangeDocumentsRequest.newBuilder()
                        .setId(RequestId.newBuilder().setOriginHigh(1).setOriginLow(2).setNumber(3))
                        .addChanges(
                                DocumentWish.newBuilder()
                                        .setKind("user")
                                        .setName("u")
                                        .setContent(ByteString.EMPTY))
                        .build();
        long first = changed(group.port("a"), request).getRevision();
        assertThat(first).isPositive();
        for (String name : List.of("a", "b", "c")) {
            assertThat(changed(group.port(name), request).getRevision()).isEqualTo(first);
        }
        assertThat(
                        changed(group.port("b"), request.toBuilder().clearId().build())
                                .getConflictsList())
                .hasSize(1);
    }

    private ChangeDocumentsResponse changed(int port, ChangeDocumentsRequest request) {
        return ClientCalls.blockingUnaryCall(
                channel(port),
                GrpcService.method(
                        PlacementProto.getDescriptor(),
                        PlacementServer.NAME,
                        "ChangeDocuments",
                        request,
                        ChangeDocumentsResponse.getDefaultInstance()),
                CallOptions.DEFAULT.withDeadlineAfter(LIMIT),
                request);
    }

    private ManagedChannel channel(int port) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        open.add(channel::shutdownNow);
        return channel;
    }

    @Test
    void whoever_starts_first_it_waits_and_says_so_once() throws Exception {
        TestPlacementGroup group = new TestPlacementGroup("a", "b", "c");
        open.add(group);
        RemotePlacement remote = remote(group.addresses(), Duration.ofMillis(700));
        assertThat(remote.nodes()).isEmpty();
        assertThat(remote.revision()).isZero();
        events.await(PlacementEvent.CentersUnreachable.class);
        assertThatThrownBy(() -> get(remote.register(NODE)))
                .hasCauseInstanceOf(PlacementUnavailableException.class)
                .hasMessageContaining("no placement center answered within 700 ms");
        assertThat(remote.ready()).isNotDone();
        group.start(folder);
        get(remote.ready());
        long revision = get(remote.register(NODE));
        awaitRevision(remote, revision);
        assertThat(remote.nodes()).containsExactly(NODE);
        assertThat(events.of(PlacementEvent.CentersUnreachable.class)).hasSize(1);
    }

    @Test
    void a_state_that_is_larger_than_a_message_may_be_comes_whole() throws Exception {
        TestPlacementGroup group = group("a");
        int documents = 24;
        for (int i = 0; i < documents; i++) {
            get(
                    group.placement("a")
                            .change(List.of(create("large-" + i, Content.MAX_BYTES)), BY, ""));
        }
        RemotePlacement remote = remote(group.addresses());
        get(remote.ready());
        assertThat(remote.view().documents(DocumentKind.SHARD, "large-"))
                .hasSize(documents)
                .allMatch(each -> each.content().size() == Content.MAX_BYTES);
        DocumentAnswer most =
                get(
                        remote.change(
                                List.of(
                                        create("1", 262_000),
                                        create("2", 262_000),
                                        create("3", 262_000),
                                        create("4", 262_000)),
                                BY,
                                "as much as may be"));
        assertThat(most).isInstanceOf(DocumentAnswer.Changed.class);
        awaitRevision(remote, ((DocumentAnswer.Changed) most).revision());
    }

    @Test
    void a_group_of_another_history_takes_the_place_of_what_was_known() throws Exception {
        TestPlacementGroup group = new TestPlacementGroup("a");
        open.add(group);
        group.start(folder.resolve("old"));
        RemotePlacement remote = remote(group.addresses());
        get(remote.ready());
        for (int i = 0; i < 20; i++) {
            get(remote.change(List.of(create("old-" + i, 1)), BY, ""));
        }
        awaitRevision(remote, 20);
        BlockingQueue<PlacementChange> seen = new LinkedBlockingQueue<>();
        open.add(remote.watch(remote.revision(), Set.of(new Interest.AnyDocument()), seen::add));
        group.stop("a");
        group.start(folder.resolve("new"));
        assertThat(next(seen)).isInstanceOf(PlacementChange.Whole.class);
        assertThat(remote.view().documents(DocumentKind.SHARD, "")).isEmpty();
        get(remote.change(List.of(create("new", 1)), BY, ""));
        assertThat(next(seen)).isInstanceOf(PlacementChange.DocumentsChanged.class);
        assertThat(remote.revision()).isLessThan(20);
    }

    @Test
    void a_client_that_does_not_read_costs_the_member_nothing_and_gets_the_state_later()
            throws Exception {
        TestPlacementGroup group = group("a");
        WatchRequest request = WatchRequest.newBuilder().build();
        BlockingClientCall<WatchRequest, WatchResponse> watch =
                ClientCalls.blockingBidiStreamingCall(
                        channel(group.port("a")),
                        GrpcService.stream(
                                PlacementProto.getDescriptor(),
                                PlacementServer.NAME,
                                "Watch",
                                request,
                                WatchResponse.getDefaultInstance()),
                        CallOptions.DEFAULT);
        watch.write(request);
        assertThat(watch.read().getProgress().getHasLeader()).isTrue();
        assertThat(watch.read().getState().getLast()).isTrue();
        long version = DocumentChange.ABSENT;
        for (int i = 0; i < 160; i++) { // 40 MiB, and 32 MiB of changes are kept
            DocumentChange change =
                    new DocumentChange(
                            DocumentKind.SHARD,
                            "s",
                            version,
                            Content.of(new byte[Content.MAX_BYTES]));
            version =
                    ((DocumentAnswer.Changed)
                                    get(group.placement("a").change(List.of(change), BY, "")))
                            .revision();
        }
        int changes = 0;
        WatchResponse next = watch.read();
        while (!next.hasState()) {
            changes += next.hasChange() ? 1 : 0;
            next = watch.read();
        }
        assertThat(changes).as("what was under way").isLessThan(32);
        assertThat(next.getState().getDocuments(0).getVersion()).isEqualTo(version);
        watch.cancel("done", null);
        assertThatThrownBy(() -> readOn(watch)) // what has come would keep its buffers
                .isInstanceOf(StatusException.class)
                .hasMessageContaining("done");
    }

    private static void readOn(BlockingClientCall<?, WatchResponse> call) throws Exception {
        WatchResponse next;
        do {
            next = call.read();
        } while (next != null);
    }
}
