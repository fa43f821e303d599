package io.robustmq.server;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalSettings;
import io.robustmq.journal.Shard;
import io.robustmq.server.wire.JournalAdminProto;
import io.robustmq.testkit.RecordingEvents;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** Shards, data protocol and gRPC without the process around them, on free ports. */
final class TestJournalServer implements AutoCloseable {
    final RecordingEvents events = new RecordingEvents();
    final FaultyDisk disk = new FaultyDisk();
    final Journal journal;
    final ServedShards shards;
    final DataServer data;
    final GrpcEndpoint grpc;
    private final ManagedChannel channel;

    private TestJournalServer(Path folder, String... assignments) throws IOException {
        JournalServerConfig config = config(assignments);
        journal =
                new Journal(
                        new JournalSettings(List.of(folder), Duration.ofSeconds(10)),
                        disk,
                        InstantSource.system(),
                        new Random(1),
                        events);
        shards = new ServedShards(journal, config.journal(), events);
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        data = new DataServer(ComponentSettings.data(config.tcp(), any), shards, events);
        grpc = new GrpcEndpoint(any, new JournalAdmin(shards, events).service());
        journal.open();
        shards.open();
        data.open();
        grpc.open();
        channel = NettyChannelBuilder.forAddress(grpc.localAddress()).usePlaintext().build();
    }

    /**
     * @param assignments {@code key=value} each
     */
    static TestJournalServer in(Path folder, String... assignments) throws IOException {
        return new TestJournalServer(folder, assignments);
    }

    static JournalServerConfig config(String... assignments) {
        return switch (ConfigReader.read(
                JournalServerKeys.ROLE, null, Map.of(), List.of(assignments))) {
            case ConfigOutcome.Loaded<JournalServerConfig> loaded -> loaded.config();
            case ConfigOutcome.Wrong<JournalServerConfig> wrong ->
                    throw new AssertionError(wrong.problems());
        };
    }

    /** One that is there. */
    Shard shard(String name) {
        return Objects.requireNonNull(shards.get(name), name).shard();
    }

    DataClient client() throws IOException {
        return DataClient.connect(data.localAddress());
    }

    /** Calls JournalAdmin as any gRPC client does. */
    <Q extends Message, A extends Message> A call(String method, Q request, A answer) {
        return call(channel, method, request, answer);
    }

    @SuppressWarnings("unchecked")
    static <Q extends Message, A extends Message> A call(
            ManagedChannel channel, String method, Q request, A answer) {
        return ClientCalls.blockingUnaryCall(
                channel,
                GrpcService.method(
                        JournalAdminProto.getDescriptor(),
                        JournalAdmin.NAME,
                        method,
                        (Q) request.getDefaultInstanceForType(),
                        answer),
                CallOptions.DEFAULT.withDeadlineAfter(Duration.ofSeconds(20)),
                request);
    }

    ManagedChannel channel() {
        return channel;
    }

    @Override
    public void close() {
        channel.shutdownNow();
        grpc.close();
        data.close();
        journal.close();
    }
}
