package io.robustmq.server;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.robustmq.placement.Author;
import io.robustmq.placement.DocumentAnswer;
import io.robustmq.placement.DocumentChange;
import io.robustmq.placement.Placement;
import io.robustmq.placement.PlacementView;
import io.robustmq.server.wire.DescribeClusterRequest;
import io.robustmq.server.wire.DescribeClusterResponse;
import io.robustmq.server.wire.PlacementAdminProto;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.PlacementEvent;
import io.robustmq.telemetry.event.TraceContext;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** An operator's command at the placement centers of a cluster. One thread. */
final class ClusterConnection implements AutoCloseable {
    /** For the first answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** For one member to say what it sees. */
    private static final Duration LOOK = Duration.ofSeconds(2);

    private final List<String> servers;
    private final ChannelCredentials credentials;
    private final @Nullable ClusterTls tls;
    private final RemotePlacement placement;
    private final LastFailure failure;

    /** There is nobody to tell events to; why nothing answers is of interest. */
    private static final class LastFailure implements Events {
        private volatile @Nullable Failure why;

        @Override
        public void emit(Event event) {
            if (event instanceof PlacementEvent.CentersUnreachable(String all, Failure last)) {
                why = last;
            }
        }

        @Override
        public void emit(Event event, TraceContext trace) {
            emit(event);
        }
    }

    private ClusterConnection(
            List<String> servers,
            ChannelCredentials credentials,
            @Nullable ClusterTls tls,
            RandomGenerator chance) {
        this.servers = servers;
        this.credentials = credentials;
        this.tls = tls;
        this.failure = new LastFailure();
        this.placement =
                new RemotePlacement(
                        servers,
                        credentials,
                        chance.nextInt(),
                        RemotePlacement.PATIENCE,
                        chance,
                        failure);
    }

    /**
     * Waits until a placement center has told all that is agreed.
     *
     * @throws IOException also naming the TLS file that cannot be used
     */
    static ClusterConnection open(ClusterAt at, RandomGenerator chance)
            throws IOException, InterruptedException {
        ClusterTls.Files files = at.tls();
        ClusterTls tls = files == null ? null : ClusterTls.load(files);
        ChannelCredentials credentials =
                tls == null ? InsecureChannelCredentials.create() : tls.ofClient();
        ClusterConnection opening = new ClusterConnection(at.servers(), credentials, tls, chance);
        try {
            opening.open();
            return opening;
        } catch (IOException | InterruptedException | RuntimeException unusable) {
            opening.close();
            throw unusable;
        }
    }

    private void open() throws IOException, InterruptedException {
        placement.open();
        try {
            placement.ready().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException late) {
            Failure why = failure.why;
            throw new IOException(
                    "no placement center can be used at "
                            + String.join(", ", servers)
                            + (why == null ? "" : ": " + why.errorMsg()),
                    late);
        }
    }

    Placement placement() {
        return placement;
    }

    PlacementView view() {
        return placement.view();
    }

    /** What one answered, or the next if that one does not. */
    DescribeClusterResponse described() throws IOException {
        try {
            return describedBy(answering());
        } catch (StatusRuntimeException since) {
            throw new IOException(words(since), since);
        }
    }

    /** Of the servers that were named, the address of the first that answers. */
    String answering() throws IOException {
        StatusRuntimeException last = null;
        for (String each : servers) {
            try {
                var unused = describedBy(each);
                return each;
            } catch (StatusRuntimeException next) {
                last = next;
            }
        }
        throw new IOException(
                "no placement center answers at "
                        + String.join(", ", servers)
                        + (last == null ? "" : ": " + words(last)),
                last);
    }

    /**
     * @throws StatusRuntimeException if it does not answer
     */
    DescribeClusterResponse describedBy(String address) {
        return ask(
                address,
                "DescribeCluster",
                DescribeClusterRequest.getDefaultInstance(),
                DescribeClusterResponse.getDefaultInstance(),
                LOOK);
    }

    /**
     * Asks one member's PlacementAdmin.
     *
     * @throws StatusRuntimeException with what it said
     */
    <Q extends Message, A extends Message> A ask(
            String address, String method, Q request, A answer, Duration patience) {
        ManagedChannel channel =
                NettyChannelBuilder.forTarget("dns:///" + address, credentials).build();
        try {
            return ClientCalls.blockingUnaryCall(
                    channel,
                    GrpcService.method(
                            PlacementAdminProto.getDescriptor(),
                            PlacementAdmin.NAME,
                            method,
                            request,
                            answer),
                    CallOptions.DEFAULT.withDeadlineAfter(patience),
                    request);
        } finally {
            channel.shutdownNow();
        }
    }

    static String words(StatusRuntimeException refused) {
        Status status = refused.getStatus();
        return status.getDescription() == null ? status.getCode().name() : status.getDescription();
    }

    /** Whoever runs this, by way of the member that answers. */
    Author author() throws IOException {
        return new Author(described().getMember(), new Admin(user(), "", Admin.Outcome.DONE));
    }

    /** As the operating system knows them. */
    static String user() {
        return "user " + System.getProperty("user.name", "unknown");
    }

    /** Done, and told back, when this returns a change. */
    DocumentAnswer change(List<DocumentChange> changes, Author by, String why)
            throws IOException, InterruptedException {
        DocumentAnswer answer = answered(placement.change(changes, by, why));
        if (answer instanceof DocumentAnswer.Changed(long revision)) {
            awaitRevision(revision);
        }
        return answer;
    }

    /** What is wished of placement, when it is agreed. */
    <T> T answered(CompletableFuture<T> wish) throws IOException, InterruptedException {
        try {
            return wish.get(RemotePlacement.PATIENCE.plus(LOOK).toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw new IOException("placement does not answer; look whether it was done", late);
        } catch (ExecutionException refused) {
            Throwable why = refused.getCause() == null ? refused : refused.getCause();
            throw new IOException(String.valueOf(why.getMessage()), why);
        }
    }

    private void awaitRevision(long revision) throws InterruptedException {
        long until = System.nanoTime() + LOOK.toNanos();
        while (placement.revision() < revision && System.nanoTime() - until < 0) {
            Thread.sleep(5);
        }
    }

    @Override
    public void close() {
        placement.close();
        if (tls != null) {
            tls.close();
        }
    }
}
