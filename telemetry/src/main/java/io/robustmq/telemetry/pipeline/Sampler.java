package io.robustmq.telemetry.pipeline;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Decides what is traced: by ratio, which rules may give some of it another of, and no more than so
 * many per second. Any thread; of messages each thread has a {@link TraceChoice}.
 */
final class Sampler {
    private final Supplier<RandomGenerator> chance;
    private final PerSecond chosen;
    private final PerSecond kept;
    private volatile Sampling sampling;
    private final AtomicInteger changes = new AtomicInteger();
    private volatile long slowNanos;

    Sampler(Sampling sampling, InstantSource clock, Supplier<RandomGenerator> chance) {
        this.chance = chance;
        this.chosen = new PerSecond(clock);
        this.kept = new PerSecond(clock);
        this.sampling = sampling;
        this.slowNanos = sampling.slowNanos();
    }

    /** Of what is no message, and has no parent. */
    boolean wantsOperation(String clientId) {
        return happens(sampling.ratio(clientId, "", SamplingRule.ANY_QOS)) && hasRoom();
    }

    /** With that probability. */
    boolean happens(double probability) {
        return probability > 0 && (probability >= 1 || chance.get().nextDouble() < probability);
    }

    /** In (0, 1]. */
    double uniform() {
        return 1 - chance.get().nextDouble();
    }

    Sampling sampling() {
        return sampling;
    }

    /** How often that became another one. */
    int changes() {
        return changes.get();
    }

    /** From now on that decides. */
    void use(Sampling other) {
        sampling = other;
        slowNanos = other.slowNanos();
        changes.incrementAndGet();
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
