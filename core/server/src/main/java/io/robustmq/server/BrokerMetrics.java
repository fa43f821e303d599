package io.robustmq.server;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.robustmq.broker.BrokerMeasures;
import io.robustmq.broker.BrokerSettings.ShareStrategy;
import io.robustmq.broker.Limit;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import io.robustmq.telemetry.event.MessageEvent.DropReason;
import io.robustmq.telemetry.event.MessageEvent.SchemaViolation;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What the broker counts, as {@code robustmq_mqtt_…}. All label values are known beforehand and
 * there from the start, at 0.
 */
final class BrokerMetrics {
    /** Reason codes that a CONNACK may carry (MQTT 5, 3.2.2.2). */
    static final int[] CONNACK_REASON_CODES = {
        ReasonCode.UNSPECIFIED_ERROR,
        ReasonCode.MALFORMED_PACKET,
        ReasonCode.PROTOCOL_ERROR,
        ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
        ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
        ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
        ReasonCode.BAD_USER_NAME_OR_PASSWORD,
        ReasonCode.NOT_AUTHORIZED,
        ReasonCode.SERVER_UNAVAILABLE,
        ReasonCode.SERVER_BUSY,
        ReasonCode.BANNED,
        ReasonCode.BAD_AUTHENTICATION_METHOD,
        ReasonCode.TOPIC_NAME_INVALID,
        ReasonCode.PACKET_TOO_LARGE,
        ReasonCode.QUOTA_EXCEEDED,
        ReasonCode.PAYLOAD_FORMAT_INVALID,
        ReasonCode.RETAIN_NOT_SUPPORTED,
        ReasonCode.QOS_NOT_SUPPORTED,
        ReasonCode.CONNECTION_RATE_EXCEEDED
    };

    private static final int MAX_QOS = 2;

    private final Supplier<BrokerMeasures> measures;
    private final PrometheusRegistry registry;

    private BrokerMetrics(Supplier<BrokerMeasures> measures, PrometheusRegistry registry) {
        this.measures = measures;
        this.registry = registry;
    }

    static void register(
            Supplier<BrokerMeasures> measures, int maxConnections, PrometheusRegistry registry) {
        BrokerMetrics metrics = new BrokerMetrics(measures, registry);
        metrics.connections();
        metrics.gauge(
                "connections_max",
                "Connections that may be open at once: mqtt.max-connections.",
                () -> maxConnections);
        metrics.sessions();
        metrics.messages();
        metrics.network();
        TrafficMetrics.register(measures, registry);
        SaturationMetrics.registerLoops(measures, registry);
    }

    private void connections() {
        gauge("connections", "TCP connections open.", () -> measures.get().connections());
        CounterWithCallback.builder()
                .name("robustmq_mqtt_connections_accepted_total")
                .help("CONNECTs answered with success, by protocol version.")
                .labelNames("version")
                .callback(values -> {
                    for (MqttVersion version : MqttVersion.values()) {
                        values.call(measures.get().connectionsAccepted(version), version.label());
                    }
                })
                .register(registry);
        CounterWithCallback.builder()
                .name("robustmq_mqtt_connections_refused_total")
                .help("CONNECTs refused, by reason code in MQTT 5 numbering.")
                .labelNames("reason_code")
                .callback(values -> {
                    for (int code : CONNACK_REASON_CODES) {
                        values.call(
                                measures.get().connectionsRefused(code), Integer.toString(code));
                    }
                })
                .register(registry);
        CounterWithCallback.builder()
                .name("robustmq_mqtt_connections_closed_total")
                .help("Connections ended, by why.")
                .labelNames("ending")
                .callback(values -> {
                    for (Ending ending : Ending.values()) {
                        values.call(measures.get().connectionsClosed(ending), label(ending));
                    }
                })
                .register(registry);
        CounterWithCallback.builder()
                .name("robustmq_mqtt_limit_hits_total")
                .help("Times that a limit held a client back or turned it away, by which.")
                .labelNames("limit")
                .callback(values -> {
                    for (Limit limit : Limit.values()) {
                        values.call(measures.get().limitHits(limit), label(limit));
                    }
                })
                .register(registry);
        CounterWithCallback.builder()
                .name("robustmq_mqtt_authentications_total")
                .help("Checks of who a client is, by outcome.")
                .labelNames("outcome")
                .callback(values -> {
                    values.call(measures.get().authenticationsSucceeded(), "succeeded");
                    values.call(measures.get().authenticationsFailed(), "failed");
                })
                .register(registry);
    }

