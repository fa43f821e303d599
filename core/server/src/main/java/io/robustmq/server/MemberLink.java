package io.robustmq.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.robustmq.server.wire.DeliverRequest;
import io.robustmq.server.wire.DeliverResponse;
import io.robustmq.server.wire.MembersProto;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.PlacementEvent;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The way to one member of the placement group. What waits goes in one call, one call at a time, so
 * messages arrive in their order or not at all. When a call fails, what waited is dropped: it is
 * old by the time that the member is back, and consensus sends again what is still wanted. Any
 * thread; nobody waits.
 *
 * <p>Bound: {@link #MAX_WAITING_BYTES}, or one message if that is larger.
 */
final class MemberLink implements AutoCloseable {
    static final MethodDescriptor<DeliverRequest, DeliverResponse> DELIVER =
            GrpcService.method(
                    MembersProto.getDescriptor(),
                    MemberMessages.SERVICE,
                    MemberMessages.DELIVER,
                    DeliverRequest.getDefaultInstance(),
                    DeliverResponse.getDefaultInstance());

    static final int MAX_WAITING_BYTES = 32 << 20;

    /** Of the messages of one call, so that it stays below what gRPC takes. */
    static final int CALL_BYTES = 512 << 10;

    private static final long CALL_SECONDS = 5;
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long LAST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final String name;
    private final String address;
    private final ManagedChannel channel;
    private final LongSupplier links;
    private final LongSupplier nanoTime;
    private final Events events;

    // guarded by this
    private final ArrayDeque<ByteString> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private boolean calling;
    private boolean closed;
    private long link;
    private long calls;
    private int failures;
    private long failedAt;
    private long pausedUntil;

    /**
     * @param name of the member, for people
     * @param channel to it, closed with this
     * @param links draws numbers that no other link has
     */
    MemberLink(
            String name,
            String address,
            ManagedChannel channel,
            LongSupplier links,
            LongSupplier nanoTime,
            Events events) {
        this.name = name;
        this.address = address;
        this.channel = channel;
        this.links = links;
        this.nanoTime = nanoTime;
        this.events = events;
        this.link = links.getAsLong();
    }

    String address() {
        return address;
    }

    /** False if it is dropped at once: the member cannot be reached now, or too much waits. */
    boolean send(byte[] message) {
        DeliverRequest next;
        synchronized (this) {
            boolean full = !waiting.isEmpty() && waitingBytes + message.length > MAX_WAITING_BYTES;
            boolean paused = failures > 0 && nanoTime.getAsLong() - pausedUntil < 0;
            if (closed || full || paused) {
                return false;
            }
            waiting.add(UnsafeByteOperations.unsafeWrap(message));
            waitingBytes += message.length;
            if (calling) {
                return true;
            }
            next = next();
        }
        call(next);
        return true;
    }

    /** Whether the last call arrived; also before there was one. */
    synchronized boolean isUp() {
        return failures == 0;
    }

    /** Takes what fits in one call; a message that does not is cut. Guarded by this. */
    private DeliverRequest next() {
        calling = true;
        DeliverRequest.Builder request = DeliverRequest.newBuilder().setLink(link).setCall(calls);
        calls++;
        int room = CALL_BYTES;
        while (!waiting.isEmpty() && room > 0) {
            ByteString first = waiting.removeFirst();
            ByteString taken = first.size() <= room ? first : first.substring(0, room);
            if (taken.size() < first.size()) {
                waiting.addFirst(first.substring(room));
                request.setMore(true);
            }
            request.addMessages(taken);
            waitingBytes -= taken.size();
            room -= taken.size();
        }
        return request.build();
    }

    private void call(DeliverRequest request) {
        if (!isUp()) {
            channel.resetConnectBackoff(); // the pause between calls is ours
        }
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
        ClientCalls.asyncUnaryCall(channel.newCall(DELIVER, options), request, new Answer());
    }

    private final class Answer implements StreamObserver<DeliverResponse> {
        @Override
        public void onNext(DeliverResponse response) {}

        @Override
        public void onCompleted() {
            arrived();
        }

        @Override
        public void onError(Throwable why) {
            failed(why);
        }
    }

    private void arrived() {
        DeliverRequest next = null;
        long outageNanos = 0;
        synchronized (this) {
            if (failures > 0) {
                failures = 0;
                outageNanos = nanoTime.getAsLong() - failedAt;
            }
            calling = false;
            if (!waiting.isEmpty() && !closed) {
                next = next();
            }
        }
        if (outageNanos > 0) {
            long millis = TimeUnit.NANOSECONDS.toMillis(outageNanos);
            events.emit(new PlacementEvent.MemberReachable(name, address, millis));
        }
        if (next != null) {
            call(next);
        }
    }

    private void failed(Throwable why) {
        boolean first;
        synchronized (this) {
            long now = nanoTime.getAsLong();
            first = failures == 0 && !closed;
            if (first) {
                failedAt = now;
            }
            pausedUntil =
                    now + Math.min(LAST_PAUSE_NANOS, FIRST_PAUSE_NANOS << Math.min(failures, 10));
            failures++;
            waiting.clear();
            waitingBytes = 0;
            calling = false;
            // the receiver may have half a message of the old one
            link = links.getAsLong();
            calls = 0;
        }
        if (first) {
            events.emit(new PlacementEvent.MemberUnreachable(name, address, Failure.of(why)));
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            waiting.clear();
            waitingBytes = 0;
        }
        channel.shutdownNow();
    }
}
