package io.robustmq.broker;

/**
 * What a session asked for with one filter.
 *
 * @param identifier 0 if none
 */
record Subscription(
        Session session,
        String filter,
        int qos,
        boolean noLocal,
        boolean retainAsPublished,
        int identifier) {}
