package io.robustmq.server;

import io.robustmq.server.DataWire.Code;
import io.robustmq.server.DataWire.Operation;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** What the data protocol counts. Any thread. */
final class DataCounters {
    private final LongAdder[] requests = adders(Operation.values().length);
    private final LongAdder[] refusals = adders(Code.values().length);
    final LongAdder appendedRecords = new LongAdder();
    final LongAdder receivedBytes = new LongAdder();

    /** Frames only. */
    final LongAdder sentBytes = new LongAdder();

    final AtomicInteger connections = new AtomicInteger();
    final AtomicInteger requestsInFlight = new AtomicInteger();
    final AtomicInteger tails = new AtomicInteger();

    /** Connections that are not read because of {@code tcp.max-in-flight}. */
    final AtomicInteger held = new AtomicInteger();

    void request(Operation operation) {
        requests[operation.ordinal()].increment();
    }

    long requests(Operation operation) {
        return requests[operation.ordinal()].sum();
    }

    void refusal(Code code) {
        refusals[code.ordinal()].increment();
    }

    long refusals(Code code) {
        return refusals[code.ordinal()].sum();
    }

    private static LongAdder[] adders(int count) {
        return Stream.generate(LongAdder::new).limit(count).toArray(LongAdder[]::new);
    }
}
