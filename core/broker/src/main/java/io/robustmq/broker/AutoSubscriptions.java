package io.robustmq.broker;

import io.robustmq.protocol.ReasonCode;
import io.robustmq.protocol.Subscribe;
import io.robustmq.telemetry.event.SubscriptionEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives a client that has connected the subscriptions that the operator wants it to have. One that
 * its session has already, made by the client or before, stays as it is.
 */
final class AutoSubscriptions {
    private AutoSubscriptions() {}

    /**
     * @param then when they are made, or refused, which is reported
     */
    static void make(Connection connection, Session session, Runnable then) {
        List<AutoSubscription> rules =
                connection.loop().shared().settings().topicRules().autoSubscriptions();
        List<Subscribe.Filter> filters = new ArrayList<>(rules.size());
        for (AutoSubscription rule : rules) {
            String filter = Placeholders.fill(rule.filter(), connection);
            if (filter == null) {
                connection.emit(
                        new SubscriptionEvent.Refused(
                                connection.peer(),
                                rule.filter(),
                                ReasonCode.TOPIC_FILTER_INVALID,
                                "its client id, user name or address is empty or has /, + or #",
                                FilterForm.groupOf(rule.filter())));
            } else if (!session.subscriptions().containsKey(filter)) {
                filters.add(rule.with(filter));
            }
        }
        if (filters.isEmpty()) {
            then.run();
        } else {
            new Subscribing(connection, null, SubscriptionEvent.Cause.AUTO_SUBSCRIBE)
                    .subscribeItself(filters, session, then);
        }
    }
}
