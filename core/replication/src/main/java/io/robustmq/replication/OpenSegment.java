package io.robustmq.replication;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The segment that a writer appends to: how far each replica is, and what it is sent. One thread.
 */
final class OpenSegment {
    /** One replica, as its writer sees it. */
    private static final class Follower {
        final String node;

        /** It has on disk what is below, and was sent what is below. */
        long acked;

        long sent;

        /** A gap that was answered by sending again from here; its repetitions are not. */
        long gapAt = -1;

        long toldCommitted = -1;
        long sentAt;
        long heardAt;

        /** When it last answered, whatever was forgiven since. */
        long answeredAt;

        /** When sending from {@code acked} on began, and when that last grew or was all. */
        long movedAt;

        long progressAt;

        Follower(String node, long offset, long now) {
            this.node = node;
            acked = offset;
            sent = offset;
            sentAt = now;
            heardAt = now;
            answeredAt = now;
            movedAt = now;
            progressAt = now;
        }
    }

    /** A replica without which it is better to go on. */
    record Failed(String node, RollReason reason, String detail) {}

    private final Segment segment;
    private final Backlog backlog;
    private final WriterSettings settings;
    private final Transport transport;
    private final long begunAt;
    private final Map<String, Follower> followers = new LinkedHashMap<>();

    private @Nullable Failed failed;
    private long tickedAt;

    /** Of its records that are not in the backlog any more. */
    private long releasedBytes;

    /** Nothing from here on is sent any more. */
    private long limit = Long.MAX_VALUE;

    OpenSegment(
            Segment segment,
            Backlog backlog,
            WriterSettings settings,
            Transport transport,
            long now) {
        this.segment = segment;
        this.backlog = backlog;
        this.settings = settings;
        this.transport = transport;
        begunAt = now;
        tickedAt = now;
        for (String node : segment.ensemble()) {
            followers.put(node, new Follower(node, segment.id().firstOffset(), now));
        }
    }

    Segment segment() {
        return segment;
    }

    long begunAt() {
        return begunAt;
    }

    /** What must not wait for the answers of a replica that failed; null if none did. */
    @Nullable Failed failed() {
        return failed;
    }

    /** Sends no further records; what was sent may still be acknowledged. */
    void limit() {
        limit = Math.min(limit, sentEnd());
    }

    /** As before, as there is no other segment to go on in. */
    void unlimit(long now) {
        limit = Long.MAX_VALUE;
        if (failed != null) {
            Follower follower = Objects.requireNonNull(followers.get(failed.node));
            follower.heardAt = now;
            follower.progressAt = now;
            failed = null;
        }
    }

    /** Whether nothing that was sent waits for its acknowledgement. */
    boolean isSettled() {
        return backlog.committedEnd() >= sentEnd();
    }

    private long sentEnd() {
        long end = segment.id().firstOffset();
        for (Follower follower : followers.values()) {
            end = Math.max(end, follower.sent);
        }
        return Math.max(end, backlog.committedEnd());
    }

    /** Bytes of records in it so far. */
    boolean isFull() {
        long from = Math.max(segment.id().firstOffset(), backlog.first());
        return releasedBytes + backlog.bytesBetween(from, sentEnd()) >= settings.rolling().bytes();
    }

    /** Sends what waits, as far as windows allow. */
    void send(long now) {
        for (Follower follower : followers.values()) {
            send(follower, now);
        }
    }

    private void send(Follower follower, long now) {
        long end = Math.min(backlog.end(), limit);
        long window = settings.sending().windowBytes();
        while (follower.sent < end
                && (follower.sent == follower.acked
                        || backlog.bytesBetween(follower.acked, follower.sent) < window)) {
            List<Entry> batch = backlog.batch(follower.sent, end, settings.sending().batchBytes());
            if (follower.sent == follower.acked) {
                follower.movedAt = now;
            }
            send(follower, batch, now);
        }
    }

    private void send(Follower follower, List<Entry> batch, long now) {
        long committed = backlog.committedEnd() - 1;
        transport.send(
                follower.node,
                new Message.Append(segment.id(), segment.epoch(), committed, follower.sent, batch));
        follower.sent += batch.size();
        follower.sentAt = now;
        follower.toldCommitted = committed;
    }

