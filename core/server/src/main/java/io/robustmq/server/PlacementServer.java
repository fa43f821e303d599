package io.robustmq.server;

import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import io.robustmq.placement.Author;
import io.robustmq.placement.ClusterPlacement;
import io.robustmq.placement.Interest;
import io.robustmq.placement.MemberId;
import io.robustmq.placement.NodeAnswer;
import io.robustmq.placement.NodeEpoch;
import io.robustmq.placement.PlacementWriter;
import io.robustmq.server.wire.AgreedResponse;
import io.robustmq.server.wire.BeginTraceRequest;
import io.robustmq.server.wire.ChangeAuthor;
import io.robustmq.server.wire.ChangeClaimsRequest;
import io.robustmq.server.wire.ChangeClaimsResponse;
import io.robustmq.server.wire.ChangeDocumentsRequest;
import io.robustmq.server.wire.ChangeDocumentsResponse;
import io.robustmq.server.wire.DeregisterRequest;
import io.robustmq.server.wire.EndTraceRequest;
import io.robustmq.server.wire.HeartbeatRequest;
import io.robustmq.server.wire.HeartbeatResponse;
import io.robustmq.server.wire.NodeIdentity;
import io.robustmq.server.wire.PlacementProto;
import io.robustmq.server.wire.RegisterRequest;
import io.robustmq.server.wire.RegisterResponse;
import io.robustmq.server.wire.RegisteredNode;
import io.robustmq.server.wire.RequestId;
import io.robustmq.server.wire.SetLevelRequest;
import io.robustmq.server.wire.WatchHeard;
import io.robustmq.server.wire.WatchHeartbeat;
import io.robustmq.server.wire.WatchRequest;
import io.robustmq.server.wire.WatchResponse;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.AuditEvent;
import io.robustmq.telemetry.event.Events;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * robustmq.placement.v1.Placement: what nodes ask of a placement center.
 *
 * <p>Bound: {@link #MAX_WATCHES} watches.
 */
final class PlacementServer {
    static final String NAME = "Placement";

    /** As many as there may be nodes. */
    private static final int MAX_WATCHES = 1024;

    private final String nodeId;
    private final ClusterPlacement placement;
    private final Events events;
    private final AtomicInteger watches = new AtomicInteger();

    PlacementServer(String nodeId, ClusterPlacement placement, Events events) {
        this.nodeId = nodeId;
        this.placement = placement;
        this.events = events;
    }

    ServerServiceDefinition service() {
        AgreedResponse agreed = AgreedResponse.getDefaultInstance();
        return new GrpcService(PlacementProto.getDescriptor(), NAME, this::refused)
                .bind(
                        "Register",
                        RegisterRequest.getDefaultInstance(),
                        RegisterResponse.getDefaultInstance(),
                        this::register)
                .bind(
                        "Deregister",
                        DeregisterRequest.getDefaultInstance(),
                        agreed,
                        this::deregister)
                .bind(
                        "Heartbeat",
                        HeartbeatRequest.getDefaultInstance(),
                        HeartbeatResponse.getDefaultInstance(),
                        this::heartbeat)
                .bind(
                        "ChangeDocuments",
                        ChangeDocumentsRequest.getDefaultInstance(),
                        ChangeDocumentsResponse.getDefaultInstance(),
                        this::changeDocuments)
                .bind(
                        "ChangeClaims",
                        ChangeClaimsRequest.getDefaultInstance(),
                        ChangeClaimsResponse.getDefaultInstance(),
                        this::changeClaims)
                .bind(
                        "BeginTrace",
                        BeginTraceRequest.getDefaultInstance(),
                        agreed,
                        this::beginTrace)
                .bind("EndTrace", EndTraceRequest.getDefaultInstance(), agreed, this::endTrace)
                .bind("SetLevel", SetLevelRequest.getDefaultInstance(), agreed, this::setLevel)
                .bindStream(
                        "Watch",
                        WatchRequest.getDefaultInstance(),
                        WatchResponse.getDefaultInstance(),
                        new Watching())
                .definition();
    }

    /** Not what only has to be sent again: that is no news of who sent it. */
    private void refused(String method, Status status) {
        switch (status.getCode()) {
            case UNAVAILABLE, RESOURCE_EXHAUSTED -> {}
            default ->
                    events.emit(
                            new AuditEvent.RequestRefused(
                                    Admin.byGrpc(GrpcService.peer()).refused(),
                                    NAME + "/" + method,
                                    String.valueOf(status.getDescription())));
        }
    }

    private PlacementWriter writer(boolean hasId, RequestId id) {
        return hasId
                ? placement.once(
                        new MemberId(id.getOriginHigh(), id.getOriginLow()), id.getNumber())
                : placement;
    }

    private Author author(ChangeAuthor by) {
        return by.getNodeId().isEmpty()
                ? new Author(nodeId, Admin.byGrpc(GrpcService.peer()))
                : PlacementWire.author(by);
    }

    private RegisterResponse register(RegisterRequest request) throws StatusException {
        RegisteredNode node = request.getNode();
        NodeAnswer answer =
                PlacementStatus.answered(() ->
                        writer(request.hasId(), request.getId())
                                .register(PlacementWire.node(node), node.getInstance()));
        RegisterResponse.Builder response =
                RegisterResponse.newBuilder()
                        .setHeartbeatMillis(placement.heartbeatPause().toMillis());
        switch (answer) {
            case NodeAnswer.Registered(NodeEpoch identity) -> response.setEpoch(identity.epoch());
            case NodeAnswer.Full(int most) -> response.setFullAt(most);
        }
        return response.build();
    }

    private AgreedResponse deregister(DeregisterRequest request) throws StatusException {
        String id = request.getNodeId();
        PlacementWriter to = writer(request.hasId(), request.getId());
        return request.getEpoch() == 0
                ? AgreedResponse.newBuilder()
                        .setRevision(PlacementStatus.answered(() -> to.deregister(id)))
                        .setChanged(true)
                        .build()
                : PlacementWishes.agreed(
                        PlacementStatus.answered(
                                () -> to.deregister(new NodeEpoch(id, request.getEpoch()))));
    }

    private final class Watching implements GrpcService.Stream<WatchRequest, WatchResponse> {
        @Override
        public void answer(WatchRequest first, GrpcAnswers<WatchResponse> answers)
                throws StatusException {
            watch(first, answers);
        }

        @Override
        public void more(WatchRequest request, GrpcAnswers<WatchResponse> answers) {
            WatchHeartbeat heartbeat = request.getHeartbeat();
            WatchHeard heard =
                    WatchHeard.newBuilder()
                            .setNumber(heartbeat.getNumber())
                            .setRegistered(registered(heartbeat.getNode()))
                            .setHasLeader(placement.leader() != null)
                            .build();
            answers.offer(WatchResponse.newBuilder().setHeard(heard).build());
        }

        private WatchHeard.Registered registered(NodeIdentity node) {
            CompletableFuture<Boolean> holds =
                    placement.heartbeat(new NodeEpoch(node.getNodeId(), node.getEpoch()));
            if (holds.state() != Future.State.SUCCESS) {
                return WatchHeard.Registered.REGISTERED_UNKNOWN;
            }
            return holds.resultNow()
                    ? WatchHeard.Registered.REGISTERED_HOLDS
                    : WatchHeard.Registered.REGISTERED_GONE;
        }
    }

    private HeartbeatResponse heartbeat(HeartbeatRequest request) throws StatusException {
        boolean holds =
                PlacementStatus.answered(() ->
                        placement.heartbeat(
                                new NodeEpoch(request.getNodeId(), request.getEpoch())));
        return HeartbeatResponse.newBuilder()
                .setHolds(holds)
                .setHeartbeatMillis(placement.heartbeatPause().toMillis())
                .build();
    }

    private ChangeDocumentsResponse changeDocuments(ChangeDocumentsRequest request)
            throws StatusException {
        return PlacementWishes.documents(
                PlacementStatus.answered(() ->
                        writer(request.hasId(), request.getId())
                                .change(
                                        request.getChangesList().stream()
                                                .map(PlacementWishes::document)
                                                .toList(),
                                        author(request.getBy()),
                                        request.getWhy())));
    }

    private ChangeClaimsResponse changeClaims(ChangeClaimsRequest request) throws StatusException {
        return PlacementWishes.claims(
                PlacementStatus.answered(() ->
                        writer(request.hasId(), request.getId())
                                .changeClaims(
                                        new NodeEpoch(request.getNodeId(), request.getEpoch()),
                                        request.getWishesList().stream()
                                                .map(PlacementWishes::claim)
                                                .toList())));
    }

    private AgreedResponse beginTrace(BeginTraceRequest request) throws StatusException {
        return PlacementWishes.agreed(
                PlacementStatus.answered(() ->
                        writer(request.hasId(), request.getId())
                                .beginTrace(
                                        PlacementWire.trace(
                                                request.getTrace(),
                                                author(request.getTrace().getBy())))));
    }

    private AgreedResponse endTrace(EndTraceRequest request) throws StatusException {
        return PlacementWishes.agreed(
                PlacementStatus.answered(() ->
                        writer(request.hasId(), request.getId())
                                .endTrace(request.getTraceId(), author(request.getBy()))));
    }

    private AgreedResponse setLevel(SetLevelRequest request) throws StatusException {
        return PlacementWishes.agreed(
                PlacementStatus.answered(() ->
                        writer(request.hasId(), request.getId())
                                .setLevel(
                                        PlacementWire.level(
                                                request.getLevel(),
                                                author(request.getLevel().getBy())))));
    }

    private void watch(WatchRequest request, GrpcAnswers<WatchResponse> answers)
            throws StatusException {
        if (!placement.ready().isDone() || placement.ready().isCompletedExceptionally()) {
            throw unavailable("this member has not caught up with its group yet");
        }
        if (watches.incrementAndGet() > MAX_WATCHES) {
            watches.decrementAndGet();
            throw Status.RESOURCE_EXHAUSTED
                    .withDescription("at most " + MAX_WATCHES + " watches at one member")
                    .asException();
        }
        try {
            Set<Interest> interests = interests(request);
            long from =
                    request.getHistory().equals(placement.history())
                            ? Math.max(0, request.getFromRevision())
                            : ClusterPlacement.NOTHING_SEEN;
            PlacementFeed feed =
                    new PlacementFeed(nodeId, placement, interests, System::nanoTime, answers);
            if (feed.begin(Math.max(0, from))) {
                placement.follow(from, interests, feed);
            }
        } finally {
            watches.decrementAndGet();
        }
        if (answers.isWanted()) {
            throw unavailable("this member stops");
        }
    }

    private static Set<Interest> interests(WatchRequest request) throws StatusException {
        try {
            return PlacementChanges.interests(request.getInterestsList());
        } catch (IllegalArgumentException wrong) {
            throw Status.INVALID_ARGUMENT.withDescription(wrong.getMessage()).asException();
        }
    }

    private static StatusException unavailable(String why) {
        return Status.UNAVAILABLE.withDescription(why).asException();
    }
}
