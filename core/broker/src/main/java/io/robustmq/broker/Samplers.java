package io.robustmq.broker;

import io.robustmq.telemetry.event.Tracing;

/**
 * What one loop chooses of many messages: to be traced, and one {@link Sampler} per {@code
 * message.*} type that goes with a message. What is traced on demand ({@link
 * io.robustmq.telemetry.event.Events#isTraced}) is not left to them.
 */
final class Samplers {
    final Sampler published;
    final Sampler delivered;
    final Sampler unrouted;
    final Sampler retainedStored;
    final Sampler retainedCleared;
    final Sampler delayed;

    /** What becomes of single deliveries that are traced, beside those that are sent. */
    final Sampler traced;

    /** Which messages are traced whose publishers sent no context. */
    final Tracing.Choice traces;

    Samplers(int perSecond, Tracing tracing) {
        traces = tracing.choice();
        published = new Sampler(perSecond);
        delivered = new Sampler(perSecond);
        unrouted = new Sampler(perSecond);
        retainedStored = new Sampler(perSecond);
        retainedCleared = new Sampler(perSecond);
        delayed = new Sampler(perSecond);
        traced = new Sampler(perSecond);
    }

    void refill() {
        published.refill();
        delivered.refill();
        unrouted.refill();
        retainedStored.refill();
        retainedCleared.refill();
        delayed.refill();
        traced.refill();
    }
}
