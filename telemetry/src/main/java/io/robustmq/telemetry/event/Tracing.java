package io.robustmq.telemetry.event;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Records what became of one publish, and what else clients do, as spans. A port: the pipeline
 * implements it, the broker calls it. Any thread; never blocks, never throws.
 *
 * <p>All times are {@link System#nanoTime()}.
 */
public interface Tracing {
    /** Decides on messages whose publishers sent no context. Belongs to one thread. */
    Choice choice();

    /**
     * The way of a publish is recorded, where its publisher sent a context that is sampled, or sent
     * none and it was chosen.
     *
     * @param parent the publisher's context; null if it sent none and {@link Choice#takes} said yes
     * @param receivedNanos when the packet was read
     * @return null if it is not recorded: its publisher decided so, or as many as may be were
     */
    @Nullable PublishTrace begin(
            Peer publisher,
            String topicName,
            int qos,
            int payloadBytes,
            @Nullable TraceContext parent,
            long receivedNanos);

    /**
     * A delivery that was not chosen and took longer than this is worth telling to {@link #kept}.
     * May change at any time.
     *
     * @return {@link Long#MAX_VALUE} if none is
     */
    long slowNanos();

    /** Whether what was not chosen and failed is worth telling to {@link #kept}. */
    boolean keepsFailed();

    /**
     * A message that was not chosen is recorded all the same for how it ended, after the fact: as
     * much as is known then. For another delivery of the same message it is the same trace, for as
     * long as that is remembered.
     *
     * @param publisher null if that is not known
     * @param payloadBytes negative if that is not known
     * @param parent asked for a message that is recorded: the publisher's context, null if it sent
     *     none or that is not known
     * @param receivedNanos when its PUBLISH was read; with the topic it tells which message it is
     * @return null if as many as may be were recorded this second (counted)
     */
    @Nullable PublishTrace kept(
            Kept why,
            @Nullable Peer publisher,
            String topicName,
            int qos,
            int payloadBytes,
            Supplier<@Nullable TraceContext> parent,
            long receivedNanos);

    /** What is recorded of that on which nobody else decided. Belongs to one thread. */
    interface Choice {
        /** Of none. */
        Choice NEVER = (publisher, topicName, qos) -> false;

        /** Whether this one is, by the configured ratio and rate. Most calls only count. */
        boolean takes(Peer publisher, String topicName, int qos);
    }

    /** Why something is recorded that was not chosen. */
    enum Kept {
        SLOW,
        FAILED
    }

    /**
     * Decides whether something else that a client does is recorded, as {@link #begin} does for a
     * publish; where what fails is kept, perhaps not before its end.
     *
     * @param parent the client's context, null if it sent none
     * @return null if it is not recorded
     */
    @Nullable OperationTrace operation(
            Operation operation, Peer client, @Nullable TraceContext parent, long beganNanos);

    /**
     * A kept message goes to a subscriber whose session it waited in: its publish span ended before
     * that, maybe long ago and in another process.
     *
     * @param publish what was kept of the trace with the message
     * @param again it was sent before, and not acknowledged
     * @return null if this delivery is not recorded
     */
    @Nullable DeliveryTrace late(
            TraceContext publish,
            Receiver receiver,
            Peer peer,
            String topicName,
            int qos,
            boolean again,
            long beganNanos);

    /**
     * The way of one publish. Its span is open until {@link #routed}; deliveries may be added after
     * that from any thread.
     */
    interface PublishTrace {
        /** The publish span's own context. */
        TraceContext context();

        /** A step of the broker's own between receiving and delivering. */
        void step(Step step, long beganNanos, long endedNanos);

        /**
         * All deliveries are known; ends the publish span.
         *
         * @param deliveries negative if their number is not known any more
         */
        void routed(int deliveries, long nanos);

        /** The publish was refused; ends the span as an error. */
        void refused(int reasonCode, String detail, long nanos);

        /**
         * One subscriber's share begins. When this trace has used up its budget of spans, it is a
         * part of one span for all others that are under way.
         */
        DeliveryTrace delivery(Receiver receiver, Peer peer, int qos, long beganNanos);
    }

    /** One delivery, from being handed to the subscriber's connection to its end. */
    interface DeliveryTrace {
        /**
         * What the subscriber is sent as {@code traceparent}, so that its span is this one's child.
         */
        TraceContext context();

        /** The packet was written to the socket. */
        void written(long nanos);

        /**
         * QoS 1 and 2: the subscriber acknowledged; ends the span. For QoS 0 {@link #written} ends
         * it.
         */
        void acknowledged(int reasonCode, long nanos);

        /** It was not delivered; ends the span as an error. */
        void dropped(MessageEvent.DropReason reason, long nanos);
    }

    /** Whom a message goes to. */
    enum Receiver {
        CLIENT("deliver"),
        /** Another broker, that has subscribers of its own. */
        HOME("forward");

        private final String spanName;

        Receiver(String spanName) {
            this.spanName = spanName;
        }

        public String spanName() {
            return spanName;
        }
    }

    /** What a client does besides publishing. */
    sealed interface Operation {
        /** CONNECT until its CONNACK, with who the client is and what it may do. */
        record Connect(boolean cleanStart, long sessionExpirySeconds) implements Operation {}

        /**
         * @param first of the topic filters
         */
        record Subscribe(int filters, String first) implements Operation {}

        /**
         * @param first of the topic filters
         */
        record Unsubscribe(int filters, String first) implements Operation {}

        /** The end of a connection, however it came. */
        record Disconnect(ConnectionEvent.Ending ending) implements Operation {}
    }

    /** One of those, whose span is open until {@link #ended}. One thread at a time. */
    interface OperationTrace {
        /** Its context if it is recorded when it ends so; then {@link #ended} is told the same. */
        @Nullable TraceContext context(int reasonCode);

        /** An old session is gone on with. */
        void resumed(int waiting, int inFlight, long beganNanos, long endedNanos);

        /**
         * @param reasonCode 0x80 or more is an error
         * @param detail null if there is nothing to say
         */
        void ended(int reasonCode, @Nullable String detail, long nanos);
    }

    /** The broker's own steps of one publish. */
    enum Step {
        AUTHORIZE("authorize"),
        ROUTE("route"),
        RETAIN("retain"),
        /** Until it was written, or a quorum of journal servers had it. */
        JOURNAL("journal append"),
        /** Until the disk had it; one wait is that of all messages that were written together. */
        FSYNC("fsync wait");

        private final String spanName;

        Step(String spanName) {
            this.spanName = spanName;
        }

        public String spanName() {
            return spanName;
        }
    }

    /** Records nothing. */
    Tracing OFF =
            new Tracing() {
                @Override
                public @Nullable PublishTrace begin(
                        Peer publisher,
                        String topicName,
                        int qos,
                        int payloadBytes,
                        @Nullable TraceContext parent,
                        long receivedNanos) {
                    return null;
                }

                @Override
                public long slowNanos() {
                    return Long.MAX_VALUE;
                }

                @Override
                public boolean keepsFailed() {
                    return false;
                }

                @Override
                public @Nullable PublishTrace kept(
                        Kept why,
                        @Nullable Peer publisher,
                        String topicName,
                        int qos,
                        int payloadBytes,
                        Supplier<@Nullable TraceContext> parent,
                        long receivedNanos) {
                    return null;
                }

                @Override
                public @Nullable OperationTrace operation(
                        Operation operation,
                        Peer client,
                        @Nullable TraceContext parent,
                        long beganNanos) {
                    return null;
                }

                @Override
                public @Nullable DeliveryTrace late(
                        TraceContext publish,
                        Receiver receiver,
                        Peer peer,
                        String topicName,
                        int qos,
                        boolean again,
                        long beganNanos) {
                    return null;
                }

                @Override
                public Choice choice() {
                    return Choice.NEVER;
                }
            };
}
