package io.robustmq.broker;

import java.nio.ByteBuffer;
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
 * @param kept those of sessions that outlive their connections
 */
record Route(long version, Target[][] targets, int size, Kept kept) {
    static final int[] NO_IDS = {};
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
            @Nullable Target forItself) {

        boolean isLike(Target other) {
            return qos == other.qos
                    && retainAsPublished == other.retainAsPublished
                    && Arrays.equals(subscriptionIds, other.subscriptionIds);
        }

        boolean isKept() {
            return qos > 0 && session.backlog() != null;
        }
    }

    /**
     * The targets whose messages go into the log, as they stand there. Any thread; the bytes are
     * made when they are first asked for, and shared.
     *
     * @param byOptions by QoS - 1 and retain
     */
    record Kept(List<Target> targets, boolean noLocal, byte[] @Nullable [] byOptions) {
        private static final byte[] NONE = {};

        /**
         * @param publisher gets its own messages only where it has not said No Local
         */
        byte[] encoded(int qos, boolean retain, @Nullable Session publisher) {
            if (qos == 0 || targets.isEmpty()) {
                return NONE;
            }
            if (noLocal && publisher != null) {
                return encode(qos, retain, publisher);
            }
            int at = (qos - 1) * 2 + (retain ? 1 : 0);
            byte[] known = byOptions[at];
            if (known == null) {
                known = encode(qos, retain, null);
                byOptions[at] = known;
            }
            return known;
        }

        private byte[] encode(int qos, boolean retain, @Nullable Session publisher) {
            int bytes = 0;
            for (Target each : targets) {
                bytes += MessageRecord.targetBytes(each.subscriptionIds);
            }
            ByteBuffer out = ByteBuffer.allocate(bytes);
            for (Target each : targets) {
                Target target = each.session == publisher ? each.forItself : each;
                if (target != null && target.isKept()) {
                    MessageRecord.putTarget(out, target, qos, retain);
                }
            }
            return Arrays.copyOf(out.array(), out.position());
        }
    }

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
        return new Route(version, targets, bySession.size(), kept(targets));
    }

    /** How many get what that session publishes. */
    int sizeFor(Session publisher) {
        int all = size;
        for (Target target : targets[publisher.home().index()]) {
            if (target.session == publisher && target.forItself == null) {
                all--;
            }
        }
        return all;
    }

    private static Kept kept(Target[][] all) {
        List<Target> kept = new ArrayList<>();
        boolean noLocal = false;
        for (Target[] targets : all) {
            for (Target target : targets) {
                if (target.isKept()) {
                    kept.add(target);
                    noLocal |= target.forItself == null || !target.forItself.isLike(target);
                }
            }
        }
        return new Kept(List.copyOf(kept), noLocal, new byte[4][]);
    }

    /** For one session, whose number nobody else has. */
    static Route to(Target target, int loops) {
        Target[][] targets = new Target[loops][];
        Arrays.fill(targets, NOBODY);
        targets[target.session.home().index()] = new Target[] {target};
        return new Route(-1, targets, 1, kept(targets));
    }

    static Route nobody(int loops) {
        Target[][] targets = new Target[loops][];
        Arrays.fill(targets, NOBODY);
        return new Route(-1, targets, 0, kept(targets));
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
