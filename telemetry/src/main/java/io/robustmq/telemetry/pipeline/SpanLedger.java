package io.robustmq.telemetry.pipeline;

/**
 * The account of spans that go through the store: emitted = shipped + waiting + dropped. What waits
 * is counted from the place in the store, so that the sum is a check, as {@link Ledger}'s. Any
 * thread.
 */
final class SpanLedger {
    private SpanPlace start = SpanPlace.BEGINNING;
    private SpanPlace cursor = SpanPlace.BEGINNING;

    /** Where the store ended when the process began. */
    private long begin;

    /** Where it ends. */
    private long end;

    private long shipped;
    private long dropped;

    /**
     * @param at where the shipper goes on
     * @param last where the store ends
     */
    synchronized void opened(SpanPlace at, SpanPlace last) {
        start = at;
        cursor = at;
        begin = last.spans();
        end = last.spans();
    }

    /** All that the store was ever given. */
    synchronized long storedTotal() {
        return end;
    }

    synchronized void stored(long total) {
        end = total;
    }

    synchronized SpanPlace cursor() {
        return cursor;
    }

    /**
     * The shipper has done with all before {@code to}; what was neither handed on nor refused was
     * not there any more.
     */
    synchronized void advanced(SpanPlace to, long handedOn, long refused) {
        long passed = to.spans() - cursor.spans();
        shipped += handedOn;
        dropped += refused + Math.max(0, passed - handedOn - refused);
        cursor = to;
    }

    synchronized long shipped() {
        return shipped;
    }

    /** Of those that were in the store. */
    synchronized long dropped() {
        return dropped;
    }

    /**
     * @param queue what is before the store
     */
    synchronized Ledger.Balance balance(String sink, Worker<?> queue) {
        long lost = queue.dropped();
        // read last: nothing is gone that was not offered
        long offered = queue.offered();
        long onTheWay = offered - lost - (end - begin);
        return new Ledger.Balance(
                sink,
                begin - start.spans() + offered,
                shipped,
                onTheWay + end - cursor.spans(),
                lost + dropped);
    }
}
