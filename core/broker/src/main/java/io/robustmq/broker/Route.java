package io.robustmq.broker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who gets what is published to one topic, by the loop that they belong to. Immutable.
 *
 * @param version of the subscriptions that it was computed from
 * @param targets by loop index
 * @param size of all of them
 */
record Route(long version, Target[][] targets, int size) {
    private static final int[] NO_IDS = {};
    private static final Target[] NOBODY = {};

    /**
     * One session's share: its overlapping subscriptions are one delivery with the highest QoS and
     * every identifier (MQTT 5, 3.3.4).
     *
     * @param forItself what the session gets of its own publishes: without its No Local
     *     subscriptions, null if nothing is left
     */
    record Target(
            Session session,
            int qos,
            boolean retainAsPublished,
            int[] subscriptionIds,
            @Nullable Target forItself) {}

    static Route of(long version, List<Subscription> matched, int loops) {
        Map<Session, List<Subscription>> bySession = new LinkedHashMap<>();
        for (Subscription subscription : matched) {
            bySession
                    .computeIfAbsent(subscription.session(), session -> new ArrayList<>(1))
                    .add(subscription);
        }
        List<List<Target>> byLoop = new ArrayList<>(loops);
        for (int i = 0; i < loops; i++) {
            byLoop.add(new ArrayList<>());
        }
        bySession.forEach((session, subscriptions) ->
                byLoop.get(session.home().index()).add(merged(session, subscriptions)));
        Target[][] targets = new Target[loops][];
        for (int i = 0; i < loops; i++) {
            targets[i] = byLoop.get(i).toArray(NOBODY);
        }
        return new Route(version, targets, bySession.size());
    }

    private static Target merged(Session session, List<Subscription> all) {
        List<Subscription> forItself = all.stream().filter(s -> !s.noLocal()).toList();
        if (forItself.size() == all.size()) {
            Target rest = target(session, all, null);
            return target(session, all, rest);
        }
        Target rest = forItself.isEmpty() ? null : target(session, forItself, null);
        return target(session, all, rest);
    }

    private static Target target(
            Session session, List<Subscription> subscriptions, @Nullable Target forItself) {
        int qos = 0;
        boolean retainAsPublished = false;
        int[] ids = NO_IDS;
        for (Subscription subscription : subscriptions) {
            qos = Math.max(qos, subscription.qos());
            retainAsPublished |= subscription.retainAsPublished();
            if (subscription.identifier() != 0) {
                ids = Arrays.copyOf(ids, ids.length + 1);
                ids[ids.length - 1] = subscription.identifier();
            }
        }
        return new Target(session, qos, retainAsPublished, ids, forItself);
    }
}
