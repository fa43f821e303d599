package io.robustmq.broker;

/** Who a filter brings messages to: one session, or one of a group. */
sealed interface Recipient permits Subscription, ShareGroup {
    /** At one filter each has at most one place. */
    Object owner();
}
