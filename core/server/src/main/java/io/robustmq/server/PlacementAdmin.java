package io.robustmq.server;

import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.robustmq.placement.Agreement;
import io.robustmq.placement.Author;
import io.robustmq.placement.ClusterPlacement;
import io.robustmq.placement.Member;
import io.robustmq.placement.MemberStatus;
import io.robustmq.placement.PlacementView;
import io.robustmq.server.wire.ChangeMemberRequest;
import io.robustmq.server.wire.ChangeMemberResponse;
import io.robustmq.server.wire.DescribeClusterRequest;
import io.robustmq.server.wire.DescribeClusterResponse;
import io.robustmq.server.wire.PlacementAdminProto;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.AuditEvent;
import io.robustmq.telemetry.event.Events;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** robustmq.placement.v1.PlacementAdmin: what an operator asks of a placement center. */
final class PlacementAdmin {
    static final String NAME = "PlacementAdmin";

    /** Longer than what the leader waits for an agreement, usually. */
    private static final long PASSED_ON_SECONDS = 30;

    private final String nodeId;
    private final ClusterPlacement placement;
    private final ChannelCredentials credentials;
    private final Events events;

    /**
     * @param credentials for the member that leads: only it changes members
     */
    PlacementAdmin(
            String nodeId,
            ClusterPlacement placement,
            ChannelCredentials credentials,
            Events events) {
        this.nodeId = nodeId;
        this.placement = placement;
        this.credentials = credentials;
        this.events = events;
    }

    /** Asks the member for something in somebody's name. */
    private interface Change {
        CompletableFuture<Agreement> of(String name, Author by, String why);
    }

    ServerServiceDefinition service() {
        return new GrpcService(PlacementAdminProto.getDescriptor(), NAME, this::refused)
                .bind(
                        "DescribeCluster",
                        DescribeClusterRequest.getDefaultInstance(),
                        DescribeClusterResponse.getDefaultInstance(),
                        this::describe)
                .bind(
                        "AddMember",
                        ChangeMemberRequest.getDefaultInstance(),
                        ChangeMemberResponse.getDefaultInstance(),
                        request -> change("AddMember", request, placement::addMember))
                .bind(
                        "RemoveMember",
                        ChangeMemberRequest.getDefaultInstance(),
                        ChangeMemberResponse.getDefaultInstance(),
                        request -> change("RemoveMember", request, placement::removeMember))
                .bind(
                        "ReplaceMember",
                        ChangeMemberRequest.getDefaultInstance(),
                        ChangeMemberResponse.getDefaultInstance(),
                        request -> change("ReplaceMember", request, placement::replaceMember))
                .definition();
    }

    private void refused(String method, Status status) {
        if (!method.equals("DescribeCluster")) {
            events.emit(
                    new AuditEvent.RequestRefused(
                            Admin.byGrpc(GrpcService.peer()).refused(),
                            NAME + "/" + method,
                            String.valueOf(status.getDescription())));
        }
    }

    private DescribeClusterResponse describe(DescribeClusterRequest request)
            throws StatusException {
        if (request.getAgreed()) {
            PlacementStatus.answered(placement::barrier);
        }
        PlacementView view = placement.view();
        DescribeClusterResponse.Builder answer =
                DescribeClusterResponse.newBuilder().setMember(nodeId).setRevision(view.revision());
        view.members().forEach(each -> answer.addMembers(PlacementWire.member(each)));
        view.registrations().forEach(each -> answer.addNodes(PlacementWire.registration(each)));
        for (MemberStatus each : PlacementStatus.answered(placement::members)) {
            if (each.leads()) {
                answer.setLeader(each.member().name());
            }
            if (each.answers()) {
                answer.addAnswering(each.member().name());
            }
        }
        PlacementStatus.answered(placement::asking)
                .forEach(each -> answer.addAsking(PlacementWire.member(each)));
        return answer.build();
    }

    private ChangeMemberResponse change(String method, ChangeMemberRequest request, Change change)
            throws StatusException {
        if (request.getName().isBlank()) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("name: which member is not said")
                    .asException();
        }
        Author by =
                request.hasPassedOnFor()
                        ? PlacementWire.author(request.getPassedOnFor())
                        : new Author(nodeId, Admin.byGrpc(GrpcService.peer()));
        Member leader = placement.leader();
        if (!request.hasPassedOnFor()
                && !placement.isLeading()
                && leader != null
                && !leader.address().isEmpty()) {
            return passedOn(method, request, by, leader);
        }
        Agreement agreed =
                PlacementStatus.answered(() -> change.of(request.getName(), by, request.getWhy()));
        return ChangeMemberResponse.newBuilder()
                .setRevision(agreed.revision())
                .setChanged(agreed.changed())
                .build();
    }

    /** Once: if another member leads by then, the answer says so. */
    private ChangeMemberResponse passedOn(
            String method, ChangeMemberRequest request, Author by, Member leader)
            throws StatusException {
        ManagedChannel channel =
                NettyChannelBuilder.forTarget("dns:///" + leader.address(), credentials).build();
        try {
            return ClientCalls.blockingUnaryCall(
                    channel,
                    GrpcService.method(
                            PlacementAdminProto.getDescriptor(),
                            NAME,
                            method,
                            request,
                            ChangeMemberResponse.getDefaultInstance()),
                    CallOptions.DEFAULT.withDeadlineAfter(PASSED_ON_SECONDS, TimeUnit.SECONDS),
                    request.toBuilder().setPassedOnFor(PlacementWire.author(by)).build());
        } catch (StatusRuntimeException refused) {
            throw refused.getStatus()
                    .augmentDescription("said " + leader.name() + ", which leads")
                    .asException();
        } finally {
            channel.shutdownNow();
        }
    }
}
