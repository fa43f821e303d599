package io.robustmq.telemetry.pipeline;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Decides which publishes are traced: by ratio, and no more than so many per second. Any thread.
 */
final class Sampler {
    private final PipelineSettings.Traces settings;
    private final InstantSource clock;
    private final Supplier<RandomGenerator> chance;

    /** The second in the upper half, the traces begun in it in the lower. */
    private final AtomicLong begun = new AtomicLong();

    Sampler(
            PipelineSettings.Traces settings,
            InstantSource clock,
            Supplier<RandomGenerator> chance) {
        this.settings = settings;
        this.clock = clock;
        this.chance = chance;
    }

    boolean wantsUnparented() {
        double ratio = settings.ratio();
        return ratio > 0 && (ratio >= 1 || chance.get().nextDouble() < ratio) && hasRoom();
    }

    boolean hasRoom() {
        long second = clock.millis() / 1000;
        while (true) {
            long before = begun.get();
            long count = before >>> 32 == second ? before & 0xffff_ffffL : 0;
            if (count >= settings.maxPerSecond()) {
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
