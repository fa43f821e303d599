package io.robustmq.server;

import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import io.robustmq.placement.Agreement;
import io.robustmq.placement.Author;
import io.robustmq.placement.ClusterPlacement;
import io.robustmq.placement.Member;
import io.robustmq.placement.Node;
import io.robustmq.placement.PlacementBusyException;
import io.robustmq.placement.PlacementRefusedException;
import io.robustmq.placement.PlacementView;
import io.robustmq.placement.Registration;
import io.robustmq.placement.Role;
import io.robustmq.server.wire.ChangeMemberRequest;
import io.robustmq.server.wire.ChangeMemberResponse;
import io.robustmq.server.wire.DescribeClusterRequest;
import io.robustmq.server.wire.DescribeClusterResponse;
import io.robustmq.server.wire.PlacementAdminProto;
import io.robustmq.server.wire.PlacementMember;
import io.robustmq.server.wire.RegisteredNode;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.AuditEvent;
import io.robustmq.telemetry.event.Events;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** robustmq.placement.v1.PlacementAdmin: what an operator asks of a placement center. */
final class PlacementAdmin {
    static final String NAME = "PlacementAdmin";

    private final String nodeId;
    private final ClusterPlacement placement;
    private final Events events;

    PlacementAdmin(String nodeId, ClusterPlacement placement, Events events) {
        this.nodeId = nodeId;
        this.placement = placement;
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
                        request -> change(request, placement::addMember))
                .bind(
                        "RemoveMember",
                        ChangeMemberRequest.getDefaultInstance(),
                        ChangeMemberResponse.getDefaultInstance(),
                        request -> change(request, placement::removeMember))
                .bind(
                        "ReplaceMember",
                        ChangeMemberRequest.getDefaultInstance(),
                        ChangeMemberResponse.getDefaultInstance(),
                        request -> change(request, placement::replaceMember))
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
            joined(placement.barrier());
        }
        PlacementView view = placement.view();
        DescribeClusterResponse.Builder answer =
                DescribeClusterResponse.newBuilder().setMember(nodeId).setRevision(view.revision());
        for (Member member : view.members()) {
            answer.addMembers(
                    PlacementMember.newBuilder()
                            .setName(member.name())
                            .setAddress(member.address())
                            .setId(member.id().toString()));
        }
        for (Registration registered : view.registrations()) {
            Node node = registered.node();
            answer.addNodes(
                    RegisteredNode.newBuilder()
                            .setNodeId(node.nodeId())
                            .addAllRoles(node.roles().stream().sorted().map(Role::command).toList())
                            .putAllAddresses(node.extendInfo())
                            .setEpoch(registered.epoch()));
        }
        return answer.build();
    }

    private ChangeMemberResponse change(ChangeMemberRequest request, Change change)
            throws StatusException {
        if (request.getName().isBlank()) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("name: which member is not said")
                    .asException();
        }
        Author by = new Author(nodeId, Admin.byGrpc(GrpcService.peer()));
        Agreement agreed = joined(change.of(request.getName(), by, request.getWhy()));
        return ChangeMemberResponse.newBuilder()
                .setRevision(agreed.revision())
                .setChanged(agreed.changed())
                .build();
    }

    private static <T> T joined(CompletableFuture<T> answer) throws StatusException {
        try {
            return answer.join();
        } catch (CompletionException e) {
            Throwable why = e.getCause() == null ? e : e.getCause();
            Status status =
                    switch (why) {
                        case PlacementRefusedException _ -> Status.FAILED_PRECONDITION;
                        case PlacementBusyException _ -> Status.RESOURCE_EXHAUSTED;
                        case IllegalArgumentException _ -> Status.INVALID_ARGUMENT;
                        default -> Status.UNAVAILABLE;
                    };
            throw status.withDescription(why.getMessage()).withCause(why).asException();
        }
    }
}
