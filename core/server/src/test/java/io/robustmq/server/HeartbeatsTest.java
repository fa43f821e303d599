package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.stub.ClientCallStreamObserver;
import io.robustmq.placement.NodeEpoch;
import io.robustmq.placement.PlacementUnavailableException;
import io.robustmq.server.wire.WatchHeard;
import io.robustmq.server.wire.WatchHeard.Registered;
import io.robustmq.server.wire.WatchHeartbeat;
import io.robustmq.server.wire.WatchRequest;
import io.robustmq.server.wire.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HeartbeatsTest {
    private static final NodeEpoch BROKER = new NodeEpoch("mqtt-1", 4);
    private static final NodeEpoch HOME = new NodeEpoch("home-1", 5);

    private final List<WatchHeartbeat> sent = new ArrayList<>();
    private final Heartbeats heartbeats = new Heartbeats();
    private boolean ready = true;

    private void answer(int beat, Registered registered) {
        heartbeats.heard(
                WatchHeard.newBuilder()
                        .setNumber(sent.get(beat).getNumber())
                        .setRegistered(registered)
                        .build());
    }

    private void connect() {
        GrpcReading<WatchRequest, WatchResponse> way = new GrpcReading<>();
        way.beforeStart(new Network());
        heartbeats.by(way);
    }

    @Test
    void each_is_answered_for_itself() {
        connect();
        CompletableFuture<Boolean> broker = heartbeats.beat(BROKER);
        CompletableFuture<Boolean> home = heartbeats.beat(HOME);
        assertThat(sent)
                .extracting(each -> each.getNode().getNodeId() + "@" + each.getNode().getEpoch())
                .containsExactly("mqtt-1@4", "home-1@5");
        answer(1, Registered.REGISTERED_GONE);
        assertThat(home).isCompletedWithValue(false);
        assertThat(broker).isNotDone();
        answer(0, Registered.REGISTERED_HOLDS);
        assertThat(broker).isCompletedWithValue(true);
    }

    @Test
    void what_nobody_can_say_fails() {
        assertUnknown(heartbeats.beat(BROKER));
        connect();
        CompletableFuture<Boolean> unsaid = heartbeats.beat(BROKER);
        answer(0, Registered.REGISTERED_UNKNOWN);
        assertUnknown(unsaid);
        CompletableFuture<Boolean> elsewhere = heartbeats.beat(BROKER);
        connect();
        assertUnknown(elsewhere);
        CompletableFuture<Boolean> last = heartbeats.beat(BROKER);
        heartbeats.by(null);
        assertUnknown(last);
        assertUnknown(heartbeats.beat(BROKER));
    }

    @Test
    void a_member_that_takes_nothing_is_sent_no_more_and_the_oldest_are_forgotten() {
        connect();
        ready = false;
        CompletableFuture<Boolean> first = heartbeats.beat(BROKER);
        assertThat(sent).isEmpty();
        ready = true;
        CompletableFuture<Boolean> second = heartbeats.beat(BROKER);
        for (int i = 1; i < Heartbeats.MAX_UNHEARD; i++) {
            var unused = heartbeats.beat(HOME);
        }
        assertThat(sent).hasSize(Heartbeats.MAX_UNHEARD);
        answer(0, Registered.REGISTERED_HOLDS);
        assertThat(second).isCompletedWithValue(true);
        heartbeats.by(null);
        assertThat(first).as("who asks waits no longer than it wants").isNotDone();
    }

    private static void assertUnknown(CompletableFuture<Boolean> beat) {
        assertThat(beat).isCompletedExceptionally();
        assertThatThrownBy(beat::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(PlacementUnavailableException.class);
    }

    /** Keeps what is sent. */
    private final class Network extends ClientCallStreamObserver<WatchRequest> {
        @Override
        public void onNext(WatchRequest request) {
            sent.add(request.getHeartbeat());
        }

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public void cancel(@Nullable String message, @Nullable Throwable cause) {}

        @Override
        public void disableAutoRequestWithInitial(int first) {}

        @Override
        public void setOnReadyHandler(Runnable handler) {}

        @Override
        public void request(int count) {}

        @Override
        public void setMessageCompression(boolean enable) {}

        @Override
        public void disableAutoInboundFlowControl() {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }
}
