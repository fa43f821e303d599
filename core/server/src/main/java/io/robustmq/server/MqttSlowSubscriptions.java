package io.robustmq.server;

import io.robustmq.broker.SlowSettings;
import java.time.Duration;
import java.util.List;

/** {@code mqtt.slow-subscriptions}: when a subscription is slow, and how many are remembered. */
record MqttSlowSubscriptions(boolean enabled, Duration threshold, int top, Duration halfLife) {

    static final ConfigSection SECTION =
            new ConfigSection(
                    "mqtt.slow-subscriptions",
                    "The slowest subscriptions",
                    List.of(
                            ConfigKeys.key(
                                    "mqtt.slow-subscriptions.enabled",
                                    ConfigKeys.FLAG,
                                    "true",
                                    "Whether they are looked for. robustmq slow shows them."),
                            ConfigKeys.key(
                                    "mqtt.slow-subscriptions.threshold",
                                    ConfigKeys.span(Duration.ofMillis(1), Duration.ofHours(1)),
                                    "\"500ms\"",
                                    "Slow is more than this, from reading a PUBLISH to writing it to the subscriber (QoS 0) or to the subscriber's last acknowledgement (QoS 1 and 2)."),
                            ConfigKeys.key(
                                    "mqtt.slow-subscriptions.top",
                                    ConfigKeys.whole(1, 1000),
                                    "10",
                                    "How many are remembered."),
                            ConfigKeys.key(
                                    "mqtt.slow-subscriptions.half-life",
                                    ConfigKeys.span(Duration.ofSeconds(1), Duration.ofDays(1)),
                                    "\"1m\"",
                                    "After this time a latency counts as half; below the threshold it is forgotten.")));

    SlowSettings settings() {
        return new SlowSettings(enabled, threshold, top, halfLife);
    }
}
