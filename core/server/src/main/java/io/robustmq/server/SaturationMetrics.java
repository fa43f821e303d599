package io.robustmq.server;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.robustmq.broker.BrokerMeasures;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** How far event loops and network buffers are from their limits. */
final class SaturationMetrics {
    private static final PooledByteBufAllocator POOLED = PooledByteBufAllocator.DEFAULT;

    private SaturationMetrics() {}

    static void registerLoops(Supplier<BrokerMeasures> measures, PrometheusRegistry registry) {
        registry.register(
                new LatencyHistogram(
                        "robustmq_event_loop_lag_seconds",
                        "How late an event loop of MQTT begins what it is to do at a certain time;"
                                + " measured each half second.",
                        () -> measures.get().lags()));
        GaugeWithCallback.builder()
                .name("robustmq_event_loop_pending_tasks")
                .help("Tasks that wait for an event loop of MQTT, by its number.")
                .labelNames("loop")
                .callback(values -> {
                    List<Integer> pending = measures.get().pendingTasks();
                    for (int loop = 0; loop < pending.size(); loop++) {
                        values.call(pending.get(loop), Integer.toString(loop));
                    }
                })
                .register(registry);
    }

    static void registerBuffers(PrometheusRegistry registry) {
        GaugeWithCallback.builder()
                .name("robustmq_netty_buffer_bytes")
                .help(
                        "Memory that Netty's allocators hold, in use or kept for later; those of"
                                + " gRPC aside.")
                .labelNames("arena")
                .callback(values -> {
                    values.call(sum(ByteBufAllocatorMetric::usedDirectMemory), "direct");
                    values.call(sum(ByteBufAllocatorMetric::usedHeapMemory), "heap");
                })
                .register(registry);
        GaugeWithCallback.builder()
                .name("robustmq_netty_buffer_pinned_bytes")
                .help("What of it is in use by buffers, of those of connections.")
                .labelNames("arena")
                .callback(values -> {
                    values.call(POOLED.pinnedDirectMemory(), "direct");
                    values.call(POOLED.pinnedHeapMemory(), "heap");
                })
                .register(registry);
        GaugeWithCallback.builder()
                .name("robustmq_netty_direct_max_bytes")
                .help("Most that Netty takes outside the heap.")
                .callback(values -> values.call(PlatformDependent.maxDirectMemory()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("robustmq_netty_thread_caches")
                .help("Threads that keep network buffers of their own for later.")
                .callback(values -> values.call(POOLED.metric().numThreadLocalCaches()))
                .register(registry);
    }

    /** Of the connections' and of the one that is taken where none is named. */
    private static long sum(ToLongFunction<ByteBufAllocatorMetric> memory) {
        long pooled = memory.applyAsLong(POOLED.metric());
        boolean isOther = !ByteBufAllocator.DEFAULT.equals(POOLED);
        return isOther && ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider other
                ? pooled + memory.applyAsLong(other.metric())
                : pooled;
    }
}
