package io.robustmq.crash;

/** A promise that was broken, and by which message or client. */
record Violation(Rule rule, String detail) {
    enum Rule {
        /** Acknowledged to its publisher, and never seen by who had subscribed to it. */
        LOST,
        /** Arrived more often than once, with QoS 2 on both sides. */
        DOUBLED,
        /** Arrived more often than it was sent, without DUP. */
        DUP_MISSING,
        /** First deliveries of one publisher, topic and QoS in another order than sent. */
        REORDERED,
        /** A message that nobody sent, or on another topic, or to who had not subscribed. */
        STRAY,
        /** Delivered with another QoS than the lower one of the publish and the subscription. */
        WRONG_QOS,
        /** A session that had been told of was gone. */
        SESSION_LOST,
        /** A session was there that nobody had begun, or that was to be forgotten. */
        SESSION_STRAY,
        /** The retained message was older than the last acknowledged one, or newer than all. */
        RETAINED_WRONG,
        /** A delayed message before its time. */
        EARLY,
        /** The specification forbids it. */
        FORBIDDEN
    }
}
