package io.robustmq.server;

import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import io.robustmq.journal.Shard;
import io.robustmq.journal.ShardFiles;
import io.robustmq.journal.ShardSettings;
import io.robustmq.server.DataWire.Code;
import io.robustmq.server.ServedShards.Outcome;
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
import io.robustmq.server.wire.ShardEntry;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.AuditEvent;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.JournalEvent;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** robustmq.journal.v1.JournalAdmin: what an operator asks of a journal server. */
final class JournalAdmin {
    static final String NAME = "JournalAdmin";

    /** The calls that are not only questions. */
    private static final Set<String> CHANGES =
            Set.of("CreateShard", "DeleteShard", "SetClusterConfig");

    private final ServedShards shards;
    private final Events events;

    JournalAdmin(ServedShards shards, Events events) {
        this.shards = shards;
        this.events = events;
    }

    ServerServiceDefinition service() {
        return new GrpcService(JournalAdminProto.getDescriptor(), NAME, this::refused)
                .bind(
                        "CreateShard",
                        CreateShardRequest.getDefaultInstance(),
                        CreateShardResponse.getDefaultInstance(),
                        this::createShard)
                .bind(
                        "DeleteShard",
                        DeleteShardRequest.getDefaultInstance(),
                        DeleteShardResponse.getDefaultInstance(),
                        this::deleteShard)
                .bind(
                        "ListShards",
                        ListShardsRequest.getDefaultInstance(),
                        ListShardsResponse.getDefaultInstance(),
                        this::listShards)
                .bind(
                        "DescribeShard",
                        DescribeShardRequest.getDefaultInstance(),
                        DescribeShardResponse.getDefaultInstance(),
                        this::describeShard)
                .bind(
                        "ListSegments",
                        ListSegmentsRequest.getDefaultInstance(),
                        ListSegmentsResponse.getDefaultInstance(),
                        this::listSegments)
                .bind(
                        "OffsetAt",
                        OffsetAtRequest.getDefaultInstance(),
                        OffsetAtResponse.getDefaultInstance(),
                        this::offsetAt)
                .bind(
                        "GetClusterConfig",
                        GetClusterConfigRequest.getDefaultInstance(),
                        GetClusterConfigResponse.getDefaultInstance(),
                        this::getClusterConfig)
                .bind(
                        "SetClusterConfig",
                        SetClusterConfigRequest.getDefaultInstance(),
                        SetClusterConfigResponse.getDefaultInstance(),
                        this::setClusterConfig)
                .definition();
    }

    private void refused(String method, Status status) {
        if (CHANGES.contains(method)) {
            events.emit(
                    new AuditEvent.RequestRefused(
                            Admin.byGrpc(GrpcService.peer()).refused(),
                            NAME + "/" + method,
                            String.valueOf(status.getDescription())));
        }
        events.emit(
                new JournalEvent.AdminRefused(
                        method, status.getCode().name(), String.valueOf(status.getDescription())));
    }

    // Shards

    private CreateShardResponse createShard(CreateShardRequest request) throws StatusException {
        if (request.getDurability() == Durability.UNRECOGNIZED) {
            throw invalid("durability must be 0 to 3, was " + request.getDurabilityValue());
        }
        if (request.getRetentionBytes() < 0 || request.getRetentionSeconds() < 0) {
            throw invalid(
                    "retention_bytes and retention_seconds must not be negative, were "
                            + request.getRetentionBytes()
                            + " and "
                            + request.getRetentionSeconds());
        }
        ShardEntry.Builder entry =
                ShardEntry.newBuilder()
                        .setName(request.getName())
                        .setDurability(request.getDurability());
        if (request.hasRetentionBytes()) {
            entry.setRetentionBytes(request.getRetentionBytes());
        }
        if (request.hasRetentionSeconds()) {
            entry.setRetentionSeconds(request.getRetentionSeconds());
        }
        ServedShard created = found(shards.create(entry.build(), false));
        events.emit(
                new AuditEvent.ShardCreated(
                        Admin.byGrpc(GrpcService.peer()), created.shard().name()));
        return CreateShardResponse.newBuilder().setShard(described(created)).build();
    }

    private DeleteShardResponse deleteShard(DeleteShardRequest request) throws StatusException {
        if (request.getName().startsWith(Catalogue.RESERVED)) {
            throw Status.FAILED_PRECONDITION
                    .withDescription(
                            "shards whose names begin with "
                                    + Catalogue.RESERVED
                                    + " are the server's own, was \""
                                    + request.getName()
                                    + '"')
                    .asException();
        }
        Outcome.Refused refused = shards.delete(request.getName());
        if (refused != null) {
            throw status(refused);
        }
        events.emit(
                new AuditEvent.ShardDeleted(Admin.byGrpc(GrpcService.peer()), request.getName()));
        return DeleteShardResponse.getDefaultInstance();
    }

    private ListShardsResponse listShards(ListShardsRequest request) {
        ListShardsResponse.Builder response = ListShardsResponse.newBuilder();
        shards.all().forEach(served -> response.addShards(described(served)));
        return response.build();
    }

    private DescribeShardResponse describeShard(DescribeShardRequest request)
            throws StatusException {
        return DescribeShardResponse.newBuilder()
                .setShard(described(found(shards.find(request.getName()))))
                .build();
    }

