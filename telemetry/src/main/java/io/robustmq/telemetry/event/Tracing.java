package io.robustmq.telemetry.event;

import org.jspecify.annotations.Nullable;

/**
 * Records what became of one publish, and what else clients do, as spans. A port: the pipeline
 * implements it, the broker calls it. Any thread; never blocks, never throws.
 *
 * <p>All times are {@link System#nanoTime()}.
 */
public interface Tracing {
    /**
     * Decides, as a PUBLISH is received, whether its way is recorded: parent based where the
     * publisher sent a context, else by the configured ratio and rate.
     *
     * @param parent the publisher's context, null if it sent none
     * @param receivedNanos when the packet was read
     * @return null if this publish is not recorded
     */
    @Nullable PublishTrace begin(
            Peer publisher,
            String topicName,
            int qos,
            int payloadBytes,
            @Nullable TraceContext parent,
            long receivedNanos);

    /**
     * True if {@link #begin} would return null whenever there is no parent that says otherwise: the
     * data path can skip the call.
     */
    boolean skipsUnparented();

    /**
     * Decides whether something else that a client does is recorded, as {@link #begin} does for a
     * publish.
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
            Peer subscriber,
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

        /** All deliveries are known; ends the publish span. */
        void routed(int deliveries, long nanos);

        /** The publish was refused; ends the span as an error. */
        void refused(int reasonCode, String detail, long nanos);

        /**
         * One subscriber's share begins; null when this trace has used up its budget of spans
         * (counted).
         */
        @Nullable DeliveryTrace delivery(Peer subscriber, int qos, long beganNanos);
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
        TraceContext context();

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
        JOURNAL("journal append");

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
                        Peer subscriber,
                        String topicName,
                        int qos,
                        boolean again,
                        long beganNanos) {
                    return null;
                }

                @Override
                public boolean skipsUnparented() {
                    return true;
                }
            };
}
