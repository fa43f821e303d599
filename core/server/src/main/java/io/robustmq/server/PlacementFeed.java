package io.robustmq.server;

import io.robustmq.placement.ClusterPlacement;
import io.robustmq.placement.Interest;
import io.robustmq.placement.PlacementChange;
import io.robustmq.placement.PlacementView;
import io.robustmq.server.wire.AgreedChange;
import io.robustmq.server.wire.WatchProgress;
import io.robustmq.server.wire.WatchResponse;
import java.time.Duration;
import java.util.Set;
import java.util.function.LongSupplier;

/** Sends what one watch hands over. One thread; waits for a client that is slow. */
final class PlacementFeed implements ClusterPlacement.Follower {
    /** Between two tellings of one who is told nothing else. */
    private static final Duration PAUSE = Duration.ofMillis(800);

    /** Of one who is answered its heartbeats meanwhile: no thread is woken for it. */
    private static final Duration LONG_PAUSE = Duration.ofMillis(1500);

    /** A little less, so that each look tells something. */
    private static final long DUE_NANOS = PAUSE.minusMillis(100).toNanos();

    private final String nodeId;
    private final ClusterPlacement placement;
    private final Set<Interest> interests;
    private final LongSupplier nanos;
    private final GrpcAnswers<WatchResponse> answers;
    private long told;
    private long toldRevision;
    private boolean toldLeader;

    PlacementFeed(
            String nodeId,
            ClusterPlacement placement,
            Set<Interest> interests,
            LongSupplier nanos,
            GrpcAnswers<WatchResponse> answers) {
        this.nodeId = nodeId;
        this.placement = placement;
        this.interests = interests;
        this.nanos = nanos;
        this.answers = answers;
    }

    /** Whether the client is still there. */
    boolean begin(long revision) {
        return tell(revision);
    }

    @Override
    public void change(PlacementChange change) {
        if (change instanceof PlacementChange.Whole(PlacementView state)) {
            PlacementChanges.parts(
                    state,
                    interests,
                    part -> answers.send(WatchResponse.newBuilder().setState(part).build()));
            return;
        }
        AgreedChange message = PlacementChanges.message(change);
        if (message != null) {
            answers.send(WatchResponse.newBuilder().setChange(message).build());
        }
    }

    @Override
    public Duration patience() {
        return answers.nanosSinceOffer() < PAUSE.toNanos() ? LONG_PAUSE : PAUSE;
    }

    @Override
    public boolean progress(long revision) {
        // also that claims have changed: who made one waits until it knows all from before it
        long silence = Math.min(nanos.getAsLong() - told, answers.nanosSinceOffer());
        boolean isDue =
                revision != toldRevision
                        || silence >= DUE_NANOS
                        || toldLeader != (placement.leader() != null);
        return isDue ? tell(revision) : answers.isWanted();
    }

    private boolean tell(long revision) {
        told = nanos.getAsLong();
        toldRevision = revision;
        toldLeader = placement.leader() != null;
        WatchProgress progress =
                WatchProgress.newBuilder()
                        .setRevision(revision)
                        .setHistory(placement.history())
                        .setMember(nodeId)
                        .setHasLeader(toldLeader)
                        .build();
        return answers.send(WatchResponse.newBuilder().setProgress(progress).build());
    }
}
