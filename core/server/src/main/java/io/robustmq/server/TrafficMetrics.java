package io.robustmq.server;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import io.robustmq.broker.BrokerMeasures;
import io.robustmq.broker.ListenerTraffic;
import io.robustmq.broker.ReasonedPacket;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.PacketType;
import io.robustmq.telemetry.event.Latency;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.function.ToLongBiFunction;

/**
 * The golden signals of a broker's clients: packets, errors and latency by what a client chose. The
 * values of all labels are from MQTT or from the configuration.
 */
final class TrafficMetrics {
    /** What a server reads. */
    private static final Set<PacketType> RECEIVED =
            EnumSet.of(
                    PacketType.CONNECT,
                    PacketType.PUBLISH,
                    PacketType.PUBACK,
                    PacketType.PUBREC,
                    PacketType.PUBREL,
                    PacketType.PUBCOMP,
                    PacketType.SUBSCRIBE,
                    PacketType.UNSUBSCRIBE,
                    PacketType.PINGREQ,
                    PacketType.DISCONNECT,
                    PacketType.AUTH);

    private static final Set<PacketType> SENT =
            EnumSet.of(
                    PacketType.CONNACK,
                    PacketType.PUBLISH,
                    PacketType.PUBACK,
                    PacketType.PUBREC,
                    PacketType.PUBREL,
                    PacketType.PUBCOMP,
                    PacketType.SUBACK,
                    PacketType.UNSUBACK,
                    PacketType.PINGRESP,
                    PacketType.DISCONNECT,
                    PacketType.AUTH);

    private static final String UNKNOWN = "unknown";

    private final Supplier<BrokerMeasures> measures;
    private final PrometheusRegistry registry;

    private TrafficMetrics(Supplier<BrokerMeasures> measures, PrometheusRegistry registry) {
        this.measures = measures;
        this.registry = registry;
    }

    static void register(Supplier<BrokerMeasures> measures, PrometheusRegistry registry) {
        TrafficMetrics metrics = new TrafficMetrics(measures, registry);
        metrics.connections();
        metrics.packets();
        metrics.reasonCodes();
        metrics.latencies();
    }

    private void connections() {
        GaugeWithCallback.builder()
                .name("robustmq_mqtt_connections_open")
                .help(
                        "Connections that speak MQTT, by listener and protocol version, which is"
                                + " unknown before CONNECT; only pairs that were used.")
                .labelNames("listener", "version")
                .callback(values -> {
                    for (ListenerTraffic each : measures.get().traffic()) {
                        values.call(each.connections(), each.listener(), version(each));
                    }
                })
                .register(registry);
    }

    private void packets() {
        packets(
                "robustmq_mqtt_packets_received_total",
                "MQTT packets read from clients; only listeners and protocol versions that were"
                        + " used.",
                RECEIVED,
                ListenerTraffic::packetsReceived);
        packets(
                "robustmq_mqtt_packets_sent_total",
                "MQTT packets written to clients, repeats too; only listeners and protocol versions"
                        + " that were used.",
                SENT,
                ListenerTraffic::packetsSent);
    }

    private void packets(
            String name,
            String help,
            Set<PacketType> types,
            ToLongBiFunction<ListenerTraffic, PacketType> count) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames("listener", "version", "type")
                .callback(values -> {
                    for (ListenerTraffic each : measures.get().traffic()) {
                        for (PacketType type : types) {
                            long packets = count.applyAsLong(each, type);
                            if (each.version() != null || packets > 0) {
                                values.call(packets, each.listener(), version(each), label(type));
                            }
                        }
                    }
                })
                .register(registry);
    }

    private static String version(ListenerTraffic of) {
        MqttVersion version = of.version();
        return version == null ? UNKNOWN : version.label();
    }

    private static String label(PacketType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    private void reasonCodes() {
        reasonCodes(
                "robustmq_mqtt_reason_codes_sent_total",
                "Reason codes that clients were told, by packet, in MQTT 5 numbering; also those"
                        + " that 3.1 and 3.1.1 have no word for.",
                true);
        reasonCodes(
                "robustmq_mqtt_reason_codes_received_total",
                "Reason codes of clients, by packet: all of DISCONNECT, the errors of PUBACK and"
                        + " PUBREC.",
                false);
    }

    private void reasonCodes(String name, String help, boolean sent) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames("type", "reason_code")
                .callback(values -> {
                    for (ReasonedPacket packet : ReasonedPacket.values()) {
                        if (packet.isSent() == sent) {
                            for (int code : packet.reasonCodes()) {
                                values.call(
                                        measures.get().reasonCodes(packet, code),
                                        packet.type(),
                                        Integer.toString(code));
                            }
                        }
                    }
                })
                .register(registry);
    }

    private void latencies() {
        registry.register(
                LatencyHistogram.of(
                        "robustmq_mqtt_delivery_latency_seconds",
                        "From reading a PUBLISH to writing it to a subscriber, by the QoS of the"
                                + " delivery.",
                        () -> byQos(0, qos -> measures.get().deliveryLatencies(qos))));
        registry.register(
                LatencyHistogram.of(
                        "robustmq_mqtt_publish_ack_latency_seconds",
                        "From reading a PUBLISH to writing its PUBACK or PUBREC.",
                        () -> byQos(1, qos -> measures.get().acknowledgementLatencies(qos))));
    }

    private static Map<Labels, List<Latency>> byQos(int from, IntFunction<List<Latency>> of) {
        Map<Labels, List<Latency>> series = new LinkedHashMap<>();
        for (int qos = from; qos <= 2; qos++) {
            series.put(Labels.of("qos", Integer.toString(qos)), of.apply(qos));
        }
        return series;
    }
}
