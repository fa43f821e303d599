package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.PipelineEvent;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one thread between the queue and the sinks: numbers each record, reads its fields once, and
 * puts it into the queue of every sink that takes it.
 *
 * <p>A number is given out for what was dropped before the queue, too, so that a reader sees the
 * gap.
 */
final class Dispatcher {
    /** A sink as the dispatcher sees it. */
    record Outlet(Worker<FlatRecord> worker, Audience audience, DropReport drops) {}

    /** What of a queue's drops has been told. The dispatcher's thread. */
    static final class DropReport {
        private long reportable;
        private long told;
        private long toldReportable;
        private long notBeforeNanos;

        private void tell(long dropped) {
            told = dropped;
            toldReportable = reportable;
            notBeforeNanos = System.nanoTime() + BETWEEN_REPORTS_NANOS;
        }
    }

    private static final int MAX_BATCH = 256;
    private static final long IDLE_NANOS = 500_000_000L;
    private static final long HOUSEKEEPING_NANOS = 1_000_000_000L;
    private static final long BETWEEN_REPORTS_NANOS = 10_000_000_000L;

    private final Intake intake;
    private final Wiring wiring;
    private final List<Outlet> outlets;
    private final String nodeId;
    private final @Nullable Identities identities;
    private final InstantSource clock;
    private final Events own;
    private final List<Occurrence> batch = new ArrayList<>(MAX_BATCH);
    private final DropReport intakeDrops = new DropReport();
    private final DropReport spanDrops = new DropReport();
    private Instant nextTick = Instant.EPOCH;
    private long seq;
    private long droppedSeen;
    private long nextHousekeepingNanos;
    private volatile boolean finishing;
    private @Nullable Thread thread;

    Dispatcher(Intake intake, Wiring wiring, NodeIdentity node, InstantSource clock, Events own) {
        this.intake = intake;
        this.wiring = wiring;
        this.outlets = wiring.outlets();
        this.nodeId = node.nodeId();
        this.identities = wiring.identities();
        this.clock = clock;
        this.own = own;
    }

    void start() {
        Thread dispatcher =
                Thread.ofPlatform().daemon().name("event-dispatcher").unstarted(this::run);
        thread = dispatcher;
        dispatcher.start();
    }

    /** Ends once its queue is empty, at the latest then. */
    void finish(long byNanos) throws InterruptedException {
        Thread dispatcher = thread;
        if (dispatcher == null) {
            return;
        }
        finishing = true;
        while (dispatcher.isAlive() && System.nanoTime() - byNanos < 0) {
            intake.ring().wake();
            dispatcher.join(10);
        }
        dispatcher.interrupt();
        thread = null;
    }

    private void run() {
        nextHousekeepingNanos = System.nanoTime() + HOUSEKEEPING_NANOS;
        while (!Thread.interrupted()) {
            int taken = intake.ring().drainTo(batch, MAX_BATCH);
            if (taken > 0) {
                skipDropped();
                batch.forEach(this::dispatch);
                batch.clear();
            } else if (finishing) {
                return;
            } else {
                intake.ring().await(IDLE_NANOS);
            }
            if (System.nanoTime() - nextHousekeepingNanos >= 0) {
                nextHousekeepingNanos = System.nanoTime() + HOUSEKEEPING_NANOS;
                keepHouse();
            }
        }
    }

    private void skipDropped() {
        long dropped = intake.dropped().all();
        seq += dropped - droppedSeen;
        droppedSeen = dropped;
    }

    private void dispatch(Occurrence occurrence) {
        FlatRecord flat;
        try {
            flat = flat(occurrence);
        } catch (RuntimeException e) {
            intake.lost(occurrence); // a defect in the event; the others must not suffer
            return;
        }
        for (Outlet outlet : outlets) {
            if (outlet.audience().takes(occurrence.severity(), occurrence.local())
                    && !outlet.worker().offer(flat)
                    && Intake.isReportable(occurrence.event())) {
                outlet.drops().reportable++;
            }
        }
    }

    private FlatRecord flat(Occurrence occurrence) {
        Object[] values = occurrence.kind().read(occurrence.event(), identities);
        return new FlatRecord(
                ++seq,
                occurrence.time(),
                occurrence.kind().event(),
                occurrence.severity(),
                occurrence.service(),
                nodeId,
                occurrence.suppressed(),
                occurrence.trace(),
                values);
    }

    private void keepHouse() {
        intake.throttle().sweep(clock.millis());
        Worker<Instant> ticks = wiring.metricTicks();
        Instant now = clock.instant();
        if (ticks != null && !now.isBefore(nextTick)) {
            ticks.offer(now);
            nextTick = now.plus(wiring.metricsInterval());
        }
        reportDrops();
    }

    private void reportDrops() {
        intakeDrops.reportable = intake.droppedReportable();
        report("emit", intakeDrops, intake.dropped().all(), intake.ring().capacity());
        for (Outlet outlet : outlets) {
            Worker<FlatRecord> worker = outlet.worker();
            report(worker.sink().name(), outlet.drops(), worker.dropped(), worker.queueCapacity());
        }
        Worker<?> spans = wiring.spans();
        if (spans != null) {
            reportSpans(spans);
        }
    }

    private void reportSpans(Worker<?> spans) {
        long dropped = spans.dropped();
        spanDrops.reportable = dropped;
        if (isDue(spanDrops)) {
            own.emit(
                    new PipelineEvent.SpansDropped(
                            dropped - spanDrops.told, spans.sink().endpoint()));
            spanDrops.tell(dropped);
        }
    }

    private void report(String queue, DropReport drops, long droppedNow, int capacity) {
        if (isDue(drops)) {
            own.emit(new PipelineEvent.EventsDropped(queue, droppedNow - drops.told, capacity));
            drops.tell(droppedNow);
        }
    }

    private static boolean isDue(DropReport drops) {
        boolean early = drops.notBeforeNanos != 0 && System.nanoTime() - drops.notBeforeNanos < 0;
        return drops.reportable != drops.toldReportable && !early;
    }
}
