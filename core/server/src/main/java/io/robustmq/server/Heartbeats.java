package io.robustmq.server;

import io.robustmq.placement.NodeEpoch;
import io.robustmq.placement.PlacementUnavailableException;
import io.robustmq.server.wire.NodeIdentity;
import io.robustmq.server.wire.WatchHeard;
import io.robustmq.server.wire.WatchHeartbeat;
import io.robustmq.server.wire.WatchRequest;
import io.robustmq.server.wire.WatchResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * That this process's nodes are there, said on the way of the watch: a placement center wakes one
 * thread for it, and opens no call. Any thread.
 *
 * <p>Bound: {@link #MAX_UNHEARD}, the oldest of which is forgotten.
 */
final class Heartbeats {
    static final int MAX_UNHEARD = 256;

    // guarded by this
    private @Nullable GrpcReading<WatchRequest, WatchResponse> way;
    private long number;
    private final Map<Long, CompletableFuture<Boolean>> unheard = new LinkedHashMap<>();

    /**
     * @param now the way from now on, null if there is none; while it is set nobody ends it
     */
    void by(@Nullable GrpcReading<WatchRequest, WatchResponse> now) {
        List<CompletableFuture<Boolean>> ended = List.of();
        synchronized (this) {
            if (way != now) {
                way = now;
                ended = new ArrayList<>(unheard.values());
                unheard.clear();
            }
        }
        ended.forEach(each -> each.completeExceptionally(unavailable("the watch ended")));
    }

    /**
     * Whether that registration holds.
     *
     * @return fails if nobody can say on this way; may never complete
     */
    synchronized CompletableFuture<Boolean> beat(NodeEpoch node) {
        GrpcReading<WatchRequest, WatchResponse> by = way;
        if (by == null) {
            return CompletableFuture.failedFuture(unavailable("nothing is watched now"));
        }
        number++;
        CompletableFuture<Boolean> beating = new CompletableFuture<>();
        unheard.put(number, beating);
        if (unheard.size() > MAX_UNHEARD) {
            unheard.remove(unheard.keySet().iterator().next());
        }
        NodeIdentity.Builder identity =
                NodeIdentity.newBuilder().setNodeId(node.nodeId()).setEpoch(node.epoch());
        by.offer(
                WatchRequest.newBuilder()
                        .setHeartbeat(
                                WatchHeartbeat.newBuilder().setNumber(number).setNode(identity))
                        .build());
        return beating;
    }

    void heard(WatchHeard answer) {
        CompletableFuture<Boolean> beating;
        synchronized (this) {
            beating = unheard.remove(answer.getNumber());
        }
        if (beating != null) {
            switch (answer.getRegistered()) {
                case REGISTERED_HOLDS -> beating.complete(true);
                case REGISTERED_GONE -> beating.complete(false);
                case REGISTERED_UNKNOWN, UNRECOGNIZED ->
                        beating.completeExceptionally(unavailable("the member cannot say"));
            }
        }
    }

    private static PlacementUnavailableException unavailable(String why) {
        return new PlacementUnavailableException(why);
    }
}
