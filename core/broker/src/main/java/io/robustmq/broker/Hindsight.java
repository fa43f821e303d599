package io.robustmq.broker;

import io.robustmq.protocol.PublishPacket;
import io.robustmq.telemetry.event.MessageEvent.DropReason;
import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import io.robustmq.telemetry.event.Tracing.Kept;
import io.robustmq.telemetry.event.Tracing.PublishTrace;
import io.robustmq.telemetry.event.Tracing.Receiver;
import org.jspecify.annotations.Nullable;

/**
 * Has messages recorded that were not chosen to be traced, for how they ended: slow, dropped or
 * refused. What ends well costs a comparison, and nothing is written down before. Any loop.
 */
final class Hindsight {
    private static final int UNKNOWN = -1;

    private final Tracing tracing;

    Hindsight(Tracing tracing) {
        this.tracing = tracing;
    }

    /**
     * What is known of a message then.
     *
     * @param payloadBytes negative if that is not known
     * @param properties as {@link Message#properties}
     */
    record Ended(String topic, int qos, int payloadBytes, byte[] properties, long receivedNanos) {
        static Ended of(Message message) {
            return new Ended(
                    message.topic(),
                    message.qos(),
                    message.payload().length,
                    message.properties(),
                    message.receivedNanos());
        }

        static Ended of(Publication message) {
            return new Ended(
                    message.topic(),
                    message.qos(),
                    message.payloadLength(),
                    message.properties(),
                    message.receivedNanos());
        }

        static Ended of(Publishing.Content message) {
            return new Ended(
                    message.topic(),
                    message.qos(),
                    message.payloadLength(),
                    message.properties(),
                    message.receivedNanos());
        }
    }

    boolean isSlow(long nanos) {
        return nanos > tracing.slowNanos();
    }

    /** Of QoS 0, known is only what waited longest of all that was written together. */
    void written(String topic, byte[] properties, Session to, long receivedNanos, long nanos) {
        Ended message = new Ended(topic, 0, UNKNOWN, properties, receivedNanos);
        PublishTrace trace = kept(Kept.SLOW, message, null);
        if (trace != null) {
            trace.delivery(Receiver.CLIENT, to.peer(), 0, receivedNanos).written(nanos);
            trace.routed(UNKNOWN, nanos);
        }
    }

    /** Of QoS 1 and 2. */
    void acknowledged(Delivery delivery, Session by, int reasonCode, long nanos) {
        Message message = delivery.message;
        PublishTrace trace = kept(Kept.SLOW, Ended.of(message), null);
        if (trace == null) {
            return;
        }
        long handed = message.receivedNanos();
        if (delivery.loggedNanos != 0) {
            handed = delivery.loggedNanos;
            trace.step(Tracing.Step.JOURNAL, message.receivedNanos(), handed);
        }
        trace.delivery(Receiver.CLIENT, by.peer(), delivery.qos, handed)
                .acknowledged(reasonCode, nanos);
        trace.routed(UNKNOWN, handed);
    }

    /** Its publisher waited long for the log. */
    void logged(Publishing entry, Session publisher) {
        Publishing.Content message = entry.content();
        PublishTrace trace = kept(Kept.SLOW, Ended.of(message), publisher.peer());
        if (trace != null) {
            trace.step(Tracing.Step.JOURNAL, message.receivedNanos(), entry.writtenNanos());
            if (entry.durableNanos() > entry.writtenNanos()) {
                trace.step(Tracing.Step.FSYNC, entry.writtenNanos(), entry.durableNanos());
            }
            trace.routed(UNKNOWN, entry.durableNanos());
        }
    }

    boolean keepsFailed() {
        return tracing.keepsFailed();
    }

    /**
     * One of those that it was for does not get it.
     *
     * @return where the event about it belongs; null if it is not recorded
     */
    @Nullable TraceContext dropped(Ended message, Session to, int qos, DropReason reason) {
        PublishTrace trace =
                keepsFailed() && !TopicLevels.isBrokersOwn(message.topic)
                        ? kept(Kept.FAILED, message, null)
                        : null;
        if (trace == null) {
            return null;
        }
        long now = System.nanoTime();
        Receiver receiver = to.isPeer() ? Receiver.HOME : Receiver.CLIENT;
        trace.delivery(receiver, to.peer(), qos, message.receivedNanos).dropped(reason, now);
        trace.routed(UNKNOWN, now);
        return trace.context();
    }

    /** Its publisher is told that it was not taken, which the caller ends the trace with. */
    @Nullable PublishTrace refused(Ended message, Peer publisher) {
        return keepsFailed() ? kept(Kept.FAILED, message, publisher) : null;
    }

    private @Nullable PublishTrace kept(Kept why, Ended message, @Nullable Peer publisher) {
        return tracing.kept(
                why,
                publisher,
                message.topic,
                message.qos,
                message.payloadBytes,
                () -> parent(message.properties),
                message.receivedNanos);
    }

    private static @Nullable TraceContext parent(byte[] properties) {
        String traceparent = PublishPacket.userProperty(properties, Publisher.TRACEPARENT);
        return traceparent == null
                ? null
                : TraceContext.parse(
                        traceparent, PublishPacket.userProperty(properties, Publisher.TRACESTATE));
    }
}
