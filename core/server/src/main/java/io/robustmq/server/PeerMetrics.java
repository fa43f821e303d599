package io.robustmq.server;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.robustmq.broker.BrokerMeasures;
import java.util.function.IntToLongFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What a broker that is one of several counts of the others, as {@code robustmq_mqtt_peer_…}. */
final class PeerMetrics {
    private static final int MAX_QOS = 2;

    private PeerMetrics() {}

    static void register(Supplier<BrokerMeasures> measures, PrometheusRegistry registry) {
        gauge(
                registry,
                "peers_connected",
                "Other homes that there is a connection with.",
                () -> measures.get().peersConnected());
        gauge(
                registry,
                "peer_queued_messages",
                "Messages that wait for other homes.",
                () -> measures.get().queuedForPeers());
        gauge(
                registry,
                "peer_queued_bytes",
                "The same in bytes of topic, properties and payload.",
                () -> measures.get().queuedForPeersBytes());
        byQos(
                registry,
                "peer_forwarded_total",
                "Messages sent to other homes, without repeats.",
                qos -> measures.get().forwarded(qos));
        counter(
                registry,
                "peer_forwarded_bytes_total",
                "Their payloads.",
                () -> measures.get().forwardedBytes());
        byQos(
                registry,
                "peer_received_total",
                "Messages that came from other homes.",
                qos -> measures.get().receivedFromPeers(qos));
        counter(
                registry,
                "peer_received_bytes_total",
                "Their payloads.",
                () -> measures.get().receivedFromPeersBytes());
    }

    private static void byQos(
            PrometheusRegistry registry, String name, String help, IntToLongFunction value) {
        CounterWithCallback.builder()
                .name("robustmq_mqtt_" + name)
                .help(help)
                .labelNames("qos")
                .callback(values -> {
                    for (int qos = 0; qos <= MAX_QOS; qos++) {
                        values.call(value.applyAsLong(qos), Integer.toString(qos));
                    }
                })
                .register(registry);
    }

    private static void counter(
            PrometheusRegistry registry, String name, String help, LongSupplier value) {
        CounterWithCallback.builder()
                .name("robustmq_mqtt_" + name)
                .help(help)
                .callback(values -> values.call(value.getAsLong()))
                .register(registry);
    }

    private static void gauge(
            PrometheusRegistry registry, String name, String help, LongSupplier value) {
        GaugeWithCallback.builder()
                .name("robustmq_mqtt_" + name)
                .help(help)
                .callback(values -> values.call(value.getAsLong()))
                .register(registry);
    }
}
