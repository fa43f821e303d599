package io.robustmq.replication;

import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.ReplicationEvent;

/** Whether a writer takes further records while others wait. One thread. */
final class WaitingLimit {
    private final String shard;
    private final WriterSettings.Waiting most;
    private final Backlog backlog;
    private final Events events;

    /** It was told; it is told again when half of that has gone. */
    private boolean refusing;

    WaitingLimit(String shard, WriterSettings.Waiting most, Backlog backlog, Events events) {
        this.shard = shard;
        this.most = most;
        this.backlog = backlog;
        this.events = events;
    }

    boolean isReached(Entry next, long now) {
        long waiting = backlog.waitingBytes();
        long waited = now - backlog.oldestTakenAt(now);
        boolean full =
                waiting > 0
                        && (waiting + next.bytes() > most.bytes()
                                || waited > most.time().toNanos());
        if (full && !refusing) {
            events.emit(
                    new ReplicationEvent.AppendsRefused(
                            shard,
                            waiting,
                            most.bytes(),
                            waited / 1_000_000,
                            most.time().toMillis()));
        }
        refusing = full || refusing && waiting > most.bytes() / 2;
        return full;
    }
}
