package io.robustmq.broker;

import io.robustmq.protocol.Connect;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.SessionEvent;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one loop, from their first CONNECT to their end, and the wills of those whose
 * client is away. What happens to one that outlives its connections is written to the log.
 *
 * <p>Bound: as many as have connected within {@code max-session-expiry}.
 */
final class Sessions {
    private final Loop loop;
    private final Map<String, Session> byClientId = new HashMap<>();
    private final Set<Session> offline = new HashSet<>();

    Sessions(Loop loop) {
        this.loop = loop;
    }

    @Nullable Session find(String clientId) {
        return byClientId.get(clientId);
    }

    /** A new one that ends with its connection; the caller has seen to it that there is none. */
    Session create(Peer peer) {
        return created(new Session(peer.clientId(), loop, peer), peer, 0, null);
    }

    /** A new one that outlives its connections, and is in the log with that number. */
    Session create(Peer peer, int number, long expirySeconds, Connect.@Nullable Will will) {
        Session session =
                new Session(peer.clientId(), loop, peer, number, new Refs(), 0, new BitSet());
        return created(session, peer, expirySeconds, will);
    }

    private Session created(
            Session session, Peer peer, long expirySeconds, Connect.@Nullable Will will) {
        session.connected(will);
        session.expirySeconds(expirySeconds);
        known(session);
        if (!session.isPeer()) {
            loop.shared().directory().hold(session.clientId());
        }
        emit(session, new SessionEvent.Created(peer, expirySeconds));
        return session;
    }

    private void known(Session session) {
        byClientId.put(session.clientId(), session);
        Cluster cluster = loop.shared().cluster();
        if (cluster != null && session.isPeer()) {
            cluster.add(session);
        }
    }

    /** The client of an old one is back and wants it; the log has that. */
    void resumed(Session session, Peer peer, long expirySeconds, Connect.@Nullable Will will) {
        long nowMillis = loop.nowMillis();
        boolean wasAway = offline.remove(session);
        if (wasAway) {
            count(session, Counters.SESSIONS_OFFLINE, -1);
        }
        session.expirySeconds(expirySeconds);
        cancelWill(session, peer);
        session.connected(will);
        emit(
                session,
                new SessionEvent.Resumed(
                        peer,
                        session.subscriptions().size(),
                        session.queuedCount(),
                        session.inFlightCount(),
                        wasAway ? session.offlineMillis(nowMillis) : 0));
    }

    /** The client of an old one is back and wants none of it. */
    void discard(Session session, Peer peer) {
        int gone = end(session);
        emit(new SessionEvent.Discarded(peer, gone));
    }

    /**
     * The connection is gone.
     *
     * @param will to be published, null if there is none or the client took it back
     */
    void disconnected(Session session, Peer peer, Connect.@Nullable Will will) {
        long nowMillis = loop.nowMillis();
        session.disconnected(nowMillis);
        count(session, Counters.SESSIONS_CONNECTED, -1);
        if (will != null) {
            // the will is due with the end of the session if that comes first
            long delaySeconds = Math.min(will.delaySeconds(), session.expirySeconds());
            Wills.Pending pending = new Wills.Pending(will, peer, nowMillis + delaySeconds * 1000);
            session.pendingWill(pending);
            if (delaySeconds == 0) {
                publishWill(session);
            } else {
                emit(new MessageEvent.WillScheduled(peer, will.topic(), delaySeconds));
            }
        }
        if (session.expirySeconds() == 0) {
            Backlog backlog = session.backlog();
            if (backlog != null && backlog.mayHaveShared()) {
                writeState(session); // what was sent, of which others may not get QoS 2
            }
            int gone = end(session);
            emit(new SessionEvent.Ended(peer, gone));
            return;
        }
        writeState(session);
        offline.add(session);
        count(session, Counters.SESSIONS_OFFLINE, 1);
        emit(
                session,
                new SessionEvent.Suspended(
                        peer,
                        session.expirySeconds(),
                        session.subscriptions().size(),
                        session.queuedCount()));
    }

    // what the log is told of them

    /** That its client is here, or not; once more if the log did not take it. */
    @SuppressWarnings("ReferenceEquality") // this very session, not a later one of the client
    void writeState(Session session) {
        Backlog backlog = session.backlog();
        if (backlog != null && find(session.clientId()) == session) {
            Wills.Pending waits = session.pendingWill();
            SessionRecord state =
                    session.isConnected()
                            ? new SessionRecord.Connected(
                                    backlog.number(), session.expirySeconds(), session.will())
                            : new SessionRecord.Suspended(
                                    backlog.number(),
                                    session.expirySeconds(),
                                    backlog.sent(),
                                    waits == null ? null : waits.will(),
                                    waits == null ? 0 : waits.dueMillis());
            loop.log().write(state, () -> writeState(session));
        }
    }

    /** Also of one that was never used. */
    void writeEnded(int number) {
        writeEnded(number, () -> {});
    }

