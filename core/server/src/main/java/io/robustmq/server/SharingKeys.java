package io.robustmq.server;

import io.robustmq.broker.BrokerSettings.ShareStrategy;
import java.util.List;

/** The configuration keys of shared subscriptions. */
final class SharingKeys {
    private SharingKeys() {}

    static final ConfigSection SHARING =
            new ConfigSection(
                    "mqtt.shared-subscriptions",
                    "Who of those who share a subscription gets a message",
                    List.of(
                            ConfigKeys.key(
                                    "mqtt.shared-subscriptions.strategy",
                                    new ValueKind.Choice(ShareStrategy.class),
                                    "\"round-robin\"",
                                    "How one of all who subscribe to $share/<name>/<filter> is chosen for a message: each in turn, any by chance, one as long as it stays, the same for one publisher or for one topic, or who has the fewest messages to acknowledge. Those who are connected and can take it come first."),
                            ConfigKeys.key(
                                    "mqtt.shared-subscriptions.groups",
                                    new StrategiesKind(),
                                    "[]",
                                    "Share names with a strategy of their own, such as [\"orders=hash-topic\", \"audit=sticky\"].")));
}
