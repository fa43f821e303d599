package io.robustmq.broker;

import io.robustmq.broker.BrokerSettings.ShareStrategy;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import io.robustmq.telemetry.event.MessageEvent.DropReason;
import io.robustmq.telemetry.event.MessageEvent.SchemaViolation;
import java.util.List;

/** What one event loop counts. */
final class Counters {
    static final int PUBLISHES_RECEIVED = 0; // by QoS
    static final int PUBLISHED_BYTES = 3;
    static final int DELIVERIES = 4; // by QoS
    static final int DELIVERED_BYTES = 7;
    static final int NETWORK_RECEIVED_BYTES = 8;
    static final int NETWORK_SENT_BYTES = 9;
    static final int AUTHENTICATIONS_SUCCEEDED = 10;
    static final int AUTHENTICATIONS_FAILED = 11;
    static final int SESSIONS_CONNECTED = 12;
    static final int SESSIONS_OFFLINE = 13;
    static final int SUBSCRIPTIONS = 14;
    static final int QUEUED_MESSAGES = 15;
    static final int QUEUED_BYTES = 16;
    static final int SLOW_CONSUMERS = 17;
    static final int SHARED_PASSED_ON = 18;
    static final int FORWARDED = 19; // to other homes, by QoS
    static final int FORWARDED_BYTES = 22;
    static final int FROM_PEERS = 23; // by QoS
    static final int FROM_PEERS_BYTES = 26;
    static final int PEERS_CONNECTED = 27;
    static final int PEER_QUEUED_MESSAGES = 28;
    static final int PEER_QUEUED_BYTES = 29;
    private static final int SHARED = 30; // by strategy
    private static final int DROPPED = SHARED + ShareStrategy.values().length;
    private static final int ENDED = DROPPED + DropReason.values().length;
    private static final int ACCEPTED = ENDED + Ending.values().length;
    private static final int REFUSED = ACCEPTED + MqttVersion.values().length;
    private static final int LIMITS = REFUSED + 256;
    static final int SLOW_DELIVERIES = LIMITS + Limit.values().length;
    static final int MALFORMED_CONTEXTS = SLOW_DELIVERIES + 1;
    private static final int SCHEMA_VIOLATED = MALFORMED_CONTEXTS + 1;
    private static final int COUNT = SCHEMA_VIOLATED + SchemaViolation.values().length;

    static final int CLASS_CONNECTED = 0; // of each class of clients, behind all others
    static final int CLASS_PUBLISHED = 1;
    static final int CLASS_DELIVERED = 2;
    static final int CLASS_DROPPED = 3;
    static final int CLASS_REFUSED = 4;
    private static final int OF_CLASS = 5;

    private final LoopCells values;

    /**
     * @param classes of clients
     */
    Counters(int classes) {
        this.values = new LoopCells(COUNT + classes * OF_CLASS);
    }

    void add(int counter, long howMany) {
        values.add(counter, howMany);
    }

    long get(int counter) {
        return values.get(counter);
    }

    static int dropped(DropReason reason) {
        return DROPPED + reason.ordinal();
    }

    static int shared(ShareStrategy strategy) {
        return SHARED + strategy.ordinal();
    }

    static int ended(Ending ending) {
        return ENDED + ending.ordinal();
    }

    static int accepted(MqttVersion version) {
        return ACCEPTED + version.ordinal();
    }

    static int limit(Limit limit) {
        return LIMITS + limit.ordinal();
    }

    static int schemaViolated(SchemaViolation violation) {
        return SCHEMA_VIOLATED + violation.ordinal();
    }

    static int refused(int reasonCode) {
        return REFUSED + (reasonCode & 0xff);
    }

    static int ofClass(int clientClass, int what) {
        return COUNT + clientClass * OF_CLASS + what;
    }

    static long sum(List<Counters> all, int counter) {
        long sum = 0;
        for (Counters each : all) {
            sum += each.get(counter);
        }
        return sum;
    }
}
