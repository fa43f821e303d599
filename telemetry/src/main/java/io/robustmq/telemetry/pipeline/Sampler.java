package io.robustmq.telemetry.pipeline;

import java.time.InstantSource;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Decides which publishes are traced: by ratio, which rules may give some of them another of, and
 * no more than so many per second. Any thread.
 */
final class Sampler {
    private final Supplier<RandomGenerator> chance;
    private final PerSecond chosen;
    private final PerSecond kept;
    private volatile Sampling sampling;
    private volatile boolean parentedOnly;
    private volatile long slowNanos;

    Sampler(Sampling sampling, InstantSource clock, Supplier<RandomGenerator> chance) {
        this.chance = chance;
        this.chosen = new PerSecond(clock);
        this.kept = new PerSecond(clock);
        this.sampling = sampling;
        this.parentedOnly = sampling.isParentedOnly();
        this.slowNanos = sampling.slowNanos();
    }

    /**
     * @param topicName empty of what is no message
     * @param qos {@link SamplingRule#ANY_QOS} of what is no message
     */
    boolean wantsUnparented(String clientId, String topicName, int qos) {
        double ratio = ratio(clientId, topicName, qos);
        return ratio > 0 && (ratio >= 1 || chance.get().nextDouble() < ratio) && hasRoom();
    }

    private double ratio(String clientId, String topicName, int qos) {
        Sampling now = sampling;
        for (int i = 0; i < now.rules().size(); i++) {
            SamplingRule rule = now.rules().get(i);
            if (rule.fits(clientId, topicName, qos)) {
                return rule.ratio();
            }
        }
        return now.ratio();
    }

    /** From now on that decides. */
    void use(Sampling other) {
        sampling = other;
        parentedOnly = other.isParentedOnly();
        slowNanos = other.slowNanos();
    }

    boolean isParentedOnly() {
        return parentedOnly;
    }

    /** What takes longer is kept. */
    long slowNanos() {
        return slowNanos;
    }

    boolean keepsFailed() {
        return sampling.keepFailed();
    }

    /** Traces that there was no room for among those that are chosen. */
    long limited() {
        return chosen.refused();
    }

    /** What was not recorded although it was slow or failed: as many as may be were. */
    long keptLimited() {
        return kept.refused();
    }

    boolean hasRoom() {
        return chosen.take(sampling.maxPerSecond());
    }

    /** Whether one more may be recorded for how it ended. */
    boolean mayKeep() {
        return kept.take(sampling.maxKeptPerSecond());
    }

    /** Never 0. */
    long newId() {
        RandomGenerator random = chance.get();
        long id;
        do {
            id = random.nextLong();
        } while (id == 0);
        return id;
    }
}
