package io.robustmq.server;

import io.grpc.Status;
import io.grpc.StatusException;
import io.robustmq.placement.PlacementCopy;
import io.robustmq.server.wire.PlacementProto;
import io.robustmq.server.wire.StatePart;
import io.robustmq.server.wire.WatchProgress;
import io.robustmq.server.wire.WatchRequest;
import io.robustmq.server.wire.WatchResponse;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.PlacementEvent;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a copy of what is agreed by one watch, at one placement center after the other: it goes on
 * to the next when that one ends the watch, is silent, or knows no leader, and back to its own when
 * that can be reached again. A thread of its own.
 */
final class PlacementLink implements Runnable {
    static final io.grpc.MethodDescriptor<WatchRequest, WatchResponse> WATCH =
            GrpcService.stream(
                    PlacementProto.getDescriptor(),
                    PlacementServer.NAME,
                    "Watch",
                    WatchRequest.getDefaultInstance(),
                    WatchResponse.getDefaultInstance());

    /** One that says nothing for so long is gone: it tells something each 2.3 s at least. */
    static final Duration SILENCE = Duration.ofMillis(2500);

    /** One that knows no leader for so long is cut off from the others, or they are gone. */
    private static final Duration LEADERLESS = Duration.ofSeconds(2);

    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LAST_PAUSE_MILLIS = 1000;

    private final PlacementCenters centers;
    private final PlacementCopy copy;
    private final Heartbeats heartbeats;
    private final Events events;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();

    // only its thread
    private String history = "";

    /** Of the state that comes. */
    private String awaited = "";

    private StatePart.@Nullable Builder state;
    private boolean connected;
    private long leaderless;
    private int failures;
    private boolean toldUnreachable;

    /**
     * @param heartbeats sent on the same way
     */
    PlacementLink(
            PlacementCenters centers, PlacementCopy copy, Heartbeats heartbeats, Events events) {
        this.centers = centers;
        this.copy = copy;
        this.heartbeats = heartbeats;
        this.events = events;
    }

    /** Completes when the copy has its first state. */
    CompletableFuture<Void> ready() {
        return ready;
    }

    /** Until its thread is interrupted. */
    @Override
    public void run() {
        try {
            while (true) {
                PlacementCenters.Center center = centers.current();
                Failure why = follow(center);
                if (why == null) {
                    connected = false; // it tells where it is next
                    continue;
                }
                if (connected) {
                    connected = false;
                    failures = 0;
                    events.emit(new PlacementEvent.CenterLost(center.address(), why));
                } else {
                    failed(why);
                }
                centers.after(center);
            }
        } catch (InterruptedException closed) {
            ready.cancel(false);
        }
    }

    private void failed(Failure why) throws InterruptedException {
        failures++;
        if (failures % centers.size() != 0) {
            return;
        }
        if (!toldUnreachable) {
            toldUnreachable = true;
            events.emit(new PlacementEvent.CentersUnreachable(centers.addresses(), why));
        }
        int rounds = Math.min(failures / centers.size(), 10);
        Thread.sleep(Math.min(LAST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << rounds));
    }

    /** Why it ended; null if it goes back to its own. */
    private @Nullable Failure follow(PlacementCenters.Center center) throws InterruptedException {
        state = null;
        awaited = "";
        leaderless = 0;
        GrpcReading<WatchRequest, WatchResponse> call =
                center.follow(
                        WATCH,
                        WatchRequest.newBuilder()
                                .setFromRevision(copy.view().revision())
                                .setHistory(history)
                                .build());
        try {
            while (true) {
                WatchResponse next = call.read(SILENCE.toMillis());
                if (next == null) {
                    return new Failure("ENDED", "it ended the watch");
                }
                Failure why = take(center, next);
                if (why != null) {
                    return why;
                }
                heartbeats.by(call);
                if (centers.returns()) {
                    return null;
                }
            }
        } catch (TimeoutException silent) {
            return new Failure("SILENT", "nothing came for " + SILENCE.toMillis() + " ms");
        } catch (StatusException refused) {
            Status status = refused.getStatus();
            return new Failure(
                    status.getCode().name(),
                    String.valueOf(
                            status.getDescription() == null
                                    ? status.getCause()
                                    : status.getDescription()));
        } catch (IllegalArgumentException | DateTimeException unknown) {
            return Failure.of(unknown); // of a newer version, say
        } finally {
            heartbeats.by(null);
            call.cancel("it goes on elsewhere");
        }
    }

    /** Null unless it is to go on elsewhere. */
    private @Nullable Failure take(PlacementCenters.Center center, WatchResponse next) {
        switch (next.getMessageCase()) {
            case PROGRESS -> {
                return take(center, next.getProgress());
            }
            case STATE -> take(next.getState());
            case CHANGE -> copy.apply(PlacementChanges.change(next.getChange()));
            case HEARD -> {
                heartbeats.heard(next.getHeard());
                return leaderless(next.getHeard().getHasLeader());
            }
            case MESSAGE_NOT_SET -> {} // of a newer version
        }
        return null;
    }

    private @Nullable Failure leaderless(boolean hasLeader) {
        if (hasLeader) {
            leaderless = 0;
            return null;
        }
        long now = System.nanoTime();
        leaderless = leaderless == 0 ? now : leaderless;
        return now - leaderless < LEADERLESS.toNanos()
                ? null
                : new Failure("LEADERLESS", "it knows no leader of its group");
    }

    private @Nullable Failure take(PlacementCenters.Center center, WatchProgress progress) {
        Failure why = leaderless(progress.getHasLeader());
        if (why != null) {
            return why;
        }
        if (!connected && progress.getHasLeader()) {
            connected = true;
            toldUnreachable = false;
            events.emit(new PlacementEvent.CenterConnected(progress.getMember(), center.address()));
        }
        // of another history the state comes first; until then revisions are of this one
        if (progress.getHistory().equals(history)) {
            copy.progress(progress.getRevision());
        } else {
            awaited = progress.getHistory();
        }
        return null;
    }

    private void take(StatePart part) {
        StatePart.Builder all = state == null ? StatePart.newBuilder() : state;
        all.mergeFrom(part);
        state = all;
        if (part.getLast()) {
            state = null;
            copy.apply(PlacementChanges.whole(all.build()));
            if (!awaited.isEmpty()) {
                history = awaited;
            }
            ready.complete(null);
        }
    }
}
