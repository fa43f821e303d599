package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.Tracing;

/**
 * Chooses messages as if each had its own chance, but draws how many are passed over until the next
 * one (a geometric distribution, by inversion: Devroye 1986, X.2): that many cost a comparison
 * each. Drawn with the highest ratio that any rule has; one that falls on a message of a lower
 * ratio counts with the ratio of both. Belongs to one thread.
 */
final class TraceChoice implements Tracing.Choice {
    private final Sampler sampler;

    /** {@link Sampler#changes} when the number was drawn. */
    private int drawnAt = -1;

    private double highest;
    private long passedOver;

    TraceChoice(Sampler sampler) {
        this.sampler = sampler;
    }

    @Override
    public boolean takes(Peer publisher, String topicName, int qos) {
        int changes = sampler.changes();
        if (changes != drawnAt) {
            drawnAt = changes;
            highest = sampler.sampling().highestRatio();
            passedOver = drawn();
        }
        return --passedOver < 0 && isChosen(publisher, topicName, qos);
    }

    private boolean isChosen(Peer publisher, String topicName, int qos) {
        passedOver = drawn();
        double ratio = sampler.sampling().ratio(publisher.clientId(), topicName, qos);
        return sampler.happens(ratio / highest) && sampler.hasRoom();
    }

    private long drawn() {
        if (highest >= 1) {
            return 0;
        }
        return highest <= 0
                ? Long.MAX_VALUE
                : (long) (Math.log(sampler.uniform()) / Math.log1p(-highest));
    }
}
