package io.robustmq.broker;

/**
 * What a session asked for with one filter.
 *
 * @param filter as the client wrote it, {@code $share/…} and {@code $exclusive/…} too
 * @param identifier 0 if none
 */
record Subscription(
        Session session,
        String filter,
        int qos,
        boolean noLocal,
        boolean retainAsPublished,
        int identifier)
        implements Recipient {

    static Subscription of(Session session, SessionRecord.Filter stored) {
        return new Subscription(
                session,
                stored.filter(),
                stored.qos(),
                stored.noLocal(),
                stored.retainAsPublished(),
                stored.identifier());
    }

    /** An exclusive one is its only one, and may stand beside an ordinary one of its session. */
    @Override
    public Object owner() {
        return filter.startsWith(FilterForm.EXCLUSIVE) ? filter : session;
    }

    int[] identifiers() {
        return identifier == 0 ? Route.NO_IDS : new int[] {identifier};
    }

    /** As the log has it. */
    SessionRecord.Filter stored() {
        return new SessionRecord.Filter(filter, qos, noLocal, retainAsPublished, identifier);
    }
}
