package io.robustmq.server;

import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerCredentials;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A role's gRPC services on one port, with server reflection, for operators and their tools. */
final class GrpcEndpoint implements AutoCloseable {
    /** Of one request: the largest is a change of documents of 1 MiB, with what is around them. */
    private static final int MAX_REQUEST_BYTES = 2 << 20;

    /** Fixed: to find out what is best, gRPC would send a ping with each message. */
    static final int WINDOW_BYTES = 1 << 20;

    private static final int MAX_CALLS_PER_CONNECTION = 100;
    private static final long MAX_IDLE_MINUTES = 15;
    private static final long HELLO_SECONDS = 10;
    private static final long CLOSE_SECONDS = 5;

    private final InetSocketAddress listen;
    private final ServerCredentials credentials;
    private final List<ServerServiceDefinition> services;

    // while open
    private @Nullable Server server;
    private @Nullable ExecutorService threads;

    /** Without encryption and authentication. */
    GrpcEndpoint(InetSocketAddress listen, ServerServiceDefinition service) {
        this(listen, InsecureServerCredentials.create(), List.of(service));
    }

    GrpcEndpoint(
            InetSocketAddress listen,
            ServerCredentials credentials,
            List<ServerServiceDefinition> services) {
        this.listen = listen;
        this.credentials = credentials;
        this.services = services;
    }

    void open() throws IOException {
        // calls may wait for the disk
        ExecutorService calls =
                Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("grpc-", 0).factory());
        Server created =
                NettyServerBuilder.forAddress(listen, credentials)
                        .executor(calls)
                        .callExecutor(new Quickly())
                        .flowControlWindow(WINDOW_BYTES)
                        .maxInboundMessageSize(MAX_REQUEST_BYTES)
                        .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
                        .maxConnectionIdle(MAX_IDLE_MINUTES, TimeUnit.MINUTES)
                        .handshakeTimeout(HELLO_SECONDS, TimeUnit.SECONDS)
                        .addServices(services)
                        .addService(ProtoReflectionServiceV1.newInstance())
                        .build();
        try {
            created.start();
        } catch (IOException failure) {
            calls.shutdown();
            throw failure;
        }
        server = created;
        threads = calls;
    }

    /**
     * What members say to each other is handed over at once, and a heartbeat is answered of what is
     * known; a watch has a thread of its own anyway: no other is woken for these.
     */
    private static final class Quickly implements ServerCallExecutorSupplier {
        private final Set<String> quick =
                Set.of(
                        MemberLink.DELIVER.getFullMethodName(),
                        RemotePlacement.HEARTBEAT.getFullMethodName(),
                        PlacementLink.WATCH.getFullMethodName());

        @Override
        public <Q, A> @Nullable Executor getExecutor(ServerCall<Q, A> call, Metadata metadata) {
            boolean isQuick = quick.contains(call.getMethodDescriptor().getFullMethodName());
            return isQuick ? Runnable::run : null;
        }
    }

    /** With the port in force. */
    InetSocketAddress localAddress() {
        Server open = server;
        if (open == null) {
            throw new IllegalStateException("not open");
        }
        return (InetSocketAddress) open.getListenSockets().getFirst();
    }

    /** Calls have a few seconds to end. */
    @Override
    public void close() {
        Server open = server;
        if (open != null) {
            open.shutdown();
            try {
                if (!open.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                    open.shutdownNow().awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
                }
            } catch (InterruptedException interrupted) {
                open.shutdownNow();
                Thread.currentThread().interrupt();
            }
            server = null;
        }
        if (threads != null) {
            threads.shutdown();
            threads = null;
        }
    }
}
