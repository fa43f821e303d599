package io.robustmq.telemetry.pipeline;

import java.time.Duration;
import java.util.List;

/**
 * Which traces are recorded. Immutable; another may take its place at any time.
 *
 * @param ratio of the publishes without a context of their own, 0 to 1
 * @param rules of ratios of their own; the first that fits counts
 * @param maxPerSecond traces begun per second, those with a sampled parent included
 * @param keepSlow deliveries that took longer are recorded although they were not chosen; zero is
 *     never
 * @param keepFailed what was refused or dropped is recorded although it was not chosen
 * @param maxKeptPerSecond deliveries and refusals recorded per second for one of these two reasons
 */
public record Sampling(
        double ratio,
        List<SamplingRule> rules,
        int maxPerSecond,
        Duration keepSlow,
        boolean keepFailed,
        int maxKeptPerSecond) {
    public static final Sampling DEFAULTS =
            new Sampling(0.01, List.of(), 100, Duration.ofSeconds(1), true, 20);

    public Sampling {
        rules = List.copyOf(rules);
    }

    long slowNanos() {
        return keepSlow.isPositive() ? keepSlow.toNanos() : Long.MAX_VALUE;
    }

    /**
     * Of what nobody else decided on.
     *
     * @param topicName empty of what is no message
     * @param qos {@link SamplingRule#ANY_QOS} of what is no message
     */
    double ratio(String clientId, String topicName, int qos) {
        for (int i = 0; i < rules.size(); i++) {
            SamplingRule rule = rules.get(i);
            if (rule.fits(clientId, topicName, qos)) {
                return rule.ratio();
            }
        }
        return ratio;
    }

    /** That anything may have. */
    double highestRatio() {
        return Math.max(ratio, rules.stream().mapToDouble(SamplingRule::ratio).max().orElse(0));
    }
}
