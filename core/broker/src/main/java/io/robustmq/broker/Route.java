package io.robustmq.broker;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who gets what is published to one topic, by the loop that they belong to. Immutable.
 *
 * @param version of the subscriptions that it was computed from
 * @param targets by loop index
 * @param size of all of them, and of {@code also}
 * @param kept those of sessions that outlive their connections
 * @param sharing the groups that it is for besides, of which one member each is to be chosen; null
 *     if there are none
 * @param chosen members of groups among the targets
 * @param local what of it goes to clients of this home for themselves, as what comes from another
 *     home does; null if that is all of it
 * @param also more of sessions that are among {@code kept} already: a second record each, as a
 *     record is one message to a session
 */
record Route(
        long version,
        Target[][] targets,
        int size,
        Kept kept,
        @Nullable Sharing sharing,
        ShareLoad[] chosen,
        Route[] also,
        @Nullable Route local) {
    static final int[] NO_IDS = {};
    private static final Target[] NOBODY = {};
    private static final ShareLoad[] NO_LOADS = {};
    private static final Route[] NO_ROUTES = {};

    /**
     * One session's share: its overlapping subscriptions are one delivery with the highest QoS and
     * every identifier (MQTT 5, 3.3.4).
     *
     * @param forItself what the session gets of its own publishes: without its No Local
     *     subscriptions, null if nothing is left
     * @param group that it is a member of; null if the subscription is its own
     * @param always a message of QoS 0 comes to it with QoS 1
     */
    record Target(
            Session session,
            int qos,
            boolean retainAsPublished,
            int[] subscriptionIds,
            @Nullable Target forItself,
            @Nullable ShareGroup group,
            boolean always) {

        Target(
                Session session,
                int qos,
                boolean retainAsPublished,
                int[] subscriptionIds,
                @Nullable Target forItself,
                @Nullable ShareGroup group) {
            this(session, qos, retainAsPublished, subscriptionIds, forItself, group, false);
        }

        /** With which a message is delivered to it. */
        int qosOf(int published) {
            return always ? Math.max(1, published) : Math.min(qos, published);
        }

        /** A member of a group, which has no No Local [MQTT-3.8.3-4]. */
        static Target of(Subscription member, ShareGroup group) {
            Target itself = of(member, group, null);
            return of(member, group, itself);
        }

        private static Target of(
                Subscription member, ShareGroup group, @Nullable Target forItself) {
            return new Target(
                    member.session(),
                    member.qos(),
                    member.retainAsPublished(),
                    member.identifiers(),
                    forItself,
                    group);
        }

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

        @SuppressWarnings("ReferenceEquality") // this very session
        boolean has(Session session) {
            for (Target each : targets) {
                if (each.session == session) {
                    return true;
                }
            }
            return false;
        }

        /**
         * @param publisher gets its own messages only where it has not said No Local
         */
        byte[] encoded(int qos, boolean retain, @Nullable Session publisher) {
            if (qos == 0 || targets.isEmpty()) {
                return targets.isEmpty() || !targets.getLast().always
                        ? NONE
                        : encode(0, retain, publisher);
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
                bytes += MessageRecord.targetBytes(each);
            }
            ByteBuffer out = ByteBuffer.allocate(bytes);
            for (Target each : targets) {
                Target target = each.session == publisher ? each.forItself : each;
                if (target != null && target.isKept() && target.qosOf(qos) > 0) {
                    MessageRecord.putTarget(out, target, qos, retain);
                }
            }
            return Arrays.copyOf(out.array(), out.position());
        }
    }

    static Route of(long version, List<Recipient> matched, int loops) {
        Map<Session, List<Subscription>> bySession = new LinkedHashMap<>();
        List<ShareGroup> groups = List.of();
        for (Recipient recipient : matched) {
            switch (recipient) {
                case Subscription subscription ->
                        bySession
                                .computeIfAbsent(
                                        subscription.session(), session -> new ArrayList<>(1))
                                .add(subscription);
                case ShareGroup group -> {
                    if (groups.isEmpty()) {
                        groups = new ArrayList<>(1);
                    }
                    groups.add(group);
                }
            }
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
        Route own = plain(version, targets, bySession.size());
        Route local = own.withoutPeers();
        return groups.isEmpty() && local.size == own.size
                ? own
                : new Route(
                        version,
                        targets,
                        own.size,
                        own.kept,
                        groups.isEmpty() ? null : new Sharing(own, groups),
                        NO_LOADS,
                        NO_ROUTES,
                        local);
    }

    private Route withoutPeers() {
        Target[][] without = new Target[targets.length][];
        int peers = 0;
        for (int i = 0; i < without.length; i++) {
            without[i] =
                    Arrays.stream(targets[i])
                            .filter(each -> !each.session.isPeer())
                            .toArray(Target[]::new);
            peers += targets[i].length - without[i].length;
        }
        return peers == 0 ? this : plain(version, without, size - peers);
    }

    /** What of it goes to clients of this home for themselves. */
    Route ownOnly() {
        return local == null ? this : local;
    }

    /** To all peers, whether they subscribe or not; groups have not chosen. */
    Route toAll(Target[] peers) {
        Route plain = ownOnly().and(peers);
        return sharing == null
                ? plain
                : new Route(
                        version,
                        plain.targets,
                        plain.size,
                        plain.kept,
                        sharing.with(plain),
                        NO_LOADS,
                        NO_ROUTES,
                        local);
    }

    /** This, and those. */
    Route and(Target[] others) {
        Target[][] more = targets.clone();
        for (Target each : others) {
            int home = each.session.home().index();
            more[home] = Arrays.copyOf(more[home], more[home].length + 1);
            more[home][more[home].length - 1] = each;
        }
        return new Route(version, more, size + others.length, kept(more), null, chosen, also, null);
    }

    private static Route plain(long version, Target[][] targets, int size) {
        return new Route(version, targets, size, kept(targets), null, NO_LOADS, NO_ROUTES, null);
    }

    /** This, and a member of a group. */
    Route and(ShareMember member) {
        Target target = member.target();
        if (target.isKept() && kept.has(target.session)) {
            Route[] more = Arrays.copyOf(also, also.length + 1);
            more[also.length] = member.alone();
            return new Route(version, targets, size + 1, kept, null, chosen, more, null);
        }
        int home = target.session.home().index();
        Target[][] more = targets.clone();
        more[home] = Arrays.copyOf(more[home], more[home].length + 1);
        more[home][more[home].length - 1] = target;
        ShareLoad[] loads = Arrays.copyOf(chosen, chosen.length + 1);
        loads[chosen.length] = member.load();
        return new Route(version, more, size + 1, kept(more), null, loads, also, null);
    }

    /** A message of QoS 1 or 2 is on its way to them. */
    void assigned() {
        for (ShareLoad each : chosen) {
            each.assigned();
        }
    }

    /** It did not get that far. */
    void unassigned() {
        for (ShareLoad each : chosen) {
            each.unassigned();
        }
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
        kept.sort(Comparator.comparing(Target::always)); // behind the others
        return new Kept(List.copyOf(kept), noLocal, new byte[4][]);
    }

    /** For one session, whose number nobody else has. */
    static Route to(Target target, int loops) {
        return plain(-1, one(target, loops), 1);
    }

    /** For one member of a group. */
    static Route to(Target target, ShareLoad load, int loops) {
        Target[][] targets = one(target, loops);
        ShareLoad[] loads = {load};
        return new Route(-1, targets, 1, kept(targets), null, loads, NO_ROUTES, null);
    }

    private static Target[][] one(Target target, int loops) {
        Target[][] targets = new Target[loops][];
        Arrays.fill(targets, NOBODY);
        targets[target.session.home().index()] = new Target[] {target};
        return targets;
    }

    static Route nobody(int loops) {
        Target[][] targets = new Target[loops][];
        Arrays.fill(targets, NOBODY);
        return plain(-1, targets, 0);
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
        if (session.isPeer()) {
            ids = new int[] {Cluster.ORDINARY}; // however many of its filters match
        }
        return new Target(session, qos, retainAsPublished, ids, forItself, null);
    }
}
