package io.robustmq.replication;

import io.robustmq.replication.AppendOutcome.AppendFailure;
import io.robustmq.telemetry.event.ReplicationEvent;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a shard, from the moment at which it has raised the shard's epoch until somebody else
 * does. It numbers the records; none is refused, or moved to another offset, because a replica
 * failed. One thread.
 */
public final class Writer {
    /** What it is doing. */
    private sealed interface Phase {
        record Idle() implements Phase {}

        record IsOpening(Opening opening) implements Phase {}

        record Writing(OpenSegment segment) implements Phase {}

        record IsRolling(OpenSegment old, Rolling rolling) implements Phase {}

        record Ended(AppendFailure why) implements Phase {}
    }

    private final String shard;
    private final String owner;
    private final WriterSettings settings;
    private final Ports ports;
    private final Ensembles ensembles;
    private final Trimming trimming;
    private final Backlog backlog = new Backlog();
    private final WaitingLimit limit;

    private Phase phase = new Phase.Idle();
    private long epoch;
    private long begunAt;

    /** Until when a node that failed is not chosen. */
    private final Map<String, Long> distrusted = new HashMap<>();

    /** What is told once, when it begins. */
    private boolean starved;

    /**
     * @param owner of the epoch it will have; no two lives of a writer may have the same
     */
    public Writer(String shard, String owner, WriterSettings settings, Ports ports) {
        this.shard = shard;
        this.owner = owner;
        this.settings = settings;
        this.ports = ports;
        ensembles = new Ensembles(ports.random());
        trimming = new Trimming(shard, ports);
        limit = new WaitingLimit(shard, settings.waiting(), backlog, ports.events());
    }

    /** Takes the shard over. Records may be appended at once; they wait until that is done. */
    public void open() {
        if (!(phase instanceof Phase.Idle)) {
            throw new IllegalStateException("a writer is opened once, was " + phase);
        }
        begunAt = now();
        Opening opening = new Opening(shard, owner, settings, ports, new Opened());
        phase = new Phase.IsOpening(opening);
        opening.start();
    }

    /** Whether it has a segment to write to. */
    public boolean isOpen() {
        return phase instanceof Phase.Writing || phase instanceof Phase.IsRolling;
    }

    /** Why it takes nothing any more; null if it does. */
    public @Nullable AppendFailure ended() {
        return phase instanceof Phase.Ended(AppendFailure why) ? why : null;
    }

    /** The offset after the last acknowledged record. */
    public long committedEnd() {
        return backlog.committedEnd();
    }

    public long epoch() {
        return epoch;
    }

    /** How long the oldest record without acknowledgement has waited. */
    public long waitedNanos() {
        return now() - backlog.oldestTakenAt(now());
    }

    /** By so many acknowledged records is the last replica of the open segment behind. */
    public long lagRecords() {
        return phase instanceof Phase.Writing(OpenSegment segment)
                ? Math.max(0, committedEnd() - segment.leastEnd())
                : 0;
    }

    /** Which journal nodes it would need and which of them answer, for people. */
    public String quorum() {
        return switch (phase) {
            case Phase.Writing(OpenSegment segment) -> segment.quorum(now());
            case Phase.IsOpening(Opening opening) -> opening.waitsFor();
            case Phase.IsRolling _ -> "the metadata has not taken the next segment yet";
            case Phase.Idle _, Phase.Ended _ -> "it is not open";
        };
    }

    /** Takes a record; {@link #flush} sends what was taken. */
    public void append(Entry entry, AppendOutcome outcome) {
        AppendFailure refusal = refusal(entry);
        if (refusal != null) {
            outcome.failed(refusal);
        } else {
            backlog.add(entry, outcome, now());
        }
    }

    private @Nullable AppendFailure refusal(Entry entry) {
        AppendFailure ended = ended();
        if (ended != null) {
            return ended;
        }
        return limit.isReached(entry, now()) ? AppendFailure.FULL : null;
    }

    /** Sends what was taken since, at the end of a round of work. */
    public void flush() {
        if (phase instanceof Phase.Writing(OpenSegment segment)) {
            segment.send(now());
        }
    }

    /** Nobody needs records below it any more. */
    public void trim(long offset) {
        trimming.trim(Math.min(offset, committedEnd()));
    }

