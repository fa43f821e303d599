package io.robustmq.telemetry.pipeline;

import io.opentelemetry.exporter.internal.marshal.Marshaler;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** With an other end that fails without saying whose fault it is. One thread. */
final class Patience {
    /**
     * So long the other end may fail at a record, before that is taken for the record's fault: it
     * must not keep back all others for ever.
     */
    private static final Duration MOST = Duration.ofMinutes(15);

    private final InstantSource clock;
    private @Nullable Instant unclearSince;
    private long unclearUpTo;

    Patience(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * As {@link OtlpSender#send}.
     *
     * @param last the number of the last record in it; later ones have higher numbers
     */
    void send(OtlpSender to, Marshaler message, long last)
            throws IOException, InterruptedException {
        try {
            to.send(message);
        } catch (OtlpAnswer.UnclearException e) {
            Instant now = clock.instant();
            if (unclearSince == null) {
                unclearSince = now;
            }
            unclearUpTo = Math.max(unclearUpTo, last);
            if (unclearSince.plus(MOST).isAfter(now)) {
                throw e;
            }
            throw new Sink.RefusedException(
                    e.getMessage() + " (for " + MOST.toMinutes() + " minutes)");
        }
        if (last >= unclearUpTo) {
            unclearSince = null; // a part of what it failed at says nothing about the rest
        }
    }
}
