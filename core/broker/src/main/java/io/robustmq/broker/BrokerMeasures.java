package io.robustmq.broker;

import io.robustmq.protocol.MqttVersion;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import io.robustmq.telemetry.event.Latency;
import io.robustmq.telemetry.event.MessageEvent.DropReason;
import io.robustmq.telemetry.event.MessageEvent.SchemaViolation;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * What the broker counted since it was made, or has now. Any thread; each answer is summed over the
 * event loops when asked for, so two of them need not fit together to the message.
 */
public final class BrokerMeasures {
    private final List<Counters> counters;
    private final List<LoopMeasures> loops;
    private final AtomicInteger connections;
    private final AtomicInteger delayed;
    private final RetainedStore retained;
    private final ClassMeasures classes;
    private final Supplier<List<Integer>> pending;

    BrokerMeasures(
            List<Counters> counters,
            List<LoopMeasures> loops,
            AtomicInteger connections,
            AtomicInteger delayed,
            RetainedStore retained,
            ClassMeasures classes,
            Supplier<List<Integer>> pending) {
        this.counters = counters;
        this.loops = loops;
        this.connections = connections;
        this.delayed = delayed;
        this.retained = retained;
        this.classes = classes;
        this.pending = pending;
    }

    /** TCP connections open, before CONNECT too. */
    public long connections() {
        return connections.get();
    }

    public long sessionsConnected() {
        return sum(Counters.SESSIONS_CONNECTED);
    }

    public long sessionsOffline() {
        return sum(Counters.SESSIONS_OFFLINE);
    }

    public long subscriptions() {
        return sum(Counters.SUBSCRIPTIONS);
    }

    /** Published to {@code $delayed/…} and not yet due. */
    public long delayedMessages() {
        return delayed.get();
    }

    public long retainedMessages() {
        return retained.count();
    }

    /** Of topics, payloads and properties. */
    public long retainedBytes() {
        return retained.bytes();
    }

    /** Waiting behind the in-flight windows, of all sessions. */
    public long queuedMessages() {
        return sum(Counters.QUEUED_MESSAGES);
    }

    /** Of each waiting message counted as often as it waits, though it is kept once. */
    public long queuedBytes() {
        return sum(Counters.QUEUED_BYTES);
    }

    /** PUBLISH packets taken from clients, by QoS 0 to 2. */
    public long publishReceived(int qos) {
        return sum(Counters.PUBLISHES_RECEIVED + qos);
    }

    /** Their payloads. */
    public long publishReceivedBytes() {
        return sum(Counters.PUBLISHED_BYTES);
    }

    /** PUBLISH packets sent to subscribers, by the QoS of the delivery, without repeats. */
    public long delivered(int qos) {
        return sum(Counters.DELIVERIES + qos);
    }

    /** Their payloads. */
    public long deliveredBytes() {
        return sum(Counters.DELIVERED_BYTES);
    }

    /** Other homes that this one has a connection with. */
    public long peersConnected() {
        return sum(Counters.PEERS_CONNECTED);
    }

    /** Messages sent to other homes, by QoS 0 to 2, without repeats. */
    public long forwarded(int qos) {
        return sum(Counters.FORWARDED + qos);
    }

    /** Their payloads. */
    public long forwardedBytes() {
        return sum(Counters.FORWARDED_BYTES);
    }

    /** Messages that came from other homes, by QoS 0 to 2. */
    public long receivedFromPeers(int qos) {
        return sum(Counters.FROM_PEERS + qos);
    }

    /** Their payloads. */
    public long receivedFromPeersBytes() {
        return sum(Counters.FROM_PEERS_BYTES);
    }

    /** Waiting for other homes. */
    public long queuedForPeers() {
        return sum(Counters.PEER_QUEUED_MESSAGES);
    }

    /** Of those. */
    public long queuedForPeersBytes() {
        return sum(Counters.PEER_QUEUED_BYTES);
    }

    public long dropped(DropReason reason) {
        return sum(Counters.dropped(reason));
    }

    /** Messages that came to a member of a group, by the group's strategy. */
    public long shared(BrokerSettings.ShareStrategy strategy) {
        return sum(Counters.shared(strategy));
    }

    /** Messages of groups that one member could not take and another was given. */
    public long sharedPassedOn() {
        return sum(Counters.SHARED_PASSED_ON);
    }

    /** CONNECTs answered with 0. */
    public long connectionsAccepted(MqttVersion version) {
        return sum(Counters.accepted(version));
    }

    /**
     * CONNECTs answered with this reason code.
     *
     * @param reasonCode in MQTT 5 numbering, also for 3.1.1 clients
     */
    public long connectionsRefused(int reasonCode) {
        return sum(Counters.refused(reasonCode));
    }

    /** Connections ended; {@link Ending#REFUSED} are those that never were accepted. */
    public long connectionsClosed(Ending ending) {
        return sum(Counters.ended(ending));
    }

    /** Values of {@code traceparent} that were none. */
    public long malformedContexts() {
        return sum(Counters.MALFORMED_CONTEXTS);
    }

    /** Over the threshold of slow subscriptions. */
    public long slowDeliveries() {
        return sum(Counters.SLOW_DELIVERIES);
    }

    /** How often a limit held somebody back or turned somebody away. */
    public long limitHits(Limit limit) {
        return sum(Counters.limit(limit));
    }

    /** How often a payload was not as a schema says, whether it was refused or not. */
    public long schemaViolations(SchemaViolation violation) {
        return sum(Counters.schemaViolated(violation));
    }

    public long authenticationsSucceeded() {
        return sum(Counters.AUTHENTICATIONS_SUCCEEDED);
    }

    public long authenticationsFailed() {
        return sum(Counters.AUTHENTICATIONS_FAILED);
    }

    /** Bytes read from sockets. */
    public long receivedBytes() {
        return sum(Counters.NETWORK_RECEIVED_BYTES);
    }

    /** Bytes handed to sockets. */
    public long sentBytes() {
        return sum(Counters.NETWORK_SENT_BYTES);
    }

    /** Connections whose socket takes less than is sent to it. */
    public long slowConsumers() {
        return sum(Counters.SLOW_CONSUMERS);
    }

    /** From reading a PUBLISH to writing it to a subscriber; one per event loop. */
    public List<Latency> deliveryLatencies(int qos) {
        return loops.stream().map(loop -> loop.latencies().deliveries(qos)).toList();
    }

    /** From reading a PUBLISH to writing its PUBACK or PUBREC; one per event loop. */
    public List<Latency> acknowledgementLatencies(int qos) {
        return loops.stream().map(loop -> loop.latencies().acknowledgements(qos)).toList();
    }

    /** What was used of each listener and version. */
    public List<ListenerTraffic> traffic() {
        return Traffic.of(loops.stream().map(LoopMeasures::traffic).toList());
    }

    /** How often a packet said so; for 3.1 and 3.1.1 what it would have said in MQTT 5. */
    public long reasonCodes(ReasonedPacket packet, int reasonCode) {
        return Traffic.reasons(
                loops.stream().map(LoopMeasures::traffic).toList(), packet, reasonCode);
    }

    /** How late what an event loop was to do was begun; one per event loop. */
    public List<Latency> lags() {
        return loops.stream().map(loop -> loop.lag().lags()).toList();
    }

    /** Tasks that wait for each event loop; empty while the broker is not open. */
    public List<Integer> pendingTasks() {
        return pending.get();
    }

    /** By class of clients. */
    public ClassMeasures classes() {
        return classes;
    }

    private long sum(int counter) {
        return Counters.sum(counters, counter);
    }
}
