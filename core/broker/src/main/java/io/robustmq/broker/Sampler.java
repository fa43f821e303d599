package io.robustmq.broker;

/**
 * Lets through at most so many per second, and asks for nothing but a comparison once they are used
 * up. Half of them are kept for what is traced, so that traces find their events. Belongs to a
 * loop, which refills it each second.
 */
final class Sampler {
    private final int perSecond;
    private int left;

    Sampler(int perSecond) {
        this.perSecond = perSecond;
        this.left = perSecond;
    }

    void refill() {
        left = perSecond;
    }

    boolean take(boolean traced) {
        if (left <= (traced ? 0 : perSecond / 2)) {
            return false;
        }
        left--;
        return true;
    }
}
