package io.robustmq.broker;

import io.robustmq.telemetry.event.Tracing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds who gets a message and hands it to them: sessions of this loop at once, those of another
 * loop through that loop's {@link Handoff}; what goes through the log comes from there to each loop
 * ({@link Commits}). Belongs to a loop.
 */
final class Router {
    /** Topics remembered; when full all are forgotten, which costs a match each. */
    private static final int MAX_CACHED_ROUTES = 16_384;

    /** Longer topics are matched each time: the cache's size in bytes is bounded by this too. */
    private static final int MAX_CACHED_TOPIC = 256;

    private final Loop loop;
    private final FilterTrie<Recipient> subscriptions;
    private final @Nullable Cluster cluster;
    private final Map<String, Route> routes = new HashMap<>();

    /** The same of what is retained, where there are several homes. */
    private final Map<String, Route> retained = new HashMap<>();

    private final List<Recipient> matched = new ArrayList<>();
    private long version;

    /** Routes remembered by {@link Sharing}, for what members were chosen. */
    private int variants;

    // the last topic again is the common case, and the codec then brings the same String
    private String lastTopic = "";
    private @Nullable Route lastRoute;

    Router(Loop loop, FilterTrie<Recipient> subscriptions) {
        this.loop = loop;
        this.subscriptions = subscriptions;
        this.cluster = loop.shared().cluster();
    }

    /** Returns how many sessions it was for. */
    int publish(Publication publication, Route route) {
        if (route.size() == 0) {
            return 0;
        }
        int deliveries = 0;
        if (publication.qos() > 0) {
            route.assigned();
        }
        for (Route second : route.also()) {
            deliveries += publish(publication, second);
        }
        Route.Target[][] byLoop = route.targets();
        for (int i = 0; i < byLoop.length; i++) {
            Route.Target[] targets = byLoop[i];
            if (i == loop.index()) {
                deliveries += deliver(targets, publication);
            } else if (targets.length > 0) {
                loop.handoff(i).add(publication, targets);
                deliveries += targets.length;
            }
        }
        return deliveries;
    }

    /** To sessions of this loop. */
    int deliver(Route.Target[] targets, Publication publication) {
        int deliveries = 0;
        Session publisher = publication.publisher();
        for (Route.Target each : targets) {
            Route.Target target = each;
            if (target.session() == publisher) {
                target = target.forItself();
                if (target == null) {
                    continue;
                }
            }
            deliveries++;
            deliver(target, publication, targets.length > 1);
        }
        return deliveries;
    }

    private void deliver(Route.Target target, Publication publication, boolean several) {
        Session session = target.session();
        int qos = target.qosOf(publication.qos());
        ShareGroup group = target.group();
        if (group == null) {
            deliver(target, publication, session, qos, several);
            return;
        }
        SessionShares shares = session.shares();
        if (!shares.takes(group.filter(), qos, publication.qos())) {
            loop.passingOn().add(publication.message(), group.filter(), session);
            return;
        }
        if (!session.isPeer()) {
            loop.counters().add(Counters.shared(group.strategy()), 1);
        }
        deliver(target, publication, session, qos, several);
        if (publication.qos() > 0) {
            shares.update();
        }
    }

    private static void deliver(
            Route.Target target,
            Publication publication,
            Session session,
            int qos,
            boolean several) {
        boolean retain = publication.retain() && target.retainAsPublished();
        Subscriber subscriber = session.subscriber();
        if (qos == 0) {
            if (subscriber == null) {
                return; // nobody queues QoS 0 for those who are away
            }
            if (!session.isQos0Waiting()) {
                subscriber.publishAtOnce(publication, retain, target.subscriptionIds(), several);
                return;
            }
        }
        Backlog backlog = session.backlog();
        if (qos > 0 && backlog != null) {
            backlog.committed(publication, qos, retain, target.subscriptionIds(), target.group());
            return;
        }
        Delivery delivery =
                new Delivery(
                        publication.message(),
                        qos,
                        retain,
                        target.subscriptionIds(),
                        subscriber != null);
        delivery.loggedNanos = publication.loggedNanos();
        ShareGroup group = target.group();
        if (group != null) {
            delivery.share = group.filter();
        }
        Tracing.PublishTrace trace = publication.trace();
        if (trace != null) {
            delivery.tracedBy(trace, session);
        }
        session.deliver(delivery);
    }

    /**
     * Who gets this message, of each group one.
     *
     * @param publisher client identifier, empty if it is not known
     */
    Route routeOf(Publication publication, String publisher) {
        Cluster homes = cluster;
        Route route =
                homes == null || !publication.retain()
                        ? routeOf(publication.topic())
                        : retained(publication, homes);
        Sharing sharing = route.sharing();
        return sharing == null ? route : sharing.choose(publication, publisher, loop);
    }

    /** A retained message is stamped, and goes to all homes. */
    private Route retained(Publication publication, Cluster homes) {
        publication.stamp(homes.stamp(loop.nowMillis()));
        String topic = publication.topic();
        Route route = routeOf(topic);
        if (publication.qos() == 0) {
            return route; // and to all, to be stored: see below
        }
        Route known = retained.get(topic);
        if (known == null || known.version() != route.version()) {
            known = route.toAll(homes.known().all());
            if (topic.length() <= MAX_CACHED_TOPIC) {
                if (retained.size() == MAX_CACHED_ROUTES) {
                    retained.clear();
                }
                retained.put(topic, known);
            }
        }
        return known;
    }

    /**
     * What is delivered with QoS 0 may be lost, what is retained must not: where there are other
     * homes they get it once more, to be stored.
     */
    Route andStoring(Publication publication, Route route) {
        Session from = publication.publisher();
        boolean isOwn = from == null || !from.isPeer();
        return cluster == null || publication.qos() > 0 || publication.stamp() == null || !isOwn
                ? route
                : route.and(cluster.known().storing());
    }

    /** Good for now; a publish that waits for the log keeps it. Groups have not chosen. */
    Route routeOf(String topic) {
        long now = subscriptions.version();
        Route route = lastRoute;
        if (lastTopicIs(topic) && route != null && route.version() == now) {
            return route;
        }
        if (version != now) {
            routes.clear();
            version = now;
        }
        route = routes.get(topic);
        if (route == null) {
            subscriptions.match(topic, matched);
            route = Route.of(now, matched, loop.loops());
            matched.clear();
            if (topic.length() <= MAX_CACHED_TOPIC) {
                if (routes.size() == MAX_CACHED_ROUTES) {
                    routes.clear();
                }
                routes.put(topic, route);
            }
        }
        lastTopic = topic;
        lastRoute = route;
        return route;
    }

    @SuppressWarnings("ReferenceEquality") // a different String of the same text goes the long way
    private boolean lastTopicIs(String topic) {
        return lastTopic == topic;
    }

    /** Another route of those remembered, which are bounded together. */
    void remembersOneMore() {
        variants++;
        if (variants >= MAX_CACHED_ROUTES) {
            variants = 0;
            routes.clear();
            lastRoute = null;
        }
    }

    /** Routes keep sessions alive that may have ended: forget them while nobody publishes. */
    void forgetStaleRoutes() {
        if (version != subscriptions.version()) {
            routes.clear();
            retained.clear();
            version = subscriptions.version();
            lastRoute = null;
        }
    }
}
