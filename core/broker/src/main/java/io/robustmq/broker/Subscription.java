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
        int identifier) {

    static Subscription of(Session session, SessionRecord.Filter stored) {
        return new Subscription(
                session,
                stored.filter(),
                stored.qos(),
                stored.noLocal(),
                stored.retainAsPublished(),
                stored.identifier());
    }

    /** As the log has it. */
    SessionRecord.Filter stored() {
        return new SessionRecord.Filter(filter, qos, noLocal, retainAsPublished, identifier);
    }
}
