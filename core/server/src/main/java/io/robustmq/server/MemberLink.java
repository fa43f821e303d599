package io.robustmq.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.robustmq.server.wire.DeliverRequest;
import io.robustmq.server.wire.DeliverResponse;
import io.robustmq.server.wire.MembersProto;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.PlacementEvent;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The way to one member of the placement group: one call that stays, so that messages arrive in
 * their order or not at all, and a message wakes one thread on each side. Each second one of them
 * is to be answered. When the call fails, what waits is dropped: it is old by the time that the
 * member is back, and consensus sends again what is still wanted. Any thread; nobody waits.
 *
 * <p>Bound: {@link #MAX_WAITING_BYTES}, or one message if that is larger.
 */
final class MemberLink implements AutoCloseable {
    static final MethodDescriptor<DeliverRequest, DeliverResponse> DELIVER =
            GrpcService.stream(
                    MembersProto.getDescriptor(),
                    MemberMessages.SERVICE,
                    MemberMessages.DELIVER,
                    DeliverRequest.getDefaultInstance(),
                    DeliverResponse.getDefaultInstance());

    static final int MAX_WAITING_BYTES = 32 << 20;

    /** Of the messages of one request, so that it stays below what gRPC takes. */
    static final int REQUEST_BYTES = 512 << 10;

    private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long ANSWER_SECONDS = 5;
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long LAST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final String name;
    private final String address;
    private final ManagedChannel channel;
    private final LongSupplier nanoTime;
    private final Events events;

    // guarded by this
    private final ArrayDeque<ByteString> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private @Nullable Way way;
    private boolean closed;
    private int failures;
    private long failedAt;
    private long pausedUntil;

    /**
     * @param name of the member, for people
     * @param channel to it, closed with this
     */
    MemberLink(
            String name,
            String address,
            ManagedChannel channel,
            LongSupplier nanoTime,
            Events events) {
        this.name = name;
        this.address = address;
        this.channel = channel;
        this.nanoTime = nanoTime;
        this.events = events;
    }

    String address() {
        return address;
    }

    /** False if it is dropped at once: the member cannot be reached now, or too much waits. */
    synchronized boolean send(byte[] message) {
        long now = nanoTime.getAsLong();
        if (way != null && way.isLate(now)) {
            way.end(); // and so it fails
        }
        boolean full = !waiting.isEmpty() && waitingBytes + message.length > MAX_WAITING_BYTES;
        boolean paused = failures > 0 && now - pausedUntil < 0;
        if (closed || full || paused) {
            return false;
        }
        waiting.add(UnsafeByteOperations.unsafeWrap(message));
        waitingBytes += message.length;
        Way open = way;
        if (open == null) {
            begin(now);
        } else {
            open.askAt(now);
            open.drain();
        }
        return true;
    }

    /** Whether the last call goes on; also before there was one. */
    synchronized boolean isUp() {
        return failures == 0;
    }

    /** Guarded by this. */
    private void begin(long now) {
        if (failures > 0) {
            channel.resetConnectBackoff(); // the pause between calls is ours
        }
        Way begun = new Way(now);
        way = begun;
        ClientCalls.asyncBidiStreamingCall(channel.newCall(DELIVER, CallOptions.DEFAULT), begun);
    }

    /** Takes what fits in one request; a message that does not is cut. Guarded by this. */
    private DeliverRequest.Builder next() {
        DeliverRequest.Builder request = DeliverRequest.newBuilder();
        int room = REQUEST_BYTES;
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
        return request;
    }

    /** One call. Its state is guarded by the link. */
    private final class Way implements ClientResponseObserver<DeliverRequest, DeliverResponse> {
        private @Nullable ClientCallStreamObserver<DeliverRequest> requests;
        private boolean isToAsk = true;
        private boolean isAwaited = true;
        private long askedAt;

        Way(long begunAt) {
            askedAt = begunAt;
        }

        boolean isLate(long now) {
            return isAwaited && now - askedAt > TimeUnit.SECONDS.toNanos(ANSWER_SECONDS);
        }

        /** The next request, or one of later if the member takes none now. */
        void askAt(long now) {
            if (!isAwaited && now - askedAt >= ASK_NANOS) {
                isToAsk = true;
                isAwaited = true;
                askedAt = now;
            }
        }

        void answered() {
            isAwaited = false;
        }

        void end() {
            failed(this, new TimeoutException("no answer for more than " + ANSWER_SECONDS + " s"));
            if (requests != null) {
                requests.cancel("it is late", null);
            }
        }

        /** As much as the member takes now. */
        void drain() {
            synchronized (MemberLink.this) {
                ClientCallStreamObserver<DeliverRequest> to = requests;
                while (to != null && way == this && !waiting.isEmpty() && to.isReady()) {
                    DeliverRequest request = next().setAnswer(isToAsk).build();
                    isToAsk = false;
                    to.onNext(request);
                }
            }
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<DeliverRequest> begun) {
            requests = begun;
            begun.setOnReadyHandler(this::drain);
        }

        @Override
        public void onNext(DeliverResponse response) {
            heard(this);
        }

        @Override
        public void onCompleted() {
            failed(this, new IOException("it ended the call"));
        }

        @Override
        public void onError(Throwable why) {
            failed(this, why);
        }
    }

    private void heard(Way from) {
        long outageNanos = 0;
        synchronized (this) {
            from.answered();
            if (way == from && failures > 0) {
                failures = 0;
                outageNanos = nanoTime.getAsLong() - failedAt;
            }
        }
        if (outageNanos > 0) {
            long millis = TimeUnit.NANOSECONDS.toMillis(outageNanos);
            events.emit(new PlacementEvent.MemberReachable(name, address, millis));
        }
    }

    private void failed(Way which, Throwable why) {
        boolean first;
        synchronized (this) {
            if (way != which) {
                return;
            }
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
            way = null;
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
