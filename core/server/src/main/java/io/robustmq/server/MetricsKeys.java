package io.robustmq.server;

import io.robustmq.broker.ClientClassRule;
import io.robustmq.broker.ClientClasses;
import java.util.List;
import java.util.Objects;

/** What may be configured of {@code /metrics}. */
final class MetricsKeys {
    private MetricsKeys() {}

    private static final String CLIENT_CLASSES = "metrics.client-classes";

    private static final ConfigKey MAX_SERIES =
            ConfigKeys.key(
                    "metrics.max-series",
                    ConfigKeys.whole(10, 100_000),
                    "1000",
                    "Label sets that each metric may have. Those seen first keep their series; all others are added up in one with overflow in all labels.");

    /** With events and traces. */
    static final List<ConfigSection> TELEMETRY = telemetry(MAX_SERIES);

    /** The same for roles with clients. */
    static final List<ConfigSection> BROKER_TELEMETRY =
            telemetry(
                    MAX_SERIES,
                    ConfigKeys.key(
                            CLIENT_CLASSES,
                            new RulesKind(ClientClassRule.FORM),
                            "[]",
                            "Classes that clients are counted in, at most 16 by at most 32 rules, such as [\"client=sensor-* class=sensors\", \"user=ann listener=wss class=people\"]; the first that fits decides, and who fits none is other. In the environment and with --set, parted by semicolons."));

    private static List<ConfigSection> telemetry(ConfigKey... keys) {
        return ConfigRole.sections(
                ConfigKeys.TELEMETRY,
                List.of(new ConfigSection("metrics", "What /metrics has", List.of(keys))));
    }

    /** The whole configuration of a role with clients. */
    static void check(ConfigValues values) {
        List<?> written = (List<?>) values.of(CLIENT_CLASSES);
        for (Object rule : written) {
            if (ClientClassRule.read((String) rule) == null) {
                values.wrong(CLIENT_CLASSES, "\"" + rule + "\" must be " + ClientClassRule.FORM);
            }
        }
        if (written.size() > ClientClasses.MAX_RULES) {
            values.wrong(
                    CLIENT_CLASSES,
                    "must be at most "
                            + ClientClasses.MAX_RULES
                            + " rules, were "
                            + written.size());
        }
        long classes =
                written.stream()
                        .map(rule -> ClientClassRule.read((String) rule))
                        .filter(Objects::nonNull)
                        .map(ClientClassRule::clientClass)
                        .distinct()
                        .count();
        if (classes > ClientClasses.MAX_CLASSES) {
            values.wrong(
                    CLIENT_CLASSES,
                    "must have at most "
                            + ClientClasses.MAX_CLASSES
                            + " different classes, had "
                            + classes);
        }
    }

    /**
     * @param rules that were checked
     */
    static ClientClasses classes(List<String> rules) {
        return new ClientClasses(
                rules.stream()
                        .map(rule -> Objects.requireNonNull(ClientClassRule.read(rule)))
                        .toList());
    }
}
