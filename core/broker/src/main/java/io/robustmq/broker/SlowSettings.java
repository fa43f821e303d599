package io.robustmq.broker;

import java.time.Duration;

/**
 * When a subscription is slow.
 *
 * @param top how many are kept by each event loop, and shown in all
 * @param halfLife after which a latency counts as half
 */
public record SlowSettings(boolean enabled, Duration threshold, int top, Duration halfLife) {
    public static final SlowSettings DEFAULTS =
            new SlowSettings(true, Duration.ofMillis(500), 10, Duration.ofMinutes(1));
}
