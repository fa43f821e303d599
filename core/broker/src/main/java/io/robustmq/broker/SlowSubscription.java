package io.robustmq.broker;

import java.time.Instant;

/**
 * One subscriber that gets, or acknowledges, what it subscribed to too slowly.
 *
 * @param filter its subscription; the topic if that is not known
 * @param latencyMillis the longest of late: it halves with {@code halfLife}
 * @param lastMillis the last one over the threshold
 * @param count of those
 */
public record SlowSubscription(
        String clientId,
        String filter,
        int qos,
        long latencyMillis,
        long lastMillis,
        long count,
        Instant firstAt,
        Instant lastAt) {}