    private void writeEnded(int number, Runnable written) {
        loop.log()
                .write(new SessionRecord.Ended(number), written, () -> writeEnded(number, written));
    }

    /** At the start: one that the log has. Its client is away, since now if it was connected. */
    void restore(StoredSession stored, long nowMillis) {
        if (loop.shared().cluster() == null && Cluster.isPeer(stored.clientId)) {
            writeEnded(stored.number); // the broker was one of several, and is alone now
            return;
        }
        boolean wasConnected = stored.connected;
        stored.interrupted(nowMillis);
        Peer peer = new Peer("", 0, stored.clientId, "");
        Session session =
                new Session(
                        stored.clientId,
                        loop,
                        peer,
                        stored.number,
                        stored.refs,
                        stored.sent,
                        stored.received);
        session.expirySeconds(stored.expirySeconds);
        session.offlineSince(stored.suspendedMillis);
        for (SessionRecord.Filter each : stored.subscriptions.values()) {
            Subscription subscription = Subscription.of(session, each);
            if (isTakenExclusively(each.filter(), session)) {
                continue; // the log has two holders only if a crash came between their changes
            }
            session.subscriptions().put(each.filter(), subscription);
            loop.shared().subscriptions().put(subscription);
        }
        session.updateShares();
        count(session, Counters.SUBSCRIPTIONS, session.subscriptions().size());
        Connect.Will will = stored.will;
        if (will != null) {
            session.pendingWill(new Wills.Pending(will, peer, stored.willDueMillis));
        }
        known(session);
        offline.add(session);
        count(session, Counters.SESSIONS_OFFLINE, 1);
        if (wasConnected) {
            writeState(session);
        }
    }

    private boolean isTakenExclusively(String filter, Session session) {
        return filter.startsWith(FilterForm.EXCLUSIVE)
                && loop.shared().subscriptions().claim(filter, session) != null;
    }

    /** At the start, when all are restored: what one that had ended left to its groups. */
    void passOn(StoredSession left) {
        Peer peer = new Peer("", 0, left.clientId, "");
        new Session(left.clientId, loop, peer, left.number, left.refs, left.sent, left.received)
                .end();
    }

    /** Publishes the wills that are due and ends the sessions that nobody came back for. */
    void sweep(long nowMillis) {
        List<Session> expired = new ArrayList<>();
        for (Session session : offline) {
            Wills.Pending will = session.pendingWill();
            if (will != null && nowMillis >= will.dueMillis()) {
                publishWill(session);
            }
            if (session.isExpiredAt(nowMillis)) {
                expired.add(session);
            }
        }
        for (Session session : expired) {
            int gone = end(session);
            emit(new SessionEvent.Expired(session.clientId(), session.expirySeconds(), gone));
        }
    }

    /** Those of other homes. */
    List<Session> ofPeers() {
        return byClientId.values().stream().filter(Session::isPeer).toList();
    }

    /** A home is gone for good; returns how many messages it did not get. */
    int endOfPeer(Session session) {
        int gone = end(session);
        Cluster cluster = loop.shared().cluster();
        if (cluster != null) {
            cluster.remove(session);
        }
        return gone;
    }

    private int end(Session session) {
        publishWill(session); // MQTT 5, 3.1.2.5: the end of the session makes it due
        Subscriptions subscriptions = loop.shared().subscriptions();
        List<String> exclusive = new ArrayList<>(0);
        for (String filter : session.subscriptions().keySet()) {
            subscriptions.remove(filter, session);
            if (filter.startsWith(FilterForm.EXCLUSIVE)) {
                exclusive.add(filter);
            }
        }
        count(session, Counters.SUBSCRIPTIONS, -session.subscriptions().size());
        session.subscriptions().clear();
        byClientId.remove(session.clientId());
        if (!session.isPeer()) {
            loop.shared().directory().drop(session.clientId());
        }
        Runnable released =
                () -> exclusive.forEach(filter -> subscriptions.release(filter, session));
        Backlog backlog = session.backlog();
        if (backlog == null) {
            released.run();
        } else {
            writeEnded(backlog.number(), released);
        }
        if (offline.remove(session)) {
            count(session, Counters.SESSIONS_OFFLINE, -1);
        }
        return session.end();
    }

    private void cancelWill(Session session, Peer peer) {
        Wills.Pending will = session.pendingWill();
        if (will != null) {
            session.pendingWill(null);
            emit(new MessageEvent.WillCancelled(peer, will.will().topic()));
        }
    }

    private void publishWill(Session session) {
        Wills.Pending pending = session.pendingWill();
        if (pending != null) {
            session.pendingWill(null);
            loop.wills().publish(pending, session);
        }
    }

    /** Peers are no clients. */
    private void count(Session session, int counter, long howMany) {
        if (!session.isPeer()) {
            loop.counters().add(counter, howMany);
        }
    }

    private void emit(Session session, Event event) {
        if (!session.isPeer()) {
            emit(event);
        }
    }

    private void emit(Event event) {
        loop.shared().events().emit(event);
    }
}