    private void sessions() {
        GaugeWithCallback.builder()
                .name("robustmq_mqtt_sessions")
                .help("Sessions kept, by whether their client is connected.")
                .labelNames("state")
                .callback(values -> {
                    values.call(measures.get().sessionsConnected(), "connected");
                    values.call(measures.get().sessionsOffline(), "offline");
                })
                .register(registry);
        gauge(
                "subscriptions",
                "Subscriptions of all sessions.",
                () -> measures.get().subscriptions());
        gauge(
                "queued_messages",
                "Messages that wait for a client that is offline or has its in-flight window full.",
                () -> measures.get().queuedMessages());
        gauge(
                "queued_bytes",
                "The same in bytes of topic, properties and payload.",
                () -> measures.get().queuedBytes());
        gauge(
                "retained_messages",
                "Retained messages kept.",
                () -> measures.get().retainedMessages());
        gauge("retained_bytes", "The same in bytes.", () -> measures.get().retainedBytes());
        gauge(
                "delayed_messages",
                "Messages published to $delayed/ and not yet due.",
                () -> measures.get().delayedMessages());
    }

    private void messages() {
        CounterWithCallback.builder()
                .name("robustmq_mqtt_publish_received_total")
                .help("PUBLISH packets taken from clients.")
                .labelNames("qos")
                .callback(values -> {
                    for (int qos = 0; qos <= MAX_QOS; qos++) {
                        values.call(measures.get().publishReceived(qos), Integer.toString(qos));
                    }
                })
                .register(registry);
        counter(
                "publish_received_bytes_total",
                "Payloads of the PUBLISH packets taken from clients.",
                () -> measures.get().publishReceivedBytes());
        CounterWithCallback.builder()
                .name("robustmq_mqtt_delivered_total")
                .help("PUBLISH packets sent to subscribers, without repeats.")
                .labelNames("qos")
                .callback(values -> {
                    for (int qos = 0; qos <= MAX_QOS; qos++) {
                        values.call(measures.get().delivered(qos), Integer.toString(qos));
                    }
                })
                .register(registry);
        counter(
                "delivered_bytes_total",
                "Payloads of the PUBLISH packets sent to subscribers.",
                () -> measures.get().deliveredBytes());
        CounterWithCallback.builder()
                .name("robustmq_mqtt_dropped_total")
                .help("Messages not delivered to a client that had subscribed to them, by why.")
                .labelNames("reason")
                .callback(values -> {
                    for (DropReason reason : DropReason.values()) {
                        values.call(measures.get().dropped(reason), label(reason));
                    }
                })
                .register(registry);
        CounterWithCallback.builder()
                .name("robustmq_mqtt_schema_violations_total")
                .help("Payloads that were not as a schema says, refused or reported, by why.")
                .labelNames("violation")
                .callback(values -> {
                    for (SchemaViolation violation : SchemaViolation.values()) {
                        values.call(measures.get().schemaViolations(violation), label(violation));
                    }
                })
                .register(registry);
        counter(
                "slow_deliveries_total",
                "Deliveries that took longer than mqtt.slow-subscriptions.threshold.",
                () -> measures.get().slowDeliveries());
        counter(
                "trace_contexts_malformed_total",
                "Values of traceparent that were none, and were treated as if they were not there.",
                () -> measures.get().malformedContexts());
        CounterWithCallback.builder()
                .name("robustmq_mqtt_shared_total")
                .help("Messages given to a member of a shared subscription, by its strategy.")
                .labelNames("strategy")
                .callback(values -> {
                    for (ShareStrategy strategy : ShareStrategy.values()) {
                        values.call(measures.get().shared(strategy), label(strategy));
                    }
                })
                .register(registry);
        counter(
                "shared_passed_on_total",
                "Messages of shared subscriptions that one member had and did not take, given to another.",
                () -> measures.get().sharedPassedOn());
    }

    private void network() {
        counter(
                "network_received_bytes_total",
                "Bytes read from clients' sockets.",
                () -> measures.get().receivedBytes());
        counter(
                "network_sent_bytes_total",
                "Bytes written to clients' sockets.",
                () -> measures.get().sentBytes());
        gauge(
                "slow_consumers",
                "Connections whose client reads more slowly than is sent to it.",
                () -> measures.get().slowConsumers());
    }

    private void counter(String name, String help, LongSupplier value) {
        CounterWithCallback.builder()
                .name("robustmq_mqtt_" + name)
                .help(help)
                .callback(values -> values.call(value.getAsLong()))
                .register(registry);
    }

    private void gauge(String name, String help, LongSupplier value) {
        GaugeWithCallback.builder()
                .name("robustmq_mqtt_" + name)
                .help(help)
                .callback(values -> values.call(value.getAsLong()))
                .register(registry);
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
