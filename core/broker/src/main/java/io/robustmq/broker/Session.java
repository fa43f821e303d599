package io.robustmq.broker;

import io.robustmq.protocol.Connect;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.MessageEvent.DropReason;
import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the broker remembers of a client: subscriptions, what was sent and not acknowledged, what
 * waits (MQTT 5, 4.1). Belongs to its home loop, whose thread alone touches it; other loops only
 * ask for {@link #home}.
 */
final class Session {
    private static final int MOST_IN_FLIGHT = 65_535;

    // for the session
    private final String clientId;
    private final boolean isPeer;
    private final Loop home;
    private final Map<String, Subscription> subscriptions = new LinkedHashMap<>(2);
    private final InFlight inFlight = new InFlight();
    private final SessionQueue queue;
    private final @Nullable Backlog backlog;
    private final Answers answers = new Answers();
    private final Received received;
    private Peer peer;
    private long expirySeconds;
    private boolean ended;

    /** Of its client, when it connected last; not known of one that was read from the log. */
    private int clientClass = ClientClasses.IS_OTHER;

    private final DropEvents dropEvents = new DropEvents();
    private @Nullable SessionShares shares;

    // for this connection
    private @Nullable Subscriber subscriber;
    private Connect.@Nullable Will will;
    private boolean connected;
    private int window;
    private int outstanding;
    private @Nullable Delivery resend;

    // while there is none
    private long offlineSinceMillis;
    private Wills.@Nullable Pending pendingWill;

    /** One that ends with its connection. */
    Session(String clientId, Loop home, Peer peer) {
        this.clientId = clientId;
        this.isPeer = Cluster.isPeer(clientId);
        this.home = home;
        this.peer = peer;
        this.queue = new SessionQueue(this);
        this.backlog = null;
        this.received = new Received(this, new BitSet());
    }

    /**
     * One that outlives its connections, and is in the log.
     *
     * @param refs what the log has for it
     * @param sent of those, the first that was never sent
     * @param received packet identifiers of the client that it has not released
     */
    Session(
            String clientId,
            Loop home,
            Peer peer,
            int number,
            Refs refs,
            long sent,
            BitSet received) {
        this.clientId = clientId;
        this.isPeer = Cluster.isPeer(clientId);
        this.home = home;
        this.peer = peer;
        this.queue = new SessionQueue(this);
        this.backlog = new Backlog(this, number, refs, sent);
        this.received = new Received(this, received);
    }

    /** A message is for this client: sent now, or it waits, or it is dropped. */
    void deliver(Delivery delivery) {
        Subscriber to = subscriber;
        if (ended && delivery.share != null) {
            home.passingOn().add(delivery.message, delivery.share, this);
        } else if (ended) {
            dropped(delivery, DropReason.SESSION_ENDED);
        } else if (to != null && queue.size() == 0 && resend == null && maySend(to, delivery)) {
            send(to, delivery);
        } else {
            queue.add(delivery);
        }
    }

    /** Sends what waits, as far as the client's window and its socket allow. */
    void pump() {
        if (backlog != null) {
            backlog.pump();
        }
        Subscriber to = subscriber;
        if (to == null) {
            return;
        }
        // sending may find the socket broken, which ends the connection
        while (resend != null && subscriber == to) {
            if (to.isBlocked() || outstanding >= window) {
                return;
            }
            Delivery again = resend;
            resend = again.next;
            if (again.state == Delivery.State.PUBLISHED) {
                outstanding++;
                again.counted = true;
                to.publish(again, true);
            }
        }
        Delivery next = queue.first();
        while (next != null && subscriber == to && maySend(to, next)) {
            queue.remove(next);
            Message message = next.message;
            if (message.expires() && message.isExpiredAt(home.nowMillis())) {
                dropped(next, DropReason.EXPIRED);
            } else {
                send(to, next);
            }
            next = queue.first();
        }
    }

    private boolean maySend(Subscriber to, Delivery delivery) {
        return !to.isBlocked()
                && (delivery.qos == 0 || outstanding < window && inFlight.size() < MOST_IN_FLIGHT);
    }

    private void send(Subscriber to, Delivery delivery) {
        if (!to.accepts(delivery)) {
            dropped(delivery, DropReason.PACKET_TOO_LARGE);
            return;
        }
        if (delivery.qos > 0) {
            inFlight.add(delivery);
            delivery.state = Delivery.State.PUBLISHED;
            delivery.counted = true;
            outstanding++;
        }
        to.publish(delivery, false);
    }

    // what the client answers

    /** False if the packet identifier is that of a QoS 2 message. */
    boolean puback(int packetId, int reasonCode) {
        if (backlog != null) {
            return backlog.puback(packetId, reasonCode);
        }
        Delivery delivery = inFlight.get(packetId);
        if (delivery == null) {
            return true;
        }
        if (delivery.qos != 1) {
            return false;
        }
        complete(delivery, reasonCode);
        return true;
    }

    /** What became of a PUBREC. */
    enum Pubrec {
        RELEASE,
        /** PUBREL will be sent when the log has it. */
        LATER,
        COMPLETED,
        UNKNOWN,
        WRONG_QOS
    }

    Pubrec pubrec(int packetId, int reasonCode) {
        if (backlog != null) {
            return backlog.pubrec(packetId, reasonCode);
        }
        Delivery delivery = inFlight.get(packetId);
        if (delivery == null) {
            return Pubrec.UNKNOWN;
        }
        if (delivery.qos != 2) {
            return Pubrec.WRONG_QOS;
        }
        if (reasonCode >= 0x80) {
            complete(delivery, reasonCode);
            return Pubrec.COMPLETED;
        }
        delivery.state = Delivery.State.RELEASED;
        return Pubrec.RELEASE;
    }

    void pubcomp(int packetId, int reasonCode) {
        if (backlog != null) {
            backlog.pubcomp(packetId, reasonCode);
            return;
        }
        Delivery delivery = inFlight.get(packetId);
        if (delivery != null && delivery.state == Delivery.State.RELEASED) {
            complete(delivery, reasonCode);
        }
    }

    private void complete(Delivery delivery, int reasonCode) {
        if (resend == delivery) {
            resend = delivery.next;
        }
        inFlight.remove(delivery);
        if (delivery.counted) {
            outstanding--;
        }
        acknowledged(delivery, reasonCode);
        if (queue.size() > 0 || resend != null) {
            pump();
        }
        updateShares();
    }

    // connections come and go

    /**
     * The client is here, and has been told so. What it had not acknowledged is sent again, in the
     * order of the first time [MQTT-4.6.0-1].
     */
    void resume(Subscriber now) {
        subscriber = now;
        window = now.window();
        outstanding = 0;
        peer = now.connection().peer();
        if (backlog != null) {
            backlog.resume(now);
            pump();
            if (shares != null) {
                shares.connected(window);
            }
            return;
        }
        int publishes = 0;
        int pubrels = 0;
        for (Delivery each = inFlight.first(); each != null; each = each.next) {
            each.counted = false;
            if (each.state == Delivery.State.RELEASED) {
                now.pubrel(each.packetId);
                pubrels++;
            } else {
                publishes++;
            }
        }
        resend = inFlight.first();
        if (publishes + pubrels > 0) {
            home.redelivered(peer, publishes, pubrels);
        }
        pump();
    }

    void disconnected(long nowMillis) {
        if (backlog != null) {
            backlog.disconnected();
        }
        subscriber = null;
        connected = false;
        will = null;
        resend = null;
        offlineSinceMillis = nowMillis;
        if (shares != null) {
            shares.disconnected();
            passOnWhatWaits();
        }
    }

    /** Nothing is kept and nothing more is taken; returns how many messages are gone. */
    int end() {
        ended = true;
        List<Delivery> passedOn = new ArrayList<>(0);
        List<Delivery> waited = shares == null ? List.of() : queue.takeShared(null);
        int gone = queue.discard();
        for (Delivery each = inFlight.first(); each != null; each = each.next) {
            if (each.share != null && each.qos == 1 && each.state == Delivery.State.PUBLISHED) {
                // of QoS 2 nobody else may get what was sent [MQTT-4.8.2-5]
                passedOn.add(each);
            } else if (each.state == Delivery.State.PUBLISHED) {
                gone++;
            }
            if (each.trace != null) {
                each.trace.dropped(DropReason.SESSION_ENDED, System.nanoTime());
            }
        }
        if (backlog != null) {
            gone += backlog.end();
        }
        passedOn.addAll(waited);
        home.passingOn().add(passedOn, this);
        home.counters().add(Counters.dropped(DropReason.SESSION_ENDED), gone);
        countOfClass(Counters.CLASS_DROPPED, gone);
        return gone;
    }

    // places in groups

    /** Its places in groups, from the first on. */
    SessionShares shares() {
        SessionShares known = shares;
        if (known == null) {
            known = new SessionShares(this);
            shares = known;
            if (subscriber != null) {
                known.connected(window);
            }
        }
        return known;
    }

    /** What it has to do has changed; those who choose are told. */
    void updateShares() {
        if (shares != null) {
            shares.update();
        }
    }

    /** What waits for a client that is away goes to members of its groups that are there. */
    void passOnWhatWaits() {
        if (backlog != null && subscriber == null && !ended) {
            backlog.passOn();
        }
    }

    /** It left a group: what waits goes to those who are still in it. */
    void passOnOf(String filter) {
        if (backlog != null) {
            backlog.passOn();
        } else if (home.shared().subscriptions().group(filter) != null) {
            home.passingOn().add(queue.takeShared(filter), this);
        }
    }

    boolean hasEnded() {
        return ended;
    }

    /** Whether QoS 1 and 2 messages may wait for it. */
    boolean hasRoom() {
        return backlog == null ? queue.hasRoom() : backlog.hasRoom();
    }

    /** Counts a message that the client will not get, and reports it. */
    void dropped(Delivery delivery, DropReason reason) {
        if (delivery.trace != null) {
            delivery.trace.dropped(reason, System.nanoTime());
        }
        if (delivery.context == null) {
            dropped(Hindsight.Ended.of(delivery.message), delivery.qos, reason);
        } else {
            dropped(delivery.message.topic(), delivery.qos, reason, delivery.context);
        }
    }

    /** The same of a message that is being published. */
    void dropped(Publication message, int qos, DropReason reason) {
        Tracing.PublishTrace trace = message.trace();
        if (trace == null) {
            dropped(Hindsight.Ended.of(message), qos, reason);
        } else {
            dropped(message.topic(), qos, reason, trace.context());
        }
    }

    /** The same of a message that is not traced, or is from now on. */
    void dropped(Hindsight.Ended message, int qos, DropReason reason) {
        TraceContext kept = home.hindsight().dropped(message, this, qos, reason);
        dropped(message.topic(), qos, reason, kept);
    }

    /**
     * @param trace of the message; null if it is not traced
     */
    void dropped(String topic, int qos, DropReason reason, @Nullable TraceContext trace) {
        home.counters().add(Counters.dropped(reason), 1);
        countOfClass(Counters.CLASS_DROPPED, 1);
        boolean told =
                dropEvents.take(reason, home.second()) || home.shared().isTraced(clientId, topic);
        if (!told && trace == null) {
            return;
        }
        MessageEvent.Dropped event = new MessageEvent.Dropped(clientId, topic, qos, reason);
        if (trace == null) {
            home.shared().events().emit(event);
        } else {
            tell(event, trace, told);
        }
    }

    /** A traced message waits for this client. */
    void queued(String topic, int qos, TraceContext trace) {
        tell(new MessageEvent.Queued(clientId, topic, qos), trace, false);
    }

    /** The client has answered a delivery for the last time. */
    void acknowledged(Delivery delivery, int reasonCode) {
        Subscriber to = subscriber;
        if (delivery.live && to != null && !isPeer) {
            long nanos = to.connection().readNanos() - delivery.message.receivedNanos();
            home.rules().slow().took(nanos, this, delivery.message.topic(), delivery.qos);
            if (home.hindsight().isSlow(nanos) && delivery.context == null) {
                long now = to.connection().readNanos();
                home.hindsight().acknowledged(delivery, this, reasonCode, now);
            }
        }
        if (delivery.trace != null) {
            delivery.trace.acknowledged(reasonCode, System.nanoTime());
        }
        if (delivery.context != null) {
            String topic = delivery.message.topic();
            tell(
                    new MessageEvent.Acknowledged(peer, topic, delivery.qos, reasonCode),
                    delivery.context,
                    false);
        }
    }

    private void tell(Event event, TraceContext trace, boolean always) {
        if (always || home.samplers().traced.take(true)) {
            home.shared().events().emit(event, trace);
        }
    }

    void isOf(int classOfClient) {
        clientClass = classOfClient;
    }

    /** For the class of its client; peers are no clients. */
    void countOfClass(int what, long howMany) {
        if (!isPeer) {
            home.counters().add(Counters.ofClass(clientClass, what), howMany);
        }
    }

    String clientId() {
        return clientId;
    }

    Tracing.Receiver receiver() {
        return isPeer ? Tracing.Receiver.HOME : Tracing.Receiver.CLIENT;
    }

    /** Another home's, not a client's. */
    boolean isPeer() {
        return isPeer;
    }

    /** The loop this session belongs to. Any thread. */
    Loop home() {
        return home;
    }

    /** The connection that serves it, or the last that did. */
    Peer peer() {
        return peer;
    }

    /** Null while the client is away. */
    @Nullable Subscriber subscriber() {
        return subscriber;
    }

    Map<String, Subscription> subscriptions() {
        return subscriptions;
    }

    /** Null if it ends with its connection. */
    @Nullable Backlog backlog() {
        return backlog;
    }

    /** QoS 2 messages from the client. */
    Received received() {
        return received;
    }

    Answers answers() {
        return answers;
    }

    /** Messages never sent. */
    int queuedCount() {
        return queue.size() + (backlog == null ? 0 : backlog.waiting());
    }

    int inFlightCount() {
        return backlog == null ? inFlight.size() : backlog.inFlight();
    }

    /** Drops what has expired; false if nothing is left that can. */
    boolean removeExpired(long nowMillis) {
        boolean inBacklog = backlog != null && backlog.removeExpired(nowMillis);
        return queue.removeExpired(nowMillis) | inBacklog;
    }

    /** Then QoS 0 must queue up too, or it would overtake. */
    boolean isQos0Waiting() {
        return queue.qos0() > 0;
    }

    long expirySeconds() {
        return expirySeconds;
    }

    void expirySeconds(long seconds) {
        expirySeconds = seconds;
    }

    boolean isExpiredAt(long nowMillis) {
        return subscriber == null
                && expirySeconds != Connect.NEVER_EXPIRES
                && nowMillis >= offlineSinceMillis + expirySeconds * 1000;
    }

    /** At the start: when its client went. */
    void offlineSince(long millis) {
        offlineSinceMillis = millis;
    }

    long offlineMillis(long nowMillis) {
        return nowMillis - offlineSinceMillis;
    }

    /** From being admitted on; it can be served when it has been answered. */
    void connected(Connect.@Nullable Will withWill) {
        connected = true;
        will = withWill;
    }

    boolean isConnected() {
        return connected;
    }

    /** To be published if the client goes without a word; only while it is connected. */
    Connect.@Nullable Will will() {
        return will;
    }

    Wills.@Nullable Pending pendingWill() {
        return pendingWill;
    }

    void pendingWill(Wills.@Nullable Pending will) {
        pendingWill = will;
    }
}
