package io.robustmq.broker;

import io.robustmq.telemetry.event.Latency;
import java.util.Arrays;

/**
 * How many deliveries of one loop iteration came from which read: all messages of a read have one
 * receive time and all deliveries of a flush one send time, so latency costs a clock per read and
 * one per flush.
 */
final class Bursts {
    private long[] receivedNanos = new long[64];
    private int[] deliveries = new int[64];
    private int count;

    void add(long nanos) {
        if (count > 0 && receivedNanos[count - 1] == nanos) {
            deliveries[count - 1]++;
            return;
        }
        if (count == deliveries.length) {
            receivedNanos = Arrays.copyOf(receivedNanos, 2 * count);
            deliveries = Arrays.copyOf(deliveries, 2 * count);
        }
        receivedNanos[count] = nanos;
        deliveries[count] = 1;
        count++;
    }

    boolean isEmpty() {
        return count == 0;
    }

    void recordInto(Latency latency, long nowNanos) {
        for (int i = 0; i < count; i++) {
            latency.record(nowNanos - receivedNanos[i], deliveries[i]);
        }
        count = 0;
    }
}
