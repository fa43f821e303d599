package io.robustmq.broker;

import io.robustmq.telemetry.event.Latency;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * How long clients of one event loop waited after a PUBLISH was read: for its deliveries, and for
 * its acknowledgement. What an iteration writes has one time, that of its flush.
 */
final class Latencies {
    private static final int QOS = 3;

    private final List<Latency> deliveries = ofEachQos(Latency::new);
    private final List<Latency> acknowledgements = ofEachQos(Latency::new);

    // of this iteration
    private final List<Bursts> delivered = ofEachQos(Bursts::new);
    private final List<Bursts> acknowledged = ofEachQos(Bursts::new);

    private static <T> List<T> ofEachQos(Supplier<T> one) {
        return Stream.generate(one).limit(QOS).toList();
    }

    // the loop's thread

    void delivered(int qos, long receivedNanos) {
        delivered.get(qos).add(receivedNanos);
    }

    void acknowledged(int qos, long receivedNanos) {
        acknowledged.get(qos).add(receivedNanos);
    }

    boolean isEmpty() {
        for (int qos = 0; qos < QOS; qos++) {
            if (!delivered.get(qos).isEmpty() || !acknowledged.get(qos).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** All of this iteration is written. */
    void written(long nowNanos) {
        for (int qos = 0; qos < QOS; qos++) {
            delivered.get(qos).recordInto(deliveries.get(qos), nowNanos);
            acknowledged.get(qos).recordInto(acknowledgements.get(qos), nowNanos);
        }
    }

    // any thread

    Latency deliveries(int qos) {
        return deliveries.get(qos);
    }

    /** Of QoS 1 and 2. */
    Latency acknowledgements(int qos) {
        return acknowledgements.get(qos);
    }
}
