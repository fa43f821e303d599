package io.robustmq.broker;

import io.robustmq.protocol.Connect;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.SessionEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one loop, from their first CONNECT to their end, and the wills of those whose
 * client is away. Bound: as many as have connected within {@code max-session-expiry}.
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

    /** A new one; the caller has seen to it that there is none. */
    Session create(Peer peer, long expirySeconds) {
        Session session = new Session(peer.clientId(), loop, peer);
        session.expirySeconds(expirySeconds);
        byClientId.put(session.clientId(), session);
        emit(new SessionEvent.Created(peer, expirySeconds));
        return session;
    }

    /** The client of an old one is back and wants it. */
    void resumed(Session session, Peer peer, long expirySeconds) {
        long nowMillis = loop.nowMillis();
        boolean wasAway = offline.remove(session);
        if (wasAway) {
            count(Counters.SESSIONS_OFFLINE, -1);
        }
        session.expirySeconds(expirySeconds);
        cancelWill(session, peer);
        emit(
                new SessionEvent.Resumed(
                        peer,
                        session.subscriptions().size(),
                        session.queue().size(),
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
        count(Counters.SESSIONS_CONNECTED, -1);
        if (will != null) {
            // the will is due with the end of the session if that comes first
            long delaySeconds = Math.min(will.delaySeconds(), session.expirySeconds());
            Session.PendingWill pending =
                    new Session.PendingWill(will, peer, nowMillis + delaySeconds * 1000);
            session.pendingWill(pending);
            if (delaySeconds == 0) {
                publishWill(session);
            } else {
                emit(new MessageEvent.WillScheduled(peer, will.topic(), delaySeconds));
            }
        }
        if (session.expirySeconds() == 0) {
            int gone = end(session);
            emit(new SessionEvent.Ended(peer, gone));
            return;
        }
        offline.add(session);
        count(Counters.SESSIONS_OFFLINE, 1);
        emit(
                new SessionEvent.Suspended(
                        peer,
                        session.expirySeconds(),
                        session.subscriptions().size(),
                        session.queue().size()));
    }

    /** Publishes the wills that are due and ends the sessions that nobody came back for. */
    void sweep(long nowMillis) {
        List<Session> expired = new ArrayList<>();
        for (Session session : offline) {
            Session.PendingWill will = session.pendingWill();
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

    private int end(Session session) {
        publishWill(session); // MQTT 5, 3.1.2.5: the end of the session makes it due
        for (Subscription subscription : session.subscriptions().values()) {
            loop.shared().subscriptions().remove(subscription.filter(), session);
        }
        count(Counters.SUBSCRIPTIONS, -session.subscriptions().size());
        session.subscriptions().clear();
        byClientId.remove(session.clientId());
        if (offline.remove(session)) {
            count(Counters.SESSIONS_OFFLINE, -1);
        }
        return session.end();
    }

    private void cancelWill(Session session, Peer peer) {
        Session.PendingWill will = session.pendingWill();
        if (will != null) {
            session.pendingWill(null);
            emit(new MessageEvent.WillCancelled(peer, will.will().topic()));
        }
    }

    /**
     * As a task of its own: a connection can break while a message is being delivered to it, and
     * one publish must not begin within another.
     */
    private void publishWill(Session session) {
        Session.PendingWill pending = session.pendingWill();
        if (pending != null) {
            session.pendingWill(null);
            loop.executor().execute(() -> publish(pending));
        }
    }

    private void publish(Session.PendingWill pending) {
        Connect.Will will = pending.will();
        Message message =
                new Message(
                        will.topic(),
                        will.topic().getBytes(StandardCharsets.UTF_8),
                        will.payload(),
                        will.qos(),
                        will.retain(),
                        Message.expiresAtMillis(will.messageExpirySeconds(), loop.nowMillis()),
                        will.properties(),
                        System.nanoTime());
        Publication publication = loop.publication().of(message, null, null);
        try {
            if (will.retain()) {
                loop.retaining().retain(publication, pending.peer());
            }
            int deliveries = loop.router().publish(publication);
            emit(
                    new MessageEvent.WillPublished(
                            pending.peer(), will.topic(), will.qos(), deliveries));
        } finally {
            publication.done();
        }
    }

    private void count(int counter, long howMany) {
        loop.counters().add(counter, howMany);
    }

    private void emit(Event event) {
        loop.shared().events().emit(event);
    }
}
