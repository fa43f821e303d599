package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.PipelineEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes events from the store to one sink, from where it was when the process before ended: each at
 * least once.
 */
final class Shipper implements ShipLoop.Steps {
    private static final int MAX_BATCH = 512;
    private static final int MAX_BATCH_BYTES = 1 << 20;

    private static final Duration IDLE = Duration.ofMillis(500);
    private static final Duration IDLE_WITH_DIRECT = Duration.ofMillis(200);
    private static final int DIRECT_CAPACITY = 8192;

    private final Courier<FlatRecord> courier;
    private final ShipLoop loop;
    private final Audience audience;
    private final Ledger.Account account;
    private final Events own;
    private final StoredRecords records;

    /** What the store does not have; only for a sink that is not for stored events alone. */
    private final @Nullable Ring<FlatRecord> direct;

    private final List<FlatRecord> batch = new ArrayList<>(MAX_BATCH);
    private EventStore store = new NoStore();
    private Place kept = Place.BEGINNING;
    private volatile long oldestMillis;

    /** The last batch was as large as one may be. */
    private boolean full;

    Shipper(
            Sink<FlatRecord> sink,
            Audience audience,
            Ledger ledger,
            EventKinds kinds,
            Courier.Listener listener,
            Events own) {
        this.audience = audience;
        this.account = ledger.account(sink.name(), audience);
        this.courier = new Courier<>(sink, listener, account::dropped);
        this.loop = new ShipLoop(courier, this);
        this.own = own;
        this.records = new StoredRecords(kinds);
        this.direct = audience.stored() ? null : new Ring<>(DIRECT_CAPACITY);
    }

    Sink<FlatRecord> sink() {
        return courier.sink();
    }

    boolean up() {
        return courier.up();
    }

    /** When the event was emitted that it is at, epoch millis; 0 if it has shipped all. */
    long oldestMillis() {
        return oldestMillis;
    }

    /** Where it goes on: what is kept if it has never been anywhere. */
    void open(EventStore from, Place first, Place last) {
        store = from;
        Place cursor = from.cursor(sink().name());
        // a store that was begun anew knows nothing of the old one's numbers
        Place at = cursor != null && cursor.seq() <= last.seq() ? cursor : first;
        kept = at;
        account.opened(at);
    }

    void start() {
        loop.start();
    }

    /** An event for it that the store does not have, or not yet; that one is in no account. */
    void offer(FlatRecord record, Counted counted) {
        Ring<FlatRecord> to = direct;
        if (to != null && audience.takes(counted, true)) {
            if (!to.offer(record) && record.seq() == FlatRecord.UNSTORED) {
                account.directShipped(0, 1);
            }
        }
    }

    /** Asks for what waits to be shipped by then; returns at once. */
    void finish(long byNanos) {
        loop.finish(byNanos);
    }

    /** Waits for {@link #finish}; what could not be shipped in time waits for the next process. */
    void awaitFinished() throws InterruptedException {
        loop.awaitFinished();
    }

    @Override
    public boolean ship() throws InterruptedException {
        full = false;
        boolean gone = shipDirect() | shipStored();
        if (!gone) {
            oldestMillis = 0;
        }
        return gone;
    }

    @Override
    public boolean isBehind() {
        Ring<FlatRecord> ring = direct;
        return full || (ring != null && ring.size() >= MAX_BATCH);
    }

    @Override
    public void await() throws InterruptedException {
        store.await(account.cursor().seq(), direct == null ? IDLE : IDLE_WITH_DIRECT);
    }

    /** False if there was nothing. */
    private boolean shipDirect() throws InterruptedException {
        Ring<FlatRecord> ring = direct;
        if (ring == null || ring.drainTo(batch, MAX_BATCH) == 0) {
            return false;
        }
        full |= batch.size() == MAX_BATCH;
        long counted = batch.stream().filter(record -> record.seq() == FlatRecord.UNSTORED).count();
        long refused = courier.ship(batch);
        if (refused < 0) {
            account.directShipped(0, counted);
        } else {
            long handedOn = Math.max(0, counted - refused);
            account.directShipped(handedOn, counted - handedOn);
        }
        batch.clear();
        return true;
    }

    /** False if there was nothing, or it could not be shipped before the end. */
    private boolean shipStored() throws InterruptedException {
        Place cursor = account.reads();
        Read read = new Read(cursor);
        try {
            store.read(cursor.seq(), read);
        } catch (IOException e) {
            // the journal has reported it; it may be better in a while
        }
        Place to = read.at;
        account.holds(to, batch.size());
        if (to.seq() == cursor.seq()) {
            batch.clear();
            return false;
        }
        long refused = 0;
        if (!batch.isEmpty()) {
            oldestMillis = batch.getFirst().time().toEpochMilli();
            refused = courier.ship(batch);
        }
        long handedOn = batch.size() - Math.max(0, refused);
        batch.clear();
        if (refused < 0) {
            return false;
        }
        if (!full) {
            oldestMillis = 0; // what comes while it gathers is young
        }
        long lost = account.advanced(to, handedOn, refused);
        if (lost > 0) {
            own.emit(new PipelineEvent.EventsLost(sink().name(), lost, cursor.seq(), to.seq()));
        }
        return true;
    }

    /** Collects a batch. */
    private final class Read implements EventStore.Reader {
        private Place at;
        private long bytes;

        Read(Place cursor) {
            at = cursor;
        }

        @Override
        public boolean event(long seq, StoredEvent event) {
            Place behind = new Place(seq + 1, event.counts());
            boolean again = isBefore(event.counts(), at.counts());
            if (!again && audience.takes(event.counted(), false)) {
                try {
                    batch.add(records.flat(seq, event));
                } catch (IOException e) {
                    // not one that we wrote: it is counted as lost
                }
                bytes += event.json().length;
            }
            at = again ? new Place(seq + 1, at.counts()) : behind;
            boolean more = batch.size() < MAX_BATCH && bytes < MAX_BATCH_BYTES;
            full |= !more;
            return more;
        }

        /** Written twice: the disk failed when the first was already there. */
        private static boolean isBefore(long[] counts, long[] already) {
            for (int i = 0; i < counts.length; i++) {
                if (counts[i] > already[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    @Override
    public void keepPlace() {
        Place cursor = account.cursor();
        if (cursor.seq() != kept.seq()) {
            store.keepCursor(sink().name(), cursor);
            kept = cursor;
        }
    }

    @Override
    public void close() {
        sink().close();
    }
}