    private ListSegmentsResponse listSegments(ListSegmentsRequest request) throws StatusException {
        ListSegmentsResponse.Builder response = ListSegmentsResponse.newBuilder();
        Shard shard = found(shards.find(request.getShard())).shard();
        for (ShardFiles.Facts facts : ShardFiles.segments(shard)) {
            response.addSegments(
                    Segment.newBuilder()
                            .setBaseOffset(facts.baseOffset())
                            .setNextOffset(facts.nextOffset())
                            .setBytes(facts.bytes())
                            .setSealed(facts.sealed())
                            .setFile(String.valueOf(facts.file().getFileName())));
        }
        return response.build();
    }

    private OffsetAtResponse offsetAt(OffsetAtRequest request) throws StatusException {
        Shard shard = found(shards.find(request.getShard())).shard();
        long offset = shard.offsetAt(Instant.ofEpochMilli(request.getEpochMillis()));
        return OffsetAtResponse.newBuilder().setOffset(offset).build();
    }

    private io.robustmq.server.wire.Shard described(ServedShard served) {
        Shard shard = served.shard();
        List<ShardFiles.Facts> segments = ShardFiles.segments(shard);
        ShardSettings settings = shard.settings();
        IOException failure = shard.failure();
        return io.robustmq.server.wire.Shard.newBuilder()
                .setName(shard.name())
                .setFirstOffset(shard.firstOffset())
                .setNextOffset(shard.nextOffset())
                .setBytes(shard.sizeBytes())
                .setSegments(segments.size())
                .setDirectory(String.valueOf(segments.getFirst().file().getParent()))
                .setDurability(
                        switch (settings.durability()) {
                            case FSYNC -> Durability.DURABILITY_FSYNC;
                            case INTERVAL -> Durability.DURABILITY_INTERVAL;
                            case OS -> Durability.DURABILITY_OS;
                        })
                .setFailure(failure == null ? "" : Failure.of(failure).errorMsg())
                .setRetentionBytes(settings.retention().maxBytes())
                .setRetentionSeconds(settings.retention().maxAge().toSeconds())
                .build();
    }

    private static ServedShard found(Outcome outcome) throws StatusException {
        return switch (outcome) {
            case Outcome.Found(ServedShard served) -> served;
            case Outcome.Refused refused -> throw status(refused);
        };
    }

    // What is in force for shards to come

    private GetClusterConfigResponse getClusterConfig(GetClusterConfigRequest request) {
        return GetClusterConfigResponse.newBuilder().setConfig(shards.clusterConfig()).build();
    }

    private SetClusterConfigResponse setClusterConfig(SetClusterConfigRequest request)
            throws StatusException {
        ClusterConfig change = request.getConfig();
        if (change.hasShardReplicaNum() && change.getShardReplicaNum() != 1) {
            throw invalid(
                    "shard_replica_num "
                            + JournalServerKeys.replicasProblem(change.getShardReplicaNum()));
        }
        if (change.hasMaxSegmentSize()
                && JournalServerKeys.SEGMENT_SIZE.read(change.getMaxSegmentSize() + "B") == null) {
            throw invalid(
                    "max_segment_size must be "
                            + JournalServerKeys.SEGMENT_SIZE.allowed()
                            + ", was "
                            + change.getMaxSegmentSize());
        }
        try {
            ClusterConfig now = shards.setClusterConfig(change);
            events.emit(
                    new AuditEvent.JournalConfigChanged(
                            Admin.byGrpc(GrpcService.peer()),
                            now.toString().strip().replaceAll("\\s+", " ")));
            return SetClusterConfigResponse.newBuilder().setConfig(now).build();
        } catch (IOException unusable) {
            throw Status.UNAVAILABLE
                    .withDescription("it cannot be kept: " + Failure.of(unusable).errorMsg())
                    .asException();
        }
    }

    // Errors

    private static StatusException invalid(String detail) {
        return Status.INVALID_ARGUMENT.withDescription(detail).asException();
    }

    private static StatusException status(Outcome.Refused refused) {
        Code code = refused.code();
        Status status =
                switch (code) {
                    case NO_SUCH_SHARD -> Status.NOT_FOUND;
                    case SHARD_EXISTS -> Status.ALREADY_EXISTS;
                    case WRONG_NAME -> Status.INVALID_ARGUMENT;
                    case TOO_MANY_SHARDS, JOURNAL_FULL -> Status.RESOURCE_EXHAUSTED;
                    case DISK_FAILED, CLOSED -> Status.UNAVAILABLE;
                    case DAMAGED -> Status.DATA_LOSS;
                    case OK,
                            UNSUPPORTED_VERSION,
                            TOO_MANY_CONNECTIONS,
                            FRAME_TOO_LARGE,
                            MALFORMED,
                            UNKNOWN_OPERATION,
                            TOO_MANY_TAILS,
                            NO_SUCH_TAIL,
                            TAIL_EXISTS,
                            OFFSET_OUT_OF_RANGE,
                            APPEND_TOO_LARGE ->
                            Status.INTERNAL;
                };
        return status.withDescription(refused.detail()).asException();
    }
}
