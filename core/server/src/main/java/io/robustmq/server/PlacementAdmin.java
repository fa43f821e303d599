package io.robustmq.server;

import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import io.robustmq.placement.Agreement;
import io.robustmq.placement.Author;
import io.robustmq.placement.ClusterPlacement;
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
            PlacementStatus.answered(placement::barrier);
        }
        PlacementView view = placement.view();
        DescribeClusterResponse.Builder answer =
                DescribeClusterResponse.newBuilder().setMember(nodeId).setRevision(view.revision());
        view.members().forEach(each -> answer.addMembers(PlacementWire.member(each)));
        view.registrations().forEach(each -> answer.addNodes(PlacementWire.registration(each)));
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
        Agreement agreed =
                PlacementStatus.answered(() -> change.of(request.getName(), by, request.getWhy()));
        return ChangeMemberResponse.newBuilder()
                .setRevision(agreed.revision())
                .setChanged(agreed.changed())
                .build();
    }
}
