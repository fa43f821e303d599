package io.robustmq.telemetry.pipeline;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Decides which publishes are traced: by ratio, which rules may give some of them another of, and
 * no more than so many per second. Any thread.
 */
final class Sampler {
    private final InstantSource clock;
    private final Supplier<RandomGenerator> chance;

    /** The second in the upper half, the traces begun in it in the lower. */
    private final AtomicLong begun = new AtomicLong();

    private volatile Sampling sampling;
    private volatile boolean parentedOnly;
    private final LongAdder limited = new LongAdder();

    Sampler(Sampling sampling, InstantSource clock, Supplier<RandomGenerator> chance) {
        this.sampling = sampling;
        this.parentedOnly = sampling.isParentedOnly();
        this.clock = clock;
        this.chance = chance;
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
    }

    boolean isParentedOnly() {
        return parentedOnly;
    }

    /** Traces that there was no room for. */
    long limited() {
        return limited.sum();
    }

    boolean hasRoom() {
        long second = clock.millis() / 1000;
        while (true) {
            long before = begun.get();
            long count = before >>> 32 == second ? before & 0xffff_ffffL : 0;
            if (count >= sampling.maxPerSecond()) {
                limited.increment();
                return false;
            }
            if (begun.compareAndSet(before, second << 32 | count + 1)) {
                return true;
            }
        }
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
