package io.robustmq.broker;

import io.robustmq.telemetry.event.Tracing;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A message that is delivered when it is in the log, to everybody whom it is for: then nobody has a
 * message that its publisher is told was not taken.
 */
final class Publishing extends LogEntry {
    /** Who waits for it. */
    interface Waiting {
        /**
         * On the publisher's loop, after its own sessions were served.
         *
         * @param offset where in the log it is
         */
        void committed(long offset);

        /** On the publisher's loop; nobody got it. */
        void refused(IOException why);

        Waiting NOBODY =
                new Waiting() {
                    @Override
                    public void committed(long offset) {}

                    @Override
                    public void refused(IOException why) {}
                };
    }

    /**
     * What it consists of, but for the payload, which is the end of the record.
     *
     * @param expiresAtMillis {@link Message#NEVER} without expiry
     * @param publisher null unless a client published it
     */
    record Content(
            String topic,
            byte[] topicUtf8,
            int qos,
            boolean retain,
            long expiresAtMillis,
            byte[] properties,
            int payloadLength,
            long receivedNanos,
            @Nullable Session publisher,
            Tracing.@Nullable PublishTrace trace,
            @Nullable Stamp stamp) {}

    private final Content content;
    private final Route route;
    private final Waiting waiting;
    private final long beganNanos;

    Publishing(Loop loop, byte[] record, Content content, Route route, Waiting waiting) {
        super(loop, record);
        this.content = content;
        this.route = route;
        this.waiting = waiting;
        this.beganNanos = content.trace == null ? 0 : System.nanoTime();
    }

    Content content() {
        return content;
    }

    /** Where in the record the payload begins. */
    int payloadAt() {
        return payload().length - content.payloadLength;
    }

    /** Whether a loop has to do something before the publisher is told. */
    boolean isFor(Loop some) {
        return route.targets()[some.index()].length > 0 || some == loop() && content.trace != null;
    }

    void deliverOn(Loop here) {
        Tracing.PublishTrace trace = content.trace;
        if (trace != null && here == loop()) {
            trace.step(Tracing.Step.JOURNAL, beganNanos, writtenNanos());
            if (durableNanos() > writtenNanos()) {
                trace.step(Tracing.Step.FSYNC, writtenNanos(), durableNanos());
            }
        }
        Route.Target[] targets = route.targets()[here.index()];
        if (targets.length > 0) {
            here.deliver(this, targets);
        }
    }

    @Override
    void committed() {
        Session publisher = content.publisher;
        if (publisher != null
                && content.trace == null
                && loop().hindsight().isSlow(durableNanos() - content.receivedNanos)) {
            loop().hindsight().logged(this, publisher);
        }
        waiting.committed(offset());
    }

    @Override
    void refused(IOException why) {
        if (content.qos > 0) {
            route.unassigned();
        }
        Session publisher = content.publisher;
        Tracing.PublishTrace kept =
                publisher == null || content.trace != null
                        ? null
                        : loop().hindsight().refused(Hindsight.Ended.of(content), publisher.peer());
        if (kept != null) {
            kept.refused(StorageFault.reasonCode(why), StorageFault.detail(why), System.nanoTime());
        }
        waiting.refused(why);
    }

    /** A copy of it for memory. */
    Message message() {
        byte[] payload = new byte[content.payloadLength];
        System.arraycopy(payload(), payloadAt(), payload, 0, payload.length);
        return new Message(
                content.topic,
                content.topicUtf8,
                payload,
                content.qos,
                content.retain,
                content.expiresAtMillis,
                content.properties,
                content.receivedNanos,
                content.stamp);
    }
}
