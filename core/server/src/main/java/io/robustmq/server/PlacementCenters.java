package io.robustmq.server;

import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The placement centers that this node was told of, and which of them it asks now. Any thread. */
final class PlacementCenters implements AutoCloseable {
    private static final long KEEP_ALIVE_SECONDS = 10;

    private final List<Center> all;

    // guarded by this
    private int current;

    /** One of them. */
    static final class Center {
        private final String address;
        private final ManagedChannel channel;

        private Center(String address, ChannelCredentials credentials) {
            this.address = address;
            this.channel =
                    NettyChannelBuilder.forTarget("dns:///" + address, credentials)
                            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                            .flowControlWindow(GrpcEndpoint.WINDOW_BYTES)
                            .build();
        }

        String address() {
            return address;
        }

        /** Waits for the answer; {@link io.grpc.StatusRuntimeException} if there is none. */
        <Q, A> A ask(MethodDescriptor<Q, A> method, Q request, Duration patience) {
            return ClientCalls.blockingUnaryCall(
                    ready(), method, CallOptions.DEFAULT.withDeadlineAfter(patience), request);
        }

        <Q, A> GrpcReading<Q, A> follow(MethodDescriptor<Q, A> method, Q request) {
            GrpcReading<Q, A> reading = new GrpcReading<>();
            CallOptions atOnce = CallOptions.DEFAULT.withExecutor(Runnable::run);
            ClientCalls.asyncServerStreamingCall(ready().newCall(method, atOnce), request, reading);
            return reading;
        }

        private ManagedChannel ready() {
            if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
                channel.resetConnectBackoff(); // the pause between calls is ours
            }
            return channel;
        }
    }

    /**
     * @param addresses {@code host:port} each, at least one
     * @param first which of them is asked first, so that not all nodes ask the same
     */
    PlacementCenters(List<String> addresses, ChannelCredentials credentials, int first) {
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("no placement center is named");
        }
        all = addresses.stream().map(each -> new Center(each, credentials)).toList();
        current = Math.floorMod(first, all.size());
    }

    int size() {
        return all.size();
    }

    /** For people. */
    String addresses() {
        return String.join(",", all.stream().map(Center::address).toList());
    }

    synchronized Center current() {
        return all.get(current);
    }

    /** The next one, unless another caller has gone on from there already. */
    synchronized Center after(Center failed) {
        if (all.get(current) == failed) {
            current = (current + 1) % all.size();
        }
        return all.get(current);
    }

    @Override
    public void close() {
        all.forEach(each -> each.channel.shutdownNow());
    }
}
