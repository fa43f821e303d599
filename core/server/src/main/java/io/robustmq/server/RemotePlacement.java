package io.robustmq.server;

import com.google.protobuf.Message;
import io.grpc.ChannelCredentials;
import io.grpc.MethodDescriptor;
import io.robustmq.placement.Agreement;
import io.robustmq.placement.Author;
import io.robustmq.placement.ClaimAnswer;
import io.robustmq.placement.ClaimChange;
import io.robustmq.placement.DocumentAnswer;
import io.robustmq.placement.DocumentChange;
import io.robustmq.placement.Interest;
import io.robustmq.placement.LevelOrder;
import io.robustmq.placement.LogOrders;
import io.robustmq.placement.Node;
import io.robustmq.placement.NodeAnswer;
import io.robustmq.placement.NodeEpoch;
import io.robustmq.placement.Placement;
import io.robustmq.placement.PlacementChange;
import io.robustmq.placement.PlacementCopy;
import io.robustmq.placement.PlacementView;
import io.robustmq.placement.Registration;
import io.robustmq.placement.TraceOrder;
import io.robustmq.server.wire.AgreedResponse;
import io.robustmq.server.wire.BeginTraceRequest;
import io.robustmq.server.wire.ChangeClaimsRequest;
import io.robustmq.server.wire.ChangeClaimsResponse;
import io.robustmq.server.wire.ChangeDocumentsRequest;
import io.robustmq.server.wire.ChangeDocumentsResponse;
import io.robustmq.server.wire.DeregisterRequest;
import io.robustmq.server.wire.EndTraceRequest;
import io.robustmq.server.wire.HeartbeatRequest;
import io.robustmq.server.wire.HeartbeatResponse;
import io.robustmq.server.wire.PlacementProto;
import io.robustmq.server.wire.RegisterRequest;
import io.robustmq.server.wire.RegisterResponse;
import io.robustmq.server.wire.RequestId;
import io.robustmq.server.wire.SetLevelRequest;
import io.robustmq.telemetry.event.Events;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Placement for a node that is no member of the group: changes go to a placement center that
 * answers, and what is read is a copy here, which one watch keeps up to date. Of changes that one
 * thread asks for without waiting for the answers, the later may be made first.
 *
 * <p>Before {@link #ready} the copy is empty. It has no claims, as there may be millions: {@link
 * PlacementView#claim} of its views knows nobody, and no watch hands claims over; a {@link
 * ClaimChange.TakeFree} says who has a client.
 *
 * <p>Bound: {@link PlacementCalls#MAX_WAITING} changes.
 */
final class RemotePlacement implements Placement {
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Then the next member is asked: this one may be stopped, or cut off. */
    private static final Duration ONE_TRY = Duration.ofSeconds(2);

    private static final Duration UNTOLD_PAUSE = Duration.ofMillis(600);

    private final PlacementCenters centers;
    private final PlacementCalls calls;
    private final PlacementCopy copy = new PlacementCopy();
    private final Heartbeats heartbeats = new Heartbeats();
    private final PlacementLink link;
    private volatile Duration heartbeatPause = UNTOLD_PAUSE;

    // guarded by this
    private @Nullable Thread linking;
    private boolean closed;

    /**
     * @param addresses of placement centers, {@code host:port} each, at least one
     * @param own chooses the one that is asked while it can be reached
     * @param patience how long a change is tried before it fails
     */
    RemotePlacement(
            List<String> addresses,
            ChannelCredentials credentials,
            int own,
            Duration patience,
            RandomGenerator chance,
            Events events) {
        centers = new PlacementCenters(addresses, credentials, own, System::nanoTime);
        calls = new PlacementCalls(centers, patience, chance);
        link = new PlacementLink(centers, copy, heartbeats, events);
    }

    /** Does not wait for a placement center. */
    @Override
    public synchronized void open() {
        if (closed || linking != null) {
            throw new IllegalStateException("placement is opened once");
        }
        linking = Thread.ofVirtual().name("placement-link").start(link);
    }

    @Override
    public CompletableFuture<Void> ready() {
        return link.ready().copy();
    }

    // What is asked of a member

    private static <Q extends Message, A extends Message> MethodDescriptor<Q, A> method(
            String name, Q request, A answer) {
        return GrpcService.method(
                PlacementProto.getDescriptor(), PlacementServer.NAME, name, request, answer);
    }

    private RequestId nextId() {
        return calls.nextId();
    }

    private <Q, A> CompletableFuture<A> ask(MethodDescriptor<Q, A> method, Q request) {
        return calls.ask(method, request, ONE_TRY);
    }

    @Override
    public CompletableFuture<Long> register(Node node) {
        return register(node, Registration.NO_INSTANCE)
                .thenApply(answer ->
                        switch (answer) {
                            case NodeAnswer.Registered(NodeEpoch identity) -> identity.epoch();
                            case NodeAnswer.Full(int maxNodes) ->
                                    throw new IllegalStateException(
                                            "at most " + maxNodes + " nodes may be registered");
                        });
    }

    private static final MethodDescriptor<RegisterRequest, RegisterResponse> REGISTER =
            method(
                    "Register",
                    RegisterRequest.getDefaultInstance(),
                    RegisterResponse.getDefaultInstance());

    @Override
    public CompletableFuture<NodeAnswer> register(Node node, long instance) {
        RegisterRequest request =
                RegisterRequest.newBuilder()
                        .setId(nextId())
                        .setNode(PlacementWire.node(node).toBuilder().setInstance(instance))
                        .build();
        return ask(REGISTER, request)
                .thenApply(answer -> {
                    heartbeatPause = Duration.ofMillis(answer.getHeartbeatMillis());
                    return answer.getEpoch() == 0
                            ? new NodeAnswer.Full(answer.getFullAt())
                            : new NodeAnswer.Registered(
                                    new NodeEpoch(node.nodeId(), answer.getEpoch()));
                });
    }

    private static final MethodDescriptor<DeregisterRequest, AgreedResponse> DEREGISTER =
            method(
                    "Deregister",
                    DeregisterRequest.getDefaultInstance(),
                    AgreedResponse.getDefaultInstance());

    @Override
    public CompletableFuture<Agreement> deregister(NodeEpoch node) {
        return ask(
                        DEREGISTER,
                        DeregisterRequest.newBuilder()
                                .setId(nextId())
                                .setNodeId(node.nodeId())
                                .setEpoch(node.epoch())
                                .build())
                .thenApply(PlacementWishes::agreed);
    }

    @Override
    public CompletableFuture<Long> deregister(String nodeId) {
        return ask(
                        DEREGISTER,
                        DeregisterRequest.newBuilder().setId(nextId()).setNodeId(nodeId).build())
                .thenApply(AgreedResponse::getRevision);
    }

    static final MethodDescriptor<HeartbeatRequest, HeartbeatResponse> HEARTBEAT =
            method(
                    "Heartbeat",
                    HeartbeatRequest.getDefaultInstance(),
                    HeartbeatResponse.getDefaultInstance());

    /** By the watch; if its member does not answer, or cannot say, others are asked. */
    @Override
    public CompletableFuture<Boolean> heartbeat(NodeEpoch node) {
        return heartbeats
                .beat(node)
                .orTimeout(heartbeatPause.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(unheard -> askIfHolds(node));
    }

    private CompletableFuture<Boolean> askIfHolds(NodeEpoch node) {
        HeartbeatRequest request =
                HeartbeatRequest.newBuilder()
                        .setNodeId(node.nodeId())
                        .setEpoch(node.epoch())
                        .build();
        return calls.ask(HEARTBEAT, request, heartbeatPause)
                .thenApply(answer -> {
                    heartbeatPause = Duration.ofMillis(answer.getHeartbeatMillis());
                    return answer.getHolds();
                });
    }

    @Override
    public Duration heartbeatPause() {
        return heartbeatPause;
    }

    private static final MethodDescriptor<ChangeDocumentsRequest, ChangeDocumentsResponse>
            CHANGE_DOCUMENTS =
                    method(
                            "ChangeDocuments",
                            ChangeDocumentsRequest.getDefaultInstance(),
                            ChangeDocumentsResponse.getDefaultInstance());

    @Override
    public CompletableFuture<DocumentAnswer> change(
            List<DocumentChange> changes, Author by, String why) {
        return ask(
                        CHANGE_DOCUMENTS,
                        ChangeDocumentsRequest.newBuilder()
                                .setId(nextId())
                                .addAllChanges(
                                        changes.stream().map(PlacementWishes::document).toList())
                                .setBy(PlacementWire.author(by))
                                .setWhy(why)
                                .build())
                .thenApply(PlacementWishes::documents);
    }

    private static final MethodDescriptor<ChangeClaimsRequest, ChangeClaimsResponse> CHANGE_CLAIMS =
            method(
                    "ChangeClaims",
                    ChangeClaimsRequest.getDefaultInstance(),
                    ChangeClaimsResponse.getDefaultInstance());

    @Override
    public CompletableFuture<ClaimAnswer> changeClaims(NodeEpoch node, List<ClaimChange> changes) {
        return ask(
                        CHANGE_CLAIMS,
                        ChangeClaimsRequest.newBuilder()
                                .setId(nextId())
                                .setNodeId(node.nodeId())
                                .setEpoch(node.epoch())
                                .addAllWishes(changes.stream().map(PlacementWishes::claim).toList())
                                .build())
                .thenApply(PlacementWishes::claims);
    }

    private static final MethodDescriptor<BeginTraceRequest, AgreedResponse> BEGIN_TRACE =
            method(
                    "BeginTrace",
                    BeginTraceRequest.getDefaultInstance(),
                    AgreedResponse.getDefaultInstance());

    @Override
    public CompletableFuture<Agreement> beginTrace(TraceOrder order) {
        return ask(
                        BEGIN_TRACE,
                        BeginTraceRequest.newBuilder()
                                .setId(nextId())
                                .setTrace(PlacementWire.trace(order))
                                .build())
                .thenApply(PlacementWishes::agreed);
    }

    private static final MethodDescriptor<EndTraceRequest, AgreedResponse> END_TRACE =
            method(
                    "EndTrace",
                    EndTraceRequest.getDefaultInstance(),
                    AgreedResponse.getDefaultInstance());

    @Override
    public CompletableFuture<Agreement> endTrace(String id, Author by) {
        return ask(
                        END_TRACE,
                        EndTraceRequest.newBuilder()
                                .setId(nextId())
                                .setTraceId(id)
                                .setBy(PlacementWire.author(by))
                                .build())
                .thenApply(PlacementWishes::agreed);
    }

    private static final MethodDescriptor<SetLevelRequest, AgreedResponse> SET_LEVEL =
            method(
                    "SetLevel",
                    SetLevelRequest.getDefaultInstance(),
                    AgreedResponse.getDefaultInstance());

    @Override
    public CompletableFuture<Agreement> setLevel(LevelOrder order) {
        return ask(
                        SET_LEVEL,
                        SetLevelRequest.newBuilder()
                                .setId(nextId())
                                .setLevel(PlacementWire.level(order))
                                .build())
                .thenApply(PlacementWishes::agreed);
    }

    // What is known here

    @Override
    public PlacementView view() {
        return copy.view();
    }

    @Override
    public LogOrders logOrders() {
        return copy.view().logOrders();
    }

    @Override
    public List<Node> nodes() {
        return copy.view().registrations().stream().map(Registration::node).toList();
    }

    @Override
    public long revision() {
        return copy.view().revision();
    }

    @Override
    public AutoCloseable watch(
            long fromRevision, Set<Interest> interests, Consumer<PlacementChange> watcher) {
        return copy.watch(fromRevision, interests, watcher);
    }

    /** Changes that wait fail; all watches end. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (linking != null) {
            linking.interrupt();
        }
        calls.close();
        centers.close();
        copy.close();
    }
}
