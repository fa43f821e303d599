package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Events;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one thread between the queue and the store: counts each event and appends it. What the store
 * cannot take is held until it can, and meanwhile shown to whom is to see it at once.
 *
 * <p>Bound: {@link #MOST_UNSTORED_BYTES} on their way into the store, above which no more is given
 * to it; {@link EventQueue} what comes faster than that; {@link Held} what the store did not take.
 */
final class Dispatcher {
    private static final int MAX_BATCH = 256;
    private static final long MOST_UNSTORED_BYTES = 8L << 20;
    private static final long IDLE_NANOS = 500_000_000L;
    private static final long SOON_NANOS = 1_000_000L;
    private static final long RETRY_NANOS = 100_000_000L;
    private static final long HOUSEKEEPING_NANOS = 1_000_000_000L;

    private final Intake intake;
    private final Wiring wiring;
    private final Ledger ledger;
    private final EventStore store;
    private final InstantSource clock;
    private final DropReports reports;
    private final Consumer<Instant> housekeeping;
    private final JsonLines lines = new JsonLines();
    private final KeyFields keys = new KeyFields();
    private final List<Overflow.Item> batch = new ArrayList<>(MAX_BATCH);
    private final List<Overflow.Item> previews = new ArrayList<>(MAX_BATCH);
    private final AtomicLong unstoredBytes = new AtomicLong();
    private final Held held = new Held();
    private long[] counts = Place.BEGINNING.counts();
    private Instant nextTick = Instant.EPOCH;
    private long nextHousekeepingNanos;
    private long nextRetryNanos;
    private long firstSeq;
    private volatile boolean finishing;
    private @Nullable Thread thread;

    Dispatcher(
            Intake intake,
            Wiring wiring,
            Ledger ledger,
            EventStore store,
            InstantSource clock,
            Events own,
            Consumer<Instant> housekeeping) {
        this.intake = intake;
        this.wiring = wiring;
        this.ledger = ledger;
        this.store = store;
        this.clock = clock;
        this.housekeeping = housekeeping;
        this.reports = new DropReports(intake, held, wiring.spans(), own);
    }

    /** Goes on where the store ends. */
    void start(Place end) {
        counts = end.counts().clone();
        Thread dispatcher =
                Thread.ofPlatform().daemon().name("event-dispatcher").unstarted(this::run);
        thread = dispatcher;
        dispatcher.start();
    }

    /** Ends once all is stored, at the latest then. */
    void finish(long byNanos) throws InterruptedException {
        Thread dispatcher = thread;
        if (dispatcher == null) {
            return;
        }
        finishing = true;
        while (dispatcher.isAlive() && System.nanoTime() - byNanos < 0) {
            intake.queue().wake();
            dispatcher.join(10);
        }
        dispatcher.interrupt();
        thread = null;
    }

    private void run() {
        nextHousekeepingNanos = System.nanoTime() + HOUSEKEEPING_NANOS;
        try {
            while (!Thread.interrupted()) {
                boolean isLast = finishing; // all there will be was there before that
                if (!held.isEmpty()) {
                    storeHeld();
                }
                if (takesMore() && intake.queue().take(batch, MAX_BATCH)) {
                    dispatch();
                } else if (unstoredBytes.get() > 0) {
                    LockSupport.parkNanos(this, SOON_NANOS);
                } else if (isLast) {
                    return;
                } else {
                    intake.queue().await(held.isEmpty() ? IDLE_NANOS : RETRY_NANOS);
                }
                if (System.nanoTime() - nextHousekeepingNanos >= 0) {
                    nextHousekeepingNanos = System.nanoTime() + HOUSEKEEPING_NANOS;
                    keepHouse();
                }
            }
        } finally {
            intake.queue().close();
        }
    }

    private boolean takesMore() {
        return unstoredBytes.get() <= MOST_UNSTORED_BYTES;
    }

    private void dispatch() {
        List<Unstored> entries = new ArrayList<>(batch.size());
        for (Overflow.Item item : batch) {
            FlatRecord flat = item.event();
            if (item.local()) {
                ledger.direct(item.counted());
                wiring.shippers().forEach(to -> to.offer(flat, item.counted()));
            } else {
                entries.add(entry(flat, item.traced()));
                previews.add(item);
            }
        }
        batch.clear();
        if (!entries.isEmpty()) {
            ledger.stored(counts.clone());
            boolean failing = store.failure() != null || !held.isEmpty();
            if (failing) {
                entries.forEach(held::add);
                for (Overflow.Item preview : previews) {
                    FlatRecord record = preview.event().numbered(FlatRecord.PREVIEW);
                    wiring.shippers().forEach(to -> to.offer(record, preview.counted()));
                }
            } else {
                append(entries);
            }
        }
        previews.clear();
    }

    private Unstored entry(FlatRecord flat, boolean traced) {
        counts[Counted.of(flat.severity(), traced).ordinal()]++;
        StoredEvent event = new StoredEvent(flat.severity(), traced, counts, lines.object(flat));
        return new Unstored(event.encoded(), keys.of(flat));
    }

    private void append(List<? extends EventStore.Entry> entries) {
        long bytes = 0;
        for (EventStore.Entry entry : entries) {
            bytes += entry.record().length;
        }
        unstoredBytes.addAndGet(bytes);
        store.append(entries);
    }

    /** An event that the store is given. */
    private final class Unstored extends EventStore.Entry {
        Unstored(byte[] record, int[] keys) {
            super(record, keys);
        }

        @Override
        public void stored() {
            unstoredBytes.addAndGet(-record().length);
        }

        @Override
        public void failed(IOException why) {
            held.add(this);
            unstoredBytes.addAndGet(-record().length);
        }
    }

    /** Once it takes appends again, all of them and in their order. */
    private void storeHeld() {
        long now = System.nanoTime();
        if (unstoredBytes.get() > 0 || store.failure() != null || now - nextRetryNanos < 0) {
            return;
        }
        nextRetryNanos = now + RETRY_NANOS;
        append(held.take());
    }

    /** A sink that is down, perhaps for hours, does not see what it loses meanwhile. */
    private void countRemoved() {
        long now = store.firstSeq();
        if (now != firstSeq) {
            try {
                ledger.removed(store.first());
                firstSeq = now;
            } catch (IOException e) {
                // the journal has reported it; it may be better in a second
            }
        }
    }

    private void keepHouse() {
        Instant now = clock.instant();
        housekeeping.accept(now);
        countRemoved();
        Worker<Instant> ticks = wiring.metricTicks();
        if (ticks != null && !now.isBefore(nextTick)) {
            ticks.offer(now);
            nextTick = now.plus(wiring.metricsInterval());
        }
        reports.report();
    }
}
