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
import java.util.function.LongSupplier;

/**
 * The placement centers that this node was told of, and which of them it asks now: one that is its
 * own as long as that can be reached, so that those who ask are spread over all of them, also after
 * each was restarted. Any thread.
 */
final class PlacementCenters implements AutoCloseable {
    private static final long KEEP_ALIVE_SECONDS = 10;

    /** Before it goes back; each time longer if it did not stay. */
    static final Duration FIRST_ABSENCE = Duration.ofSeconds(30);

    static final Duration LAST_ABSENCE = Duration.ofHours(1);

    private final List<Center> all;
    private final int own;
    private final LongSupplier nanos;

    // guarded by this
    private int current;
    private Duration absence = FIRST_ABSENCE;
    private long leftAt;
    private long cameAt;

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
            ClientCalls.asyncBidiStreamingCall(ready().newCall(method, atOnce), reading)
                    .onNext(request);
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
     * @param own any number, by which one of them is chosen
     * @param nanos as {@link System#nanoTime}
     */
    PlacementCenters(
            List<String> addresses, ChannelCredentials credentials, int own, LongSupplier nanos) {
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("no placement center is named");
        }
        all = addresses.stream().map(each -> new Center(each, credentials)).toList();
        this.own = Math.floorMod(own, all.size());
        this.nanos = nanos;
        current = this.own;
        cameAt = nanos.getAsLong();
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
            long now = nanos.getAsLong();
            if (current == own) {
                absence = absence(now - cameAt >= FIRST_ABSENCE.toNanos());
                leftAt = now;
            }
            current = (current + 1) % all.size();
            cameAt = now;
        }
        return all.get(current);
    }

    private Duration absence(boolean hasStayed) {
        if (hasStayed) {
            return FIRST_ABSENCE;
        }
        Duration longer = absence.multipliedBy(2);
        return longer.compareTo(LAST_ABSENCE) < 0 ? longer : LAST_ABSENCE;
    }

    /** Goes back to the own one if there is a connection to it again; to be asked now and then. */
    synchronized boolean returns() {
        long now = nanos.getAsLong();
        if (current == own
                || now - leftAt < absence.toNanos()
                || all.get(own).channel.getState(true) != ConnectivityState.READY) {
            return false;
        }
        current = own;
        cameAt = now;
        return true;
    }

    @Override
    public void close() {
        all.forEach(each -> each.channel.shutdownNow());
    }
}