    /** Its answer to an append; whether more is acknowledged now, {@link #quorumEnd} says. */
    void appended(String node, long end, long now) {
        Follower follower = followers.get(node);
        if (follower == null) {
            return;
        }
        follower.heardAt = now;
        follower.answeredAt = now;
        if (end > follower.acked) {
            follower.acked = Math.min(end, backlog.end());
            follower.sent = Math.max(follower.sent, follower.acked);
            follower.movedAt = now;
            follower.progressAt = now;
            follower.gapAt = -1;
        }
    }

    /** It misses records before what it was sent. */
    void gap(String node, long end, long now) {
        Follower follower = followers.get(node);
        if (follower == null) {
            return;
        }
        follower.heardAt = now;
        follower.answeredAt = now;
        if (end >= follower.acked && end < follower.sent && end != follower.gapAt) {
            follower.gapAt = end;
            follower.sent = end;
            send(follower, now);
        }
    }

    void diskFailed(String node) {
        fail(node, RollReason.REPLICA_FAILED, "its disk refuses");
    }

    private void fail(String node, RollReason reason, String detail) {
        if (failed == null && followers.containsKey(node)) {
            failed = new Failed(node, reason, detail);
        }
    }

    /** All below it is on the disks of a quorum. */
    long quorumEnd() {
        List<Long> ends = new ArrayList<>();
        followers.values().forEach(follower -> ends.add(follower.acked));
        ends.sort(null);
        return ends.get(ends.size() - segment.ackQuorum());
    }

    /** Forgets records that every replica has. */
    void release() {
        long least = backlog.committedEnd();
        for (Follower follower : followers.values()) {
            least = Math.min(least, follower.acked);
        }
        releasedBytes += backlog.bytesBetween(backlog.first(), least);
        backlog.release(least);
    }

    /** What every replica has on disk is below. */
    long leastEnd() {
        return followers.values().stream()
                .mapToLong(follower -> follower.acked)
                .min()
                .orElseThrow();
    }

    /** How many of its replicas answer, and which do not. */
    String quorum(long now) {
        List<String> silent = new ArrayList<>();
        for (Follower follower : followers.values()) {
            if (now - follower.answeredAt > settings.rolling().silence().toNanos()) {
                silent.add(follower.node);
            }
        }
        return (followers.size() - silent.size())
                + " of "
                + followers.size()
                + " journal nodes answer, "
                + segment.ackQuorum()
                + " are needed"
                + (silent.isEmpty() ? "" : "; these do not: " + String.join(", ", silent));
    }

    void tick(long now) {
        long silence = settings.rolling().silence().toNanos();
        if (now - tickedAt > silence / 2) {
            // this process stood still, and what they said in the meantime is still to be read
            for (Follower follower : followers.values()) {
                follower.heardAt = now;
                follower.progressAt = now;
            }
        }
        tickedAt = now;
        for (Follower follower : followers.values()) {
            if (now - follower.heardAt > silence) {
                fail(follower.node, RollReason.REPLICA_FAILED, "it is silent");
            }
            if (follower.acked >= Math.max(follower.sent, backlog.committedEnd())) {
                follower.progressAt = now;
            } else if (now - follower.progressAt > 2 * silence) {
                fail(follower.node, RollReason.REPLICA_FAILED, "it takes no records");
            }
            long lag = backlog.bytesBetween(follower.acked, backlog.committedEnd());
            if (lag > settings.rolling().lagBytes()) {
                fail(follower.node, RollReason.REPLICA_LAGS, "it has " + lag + " bytes less");
            }
            keepUp(follower, now);
        }
    }

    private void keepUp(Follower follower, long now) {
        long again = settings.sending().againAfter().toNanos();
        if (follower.acked < follower.sent && now - follower.movedAt > again) {
            follower.sent = follower.acked;
            follower.gapAt = -1;
            send(follower, now);
        } else if (follower.toldCommitted < backlog.committedEnd() - 1
                || now - follower.sentAt > settings.sending().heartbeat().toNanos()) {
            send(follower, List.of(), now);
        }
    }

    /** Tells the committed offset, for which nobody need answer. */
    void farewell(long now) {
        for (Follower follower : followers.values()) {
            send(follower, List.of(), now);
        }
    }
}
