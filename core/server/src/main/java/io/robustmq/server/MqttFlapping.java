package io.robustmq.server;

import io.robustmq.broker.Protection;
import java.time.Duration;
import java.util.List;

/** {@code mqtt.flapping}: clients that come and go too often are kept out for a while. */
record MqttFlapping(
        boolean enabled, int maxConnects, Duration window, Duration banTime, boolean byAddress) {

    static final ConfigSection SECTION =
            new ConfigSection(
                    "mqtt.flapping",
                    "Temporary bans of clients that connect too often",
                    List.of(
                            ConfigKeys.key(
                                    "mqtt.flapping.enabled",
                                    ConfigKeys.FLAG,
                                    "false",
                                    "Whether such clients are banned. robustmq bans shows and lifts bans."),
                            ConfigKeys.key(
                                    "mqtt.flapping.max-connects",
                                    ConfigKeys.whole(1, 1_000_000),
                                    "15",
                                    "Times that one client identifier may connect within the window. Only clients that have proved who they are count."),
                            ConfigKeys.key(
                                    "mqtt.flapping.window",
                                    ConfigKeys.span(Duration.ofSeconds(1), Duration.ofDays(1)),
                                    "\"1m\"",
                                    "Time in which they are counted."),
                            ConfigKeys.key(
                                    "mqtt.flapping.ban-time",
                                    ConfigKeys.span(Duration.ofSeconds(1), Duration.ofDays(365)),
                                    "\"5m\"",
                                    "How long a ban lasts."),
                            ConfigKeys.key(
                                    "mqtt.flapping.by-address",
                                    ConfigKeys.FLAG,
                                    "false",
                                    "Whether addresses are counted and banned in the same way. Not where many clients share one, as behind NAT.")));

    Protection.Flapping settings() {
        return new Protection.Flapping(enabled, maxConnects, window, banTime, byAddress);
    }
}
