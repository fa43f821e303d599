package io.robustmq.broker;

import org.jspecify.annotations.Nullable;

/**
 * An application message that outlives the read it came with: one object however many sessions wait
 * for it. Arrays are shared and never changed.
 *
 * @param retain the flag it was published with
 * @param expiresAtMillis epoch milliseconds, {@link #NEVER} without expiry
 * @param properties as {@link io.robustmq.protocol.PublishPacket#forwardedProperties} has them
 * @param receivedNanos {@link System#nanoTime} of the read
 * @param stamp of a retained one where there are several homes
 */
record Message(
        String topic,
        byte[] topicUtf8,
        byte[] payload,
        int qos,
        boolean retain,
        long expiresAtMillis,
        byte[] properties,
        long receivedNanos,
        @Nullable Stamp stamp) {

    static final long NEVER = Long.MAX_VALUE;

    Message(
            String topic,
            byte[] topicUtf8,
            byte[] payload,
            int qos,
            boolean retain,
            long expiresAtMillis,
            byte[] properties,
            long receivedNanos) {
        this(
                topic,
                topicUtf8,
                payload,
                qos,
                retain,
                expiresAtMillis,
                properties,
                receivedNanos,
                null);
    }

    boolean expires() {
        return expiresAtMillis != NEVER;
    }

    boolean isExpiredAt(long nowMillis) {
        return nowMillis >= expiresAtMillis;
    }

    /** What is left of the Message Expiry Interval, rounded up; -1 without expiry. */
    long expirySecondsLeft(long nowMillis) {
        return expirySecondsLeft(expiresAtMillis, nowMillis);
    }

    static long expirySecondsLeft(long expiresAtMillis, long nowMillis) {
        return expiresAtMillis == NEVER
                ? -1
                : Math.max(0, (expiresAtMillis - nowMillis + 999) / 1000);
    }

    static long expiresAtMillis(long expirySeconds, long nowMillis) {
        return expirySeconds < 0 ? NEVER : nowMillis + expirySeconds * 1000;
    }

    /** It as a retained message that is sent with that QoS. */
    Message retained(int withQos) {
        return new Message(
                topic,
                topicUtf8,
                payload,
                withQos,
                true,
                expiresAtMillis,
                properties,
                receivedNanos,
                stamp);
    }

    Message stamped(Stamp with) {
        return new Message(
                topic,
                topicUtf8,
                payload,
                qos,
                retain,
                expiresAtMillis,
                properties,
                receivedNanos,
                with);
    }

    /** What a queue or a store accounts for it. */
    long bytes() {
        return (long) topicUtf8.length + payload.length + properties.length;
    }

    @Override
    public String toString() {
        return topic + " QoS " + qos + ", " + payload.length + " bytes";
    }
}
