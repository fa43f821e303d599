package io.robustmq.broker;

import io.robustmq.protocol.PacketEncoder;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.protocol.Subscribe;
import io.robustmq.protocol.Topics;
import io.robustmq.protocol.Unsubscribe;
import io.robustmq.telemetry.event.SubscriptionEvent;
import java.util.ArrayList;
import java.util.List;

/** What SUBSCRIBE and UNSUBSCRIBE do. */
final class Subscribing {
    /** Most subscriptions of one session; more are refused with 0x97. */
    private static final int MAX_PER_SESSION = 100_000;

    private static final int[] NO_IDS = {};

    private final Connection connection;
    private final Shared shared;

    Subscribing(Connection connection) {
        this.connection = connection;
        this.shared = connection.loop().shared();
    }

    /** One filter's outcome, to be reported after the SUBACK. */
    private record Granted(Subscription subscription, boolean isNew, List<Message> retained) {}

    /** SUBACK first, then the retained messages (MQTT 5, 3.8.4). */
    void subscribe(Subscribe subscribe, Session session) {
        List<Subscribe.Filter> filters = subscribe.filters();
        int[] codes = new int[filters.size()];
        List<Granted> granted = new ArrayList<>(filters.size());
        for (int i = 0; i < codes.length; i++) {
            Subscribe.Filter filter = filters.get(i);
            codes[i] = check(filter.filter(), session);
            if (codes[i] < 0x80) {
                codes[i] = filter.qos();
                granted.add(add(filter, subscribe.subscriptionIdentifier(), session));
            }
        }
        PacketEncoder.suback(
                connection.outbound().packet(16 + codes.length),
                connection.version(),
                subscribe.packetId(),
                codes);
        for (Granted each : granted) {
            sendRetained(each, session);
        }
    }

    private Granted add(Subscribe.Filter filter, int identifier, Session session) {
        Subscription subscription =
                new Subscription(
                        session,
                        filter.filter(),
                        filter.qos(),
                        filter.noLocal(),
                        filter.retainAsPublished(),
                        identifier);
        boolean isNew = session.subscriptions().put(filter.filter(), subscription) == null;
        shared.subscriptions().put(filter.filter(), subscription);
        if (isNew) {
            connection.loop().counters().add(Counters.SUBSCRIPTIONS, 1);
        }
        // after the subscription: a message that comes in between is sent twice, never missed
        List<Message> retained = new ArrayList<>();
        boolean wanted =
                switch (filter.retainHandling()) {
                    case 0 -> true;
                    case 1 -> isNew;
                    default -> false;
                };
        if (wanted) {
            shared.retained().match(filter.filter(), connection.loop().nowMillis(), retained);
        }
        return new Granted(subscription, isNew, retained);
    }

    private void sendRetained(Granted granted, Session session) {
        Subscription subscription = granted.subscription();
        int[] ids = subscription.identifier() == 0 ? NO_IDS : new int[] {subscription.identifier()};
        for (Message message : granted.retained()) {
            int qos = Math.min(message.qos(), subscription.qos());
            session.deliver(new Delivery(message, qos, true, ids, false));
        }
        int sent = granted.retained().size();
        connection.emit(
                granted.isNew()
                        ? new SubscriptionEvent.Created(
                                connection.peer(), subscription.filter(), subscription.qos(), sent)
                        : new SubscriptionEvent.Replaced(
                                connection.peer(),
                                subscription.filter(),
                                subscription.qos(),
                                sent));
    }

    void unsubscribe(Unsubscribe unsubscribe, Session session) {
        List<String> filters = unsubscribe.filters();
        int[] codes = new int[filters.size()];
        for (int i = 0; i < codes.length; i++) {
            String filter = filters.get(i);
            if (session.subscriptions().remove(filter) == null) {
                codes[i] = ReasonCode.NO_SUBSCRIPTION_EXISTED;
                connection.emit(new SubscriptionEvent.NotFound(connection.peer(), filter));
            } else {
                shared.subscriptions().remove(filter, session);
                connection.loop().counters().add(Counters.SUBSCRIPTIONS, -1);
                connection.emit(new SubscriptionEvent.Removed(connection.peer(), filter));
            }
        }
        PacketEncoder.unsuback(
                connection.outbound().packet(16 + codes.length),
                connection.version(),
                unsubscribe.packetId(),
                codes);
    }

    /** 0 if the filter may be subscribed to; else the reason code, reported. */
    private int check(String filter, Session session) {
        if (!Topics.isValidFilter(filter)) {
            return refused(
                    filter, ReasonCode.TOPIC_FILTER_INVALID, "a wildcard stands where none may");
        }
        if (TopicLevels.isShared(filter)) {
            return refused(
                    filter,
                    ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
                    "shared subscriptions are not offered");
        }
        int levels = TopicLevels.count(filter);
        if (levels > TopicLevels.MAX) {
            return refused(
                    filter,
                    ReasonCode.TOPIC_FILTER_INVALID,
                    "at most " + TopicLevels.MAX + " levels, this has " + levels);
        }
        if (session.subscriptions().size() >= MAX_PER_SESSION
                && !session.subscriptions().containsKey(filter)) {
            return refused(
                    filter,
                    ReasonCode.QUOTA_EXCEEDED,
                    "at most " + MAX_PER_SESSION + " subscriptions per session");
        }
        return 0;
    }

    private int refused(String filter, int reasonCode, String detail) {
        connection.emit(
                new SubscriptionEvent.Refused(connection.peer(), filter, reasonCode, detail));
        return reasonCode;
    }
}