    /** Often: what is late is found late otherwise. */
    public void tick() {
        trimming.tick();
        switch (phase) {
            case Phase.Idle() -> {}
            case Phase.IsOpening(Opening opening) -> opening.tick();
            case Phase.Writing(OpenSegment segment) -> {
                segment.tick(now());
                segment.send(now());
                rollIfDue(segment, true);
            }
            case Phase.IsRolling(OpenSegment old, Rolling rolling) -> rolling.tick();
            case Phase.Ended(AppendFailure why) -> {}
        }
    }

    /** The shard's documents, also old ones. */
    public void told(ShardView view) {
        if (isOpen() && view.head() != null && view.head().value().epoch() > epoch) {
            fenced(view.head().value().epoch());
        }
    }

    public void receive(String from, Message.Reply reply) {
        switch (phase) {
            case Phase.Idle() -> {}
            case Phase.IsOpening(Opening opening) -> opening.receive(from, reply);
            case Phase.Writing(OpenSegment segment) -> {
                if (reply.segment().equals(segment.segment().id())) {
                    receive(from, reply, segment);
                }
            }
            case Phase.IsRolling(OpenSegment old, Rolling rolling) -> {
                if (reply instanceof Message.Refused refused) {
                    fencedBy(refused);
                }
            }
            case Phase.Ended(AppendFailure why) -> {}
        }
    }

    private void receive(String from, Message.Reply reply, OpenSegment segment) {
        switch (reply) {
            case Message.Appended appended -> {
                if (appended.epoch() == epoch) {
                    segment.appended(from, appended.end(), now());
                    backlog.commit(segment.quorumEnd());
                    segment.release();
                }
            }
            case Message.Refused refused -> {
                if (refused.epoch() == epoch) {
                    refused(from, refused, segment);
                }
            }
            case Message.Fenced other -> {} // of a recovery that is over
            case Message.Records other -> {}
            case Message.Copied other -> {}
        }
        if (phase instanceof Phase.Writing(OpenSegment same) && same == segment) {
            segment.send(now());
            rollIfDue(segment, false);
        }
    }

    private void refused(String from, Message.Refused refused, OpenSegment segment) {
        switch (refused.refusal()) {
            case FENCED -> fencedBy(refused);
            case SEALED -> {} // by somebody with a higher epoch, which the metadata will say
            case GAP -> segment.gap(from, refused.end(), now());
            case DISK -> segment.diskFailed(from);
            case ABSENT -> {} // nothing was read
        }
    }

    private void fencedBy(Message.Refused refused) {
        if (refused.refusal() == Message.Refusal.FENCED && refused.known() > epoch) {
            fenced(refused.known());
        }
    }

    // from segment to segment

    private void rollIfDue(OpenSegment segment, boolean ticking) {
        OpenSegment.Failed failed = segment.failed();
        RollReason reason =
                failed != null
                        ? failed.reason()
                        : segment.isFull() ? RollReason.SIZE : ticking ? planned(segment) : null;
        if (reason == null) {
            return;
        }
        if (failed != null) {
            long until = now() + settings.rolling().distrust().toNanos();
            distrusted.put(failed.node(), until);
        }
        List<String> ensemble = choose(failed == null ? "" : failed.node());
        if (ensemble.size() < settings.copies().quorum()) {
            if (failed != null) {
                starved(ensemble.size());
            }
            segment.unlimit(now());
            return;
        }
        if (failed == null) {
            segment.limit();
            if (!segment.isSettled()) {
                return; // what is under way shall not have to be sent twice
            }
        } else {
            ports.events()
                    .emit(
                            new ReplicationEvent.ReplicaFailed(
                                    shard,
                                    segment.segment().id().number(),
                                    failed.node(),
                                    failed.detail()));
        }
        roll(segment, ensemble, reason);
    }

