package io.robustmq.broker;

import java.time.Duration;

/**
 * What is told below {@code $SYS/brokers}.
 *
 * @param interval zero for nothing
 * @param node as it calls itself
 */
public record SysSettings(Duration interval, String node, String version) {
    public static final SysSettings DEFAULTS =
            new SysSettings(Duration.ofMinutes(1), "node", "unknown");
}
