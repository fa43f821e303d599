package io.robustmq.telemetry.event;

import org.jspecify.annotations.Nullable;

/**
 * Records what became of one publish, as spans. A port: the pipeline implements it, the broker
 * calls it. Any thread; never blocks, never throws.
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
                public boolean skipsUnparented() {
                    return true;
                }
            };
}