    private @Nullable RollReason planned(OpenSegment segment) {
        Segment described = segment.segment();
        for (Nodes.Candidate candidate : ports.nodes().journals()) {
            if (candidate.draining() && described.ensemble().contains(candidate.node())) {
                return RollReason.DRAIN;
            }
        }
        long age = now() - segment.begunAt();
        if (age > settings.rolling().age().toNanos()
                && committedEnd() > described.id().firstOffset()) {
            return RollReason.AGE;
        }
        boolean small = described.ensemble().size() < settings.copies().replicas();
        return small
                        && age > settings.rolling().distrust().toNanos()
                        && choose("").size() > described.ensemble().size()
                ? RollReason.TOO_FEW_REPLICAS
                : null;
    }

    /**
     * Without those that failed lately, if there is a quorum without them; else with those that
     * failed longest ago.
     *
     * @param failed just now: not this one
     */
    private List<String> choose(String failed) {
        distrusted.values().removeIf(until -> until - now() < 0);
        long now = now();
        List<String> avoided =
                distrusted.entrySet().stream()
                        .filter(each -> !each.getKey().equals(failed))
                        .sorted(Comparator.comparing(each -> each.getValue() - now))
                        .map(Map.Entry::getKey)
                        .toList();
        return ensembles.choose(
                ports.nodes().journals(), settings.copies(), avoided, Set.of(failed));
    }

    private void roll(OpenSegment segment, List<String> ensemble, RollReason reason) {
        segment.farewell(now());
        Rolling.Plan plan =
                new Rolling.Plan(segment.segment(), committedEnd() - 1, ensemble, reason);
        Rolling rolling = new Rolling(plan, ports, new Rolled(plan));
        phase = new Phase.IsRolling(segment, rolling);
        rolling.start();
    }

    private void write(Segment segment) {
        starved = false;
        backlog.release(segment.id().firstOffset());
        OpenSegment open = new OpenSegment(segment, backlog, settings, ports.transport(), now());
        phase = new Phase.Writing(open);
        open.send(now());
    }

    private void starved(int healthy) {
        if (!starved) {
            starved = true;
            ports.events()
                    .emit(
                            new ReplicationEvent.EnsembleWanted(
                                    shard, healthy, settings.copies().quorum()));
        }
    }

    // the end

    private void fenced(long by) {
        if (phase instanceof Phase.Ended) {
            return;
        }
        ports.events().emit(new ReplicationEvent.WriterFenced(shard, epoch, by));
        end(AppendFailure.FENCED);
    }

    private void end(AppendFailure why) {
        Phase before = phase;
        phase = new Phase.Ended(why);
        trimming.end();
        switch (before) {
            case Phase.IsOpening(Opening opening) -> opening.end();
            case Phase.IsRolling(OpenSegment old, Rolling rolling) -> rolling.end();
            case Phase.Idle() -> {}
            case Phase.Writing(OpenSegment segment) -> {}
            case Phase.Ended(AppendFailure already) -> phase = before;
        }
        backlog.fail(why);
    }

    /** What waits fails; the next writer seals what is open. Twice without harm. */
    public void close() {
        end(AppendFailure.CLOSED);
    }

    private long now() {
        return ports.nanoTime().getAsLong();
    }

    private final class Opened implements Opening.Told {
        @Override
        public void opened(Segment segment) {
            epoch = segment.epoch();
            ports.events()
                    .emit(
                            new ReplicationEvent.WriterOpened(
                                    shard,
                                    epoch,
                                    segment.id().number(),
                                    segment.id().firstOffset(),
                                    String.join(",", segment.ensemble()),
                                    (now() - begunAt) / 1_000_000));
            backlog.begin(segment.id().firstOffset());
            write(segment);
        }

        @Override
        public void fenced(long by) {
            Writer.this.fenced(by);
        }

        @Override
        public void starved(int healthy) {
            Writer.this.starved(healthy);
        }
    }

    private final class Rolled implements Rolling.Told {
        private final Rolling.Plan plan;

        Rolled(Rolling.Plan plan) {
            this.plan = plan;
        }

        @Override
        public void rolled(Segment next) {
            ports.events()
                    .emit(
                            new ReplicationEvent.SegmentRolled(
                                    shard,
                                    plan.old().id().number(),
                                    plan.lastOffset(),
                                    plan.reason().name().toLowerCase(Locale.ROOT),
                                    String.join(",", next.ensemble())));
            write(next);
        }

        @Override
        public void fenced(long by) {
            Writer.this.fenced(by);
        }
    }
}
