package io.robustmq.broker;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A session's places in groups, and what those who choose are told of it. Belongs to its loop. */
final class SessionShares {
    private final Session session;
    private final ShareLoad load = new ShareLoad();

    /** By the filters as the client wrote them. */
    private final Map<String, ShareMember> members = new HashMap<>(2);

    /** Of a peer: how many members it stands for, as it has told. */
    private final Map<String, Integer> weights = new HashMap<>(0);

    SessionShares(Session session) {
        this.session = session;
    }

    /** Any loop reads it. */
    ShareLoad load() {
        return load;
    }

    void joined(ShareMember member) {
        members.put(member.group().filter(), member);
    }

    void left(String filter) {
        members.remove(filter);
        weights.remove(filter);
    }

    int weight(String filter) {
        return session.isPeer() ? weights.getOrDefault(filter, 0) : 1;
    }

    /** A peer tells how many of the group are there; to be said before it joins. */
    void weight(String filter, int present) {
        weights.put(filter, present);
    }

    boolean isIn(String filter) {
        return members.containsKey(filter);
    }

    @Nullable ShareMember member(String filter) {
        return members.get(filter);
    }

    /** Whether one of its groups has a member whose client is there. */
    boolean othersArePresent() {
        for (ShareMember each : members.values()) {
            if (each.group().hasPresent()) {
                return true;
            }
        }
        return false;
    }

    /** The client is there: it gets messages, also those that wait for members who are not. */
    void connected(int window) {
        load.connected(window);
        update();
        for (ShareMember each : members.values()) {
            session.home().shared().subscriptions().arrived(each);
            passOnTo(each);
        }
    }

    /** What waits for members who are not there. */
    void passOnTo(ShareMember member) {
        if (member.weight() == 0) {
            return;
        }
        for (ShareMember other : member.group().members()) {
            Session away = other.session();
            boolean waits = !other.load().isConnected() && other.load().unacknowledged() > 0;
            if (waits && away != session) {
                away.home().executor().execute(away::passOnWhatWaits);
            }
        }
    }

    void disconnected() {
        update();
        for (ShareMember each : members.values()) {
            session.home().shared().subscriptions().left(each);
        }
    }

    /** What it has to do has changed. */
    void update() {
        Subscriber subscriber = session.subscriber();
        load.update(
                subscriber != null,
                subscriber != null && subscriber.isBlocked(),
                !session.hasRoom(),
                session.inFlightCount() + session.queuedCount());
    }

    /**
     * A message that somebody chose this session for has come. False if it is no longer for it to
     * take; the one to call passes it on. One in the log is taken whatever happens, and passed on
     * from there.
     *
     * @param qos of the delivery
     * @param published the QoS it was published with, by which it was counted when it was chosen
     */
    boolean takes(String filter, int qos, int published) {
        if (published > 0) {
            load.arrived();
        }
        if (qos > 0 && session.backlog() != null) {
            return true;
        }
        return members.containsKey(filter) && session.subscriber() != null;
    }
}
