package io.robustmq.broker;

/** What one event loop measures, beside its {@link Counters}. The loop is the only writer. */
record LoopMeasures(Latencies latencies, Traffic traffic, LoopLag lag) {
    static LoopMeasures of(BrokerSettings settings) {
        return new LoopMeasures(new Latencies(), new Traffic(settings), new LoopLag());
    }
}
