package io.robustmq.broker;

import io.robustmq.telemetry.event.MessageEvent.DropReason;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The QoS 1 and 2 messages of a session that outlives its connections. They are in the log; here is
 * a reference to each, and those about to be sent, or sent and not acknowledged, are in memory.
 *
 * <pre>
 *   refs      base ........ sent ........................ next
 *             | may have been sent | never sent: waiting  |
 *   this connection:   cursor ... ahead.end
 *             | in flight  | in memory | only in the log
 * </pre>
 *
 * <p>Bound: {@link QueueBound} for those that wait; {@link ReadAhead} and the client's window for
 * those in memory. Belongs to the session's loop.
 */
final class Backlog {
    private final Session session;
    private final int number;
    private final Refs refs;
    private final QueueBound waiting;
    private long sent;

    /** Of those, sent by this process; before it they may have been. */
    private long begun;

    private int inFlight;
    private long nextExpiryMillis = Message.NEVER;
    private boolean ended;

    private final DoneNumbers done = new DoneNumbers();
    private final BacklogPassing passing;

    // for this connection; in memory is nothing while there is none
    private final ReadAhead ahead;
    private long cursor;
    private int outstanding;

    Backlog(Session session, int number, Refs refs, long sent) {
        this.session = session;
        this.number = number;
        this.refs = refs;
        this.waiting = new QueueBound(session);
        this.passing = new BacklogPassing(session, this, refs);
        this.ahead = new ReadAhead(session.home(), number, refs, this::pump);
        this.sent = Math.max(sent, refs.base());
        for (long each = refs.base(); each < refs.next(); each++) {
            if (refs.state(each) == Refs.State.DONE) {
                continue;
            }
            if (each < this.sent) {
                inFlight++;
            } else {
                waiting.add(refs.bytes(each));
                if (refs.expires(each)) {
                    nextExpiryMillis = 0;
                }
            }
        }
        if (nextExpiryMillis == 0) {
            session.home().hasExpiringMessages(session);
        }
    }

    /** Of the session, in the log. */
    int number() {
        return number;
    }

    /** Never sent. */
    int waiting() {
        return waiting.messages();
    }

    int inFlight() {
        return inFlight;
    }

    /** Whether one that comes may wait. */
    boolean hasRoom() {
        return waiting.fits(0);
    }

    /** The first that was never sent. */
    SessionRecord.Place sent() {
        return refs.place(Math.max(sent, refs.base()));
    }

    // messages come

    /**
     * A message is in the log and for this session.
     *
     * @param group whose member it is for; null if it is the session's own
     */
    void committed(
            Publication publication,
            int qos,
            boolean retain,
            int[] subscriptionIds,
            @Nullable ShareGroup group) {
        Tracing.PublishTrace trace = publication.trace();
        TraceContext context = trace == null ? null : trace.context();
        if (ended && group == null) {
            session.dropped(publication, qos, DropReason.SESSION_ENDED);
            return;
        }
        int bytes = publication.bytes();
        long each = refs.add(publication.offset(), bytes, publication.expiresAtMillis());
        if (group != null) {
            refs.shared(each);
            if (ended) {
                passing.look();
                return;
            }
        }
        Subscriber to = session.subscriber();
        if (to == null
                && !session.isPeer()
                && session.home().rules().offlineOff().isFor(publication.topic())) {
            forget(each);
            session.dropped(publication, qos, DropReason.OFFLINE_OFF);
            return;
        }
        boolean isNext = to != null && waiting.messages() == 0;
        if (!isNext && !hasRoom(bytes)) {
            forget(each);
            session.dropped(publication, qos, DropReason.QUEUE_FULL);
            return;
        }
        waiting.add(refs.bytes(each));
        if (refs.expires(each)) {
            if (nextExpiryMillis == Message.NEVER) {
                session.home().hasExpiringMessages(session);
            }
            nextExpiryMillis = Math.min(nextExpiryMillis, publication.expiresAtMillis());
        }
        boolean isOthers = group != null && !session.shares().isIn(group.filter());
        if (to == null || isOthers) {
            if (context != null) {
                session.queued(publication.topic(), qos, context);
            }
            if (group != null) {
                passing.look();
            }
            if (to == null) {
                return;
            }
        }
        if (ahead.hasRoomFor(each, cursor)) {
            Delivery delivery =
                    new Delivery(publication.message(), qos, retain, subscriptionIds, true);
            delivery.share = group == null ? null : group.filter();
            delivery.loggedNanos = publication.loggedNanos();
            if (trace != null) {
                delivery.tracedBy(trace, session);
            }
            ahead.keep(each, delivery);
        }
        pump();
        if (context != null && cursor <= each) {
            session.queued(publication.topic(), qos, context);
        }
    }

    private boolean hasRoom(int bytes) {
        if (waiting.hasRoomFor(bytes)) {
            return true;
        }
        BrokerSettings.Queues limits = session.home().shared().settings().queues();
        boolean canFit = bytes <= limits.maxQueuedBytes();
        if (canFit && limits.whenFull() == BrokerSettings.WhenFull.DROP_OLDEST) {
            long oldest = Math.max(sent, refs.base());
            while (waiting.messages() > 0 && !waiting.fits(bytes)) {
                drop(oldest, DropReason.QUEUE_FULL);
                oldest++;
            }
            waiting.stillFull();
        }
        return waiting.fits(bytes);
    }

    // and are sent

    /** Sends what waits, as far as the client's window and its socket allow. */
    void pump() {
        Subscriber to = session.subscriber();
        if (to == null) {
            return;
        }
        // sending may find the socket broken, which ends the connection
        while (session.subscriber() == to && cursor < refs.next()) {
            cursor = Math.max(cursor, refs.base());
            ahead.isAt(cursor);
            if (cursor == refs.next()) {
                return;
            }
            if (refs.state(cursor) != Refs.State.WAITING) {
                cursor++;
                continue;
            }
            boolean mayBeSent =
                    !to.isBlocked()
                            && outstanding < to.window()
                            && cursor - refs.base() < Refs.PACKET_IDS;
            if (!mayBeSent) {
                return;
            }
            if (cursor >= ahead.end()) {
                ahead.load();
                return;
            }
            Delivery next = ahead.get(cursor);
            if (next == null) {
                drop(cursor, DropReason.UNREADABLE);
            } else {
                send(to, next);
            }
            cursor++;
        }
        if (session.subscriber() == to) {
            ahead.loadIfLittleIsLeft(cursor);
        }
    }

    private void send(Subscriber to, Delivery next) {
        Message message = next.message;
        boolean expires = cursor >= begun && message.expires(); // MQTT 5, 3.3.2.3.3
        if (expires && message.isExpiredAt(session.home().nowMillis())) {
            drop(cursor, DropReason.EXPIRED);
            return;
        }
        next.packetId = Refs.packetId(cursor);
        if (!to.accepts(next)) {
            drop(cursor, DropReason.PACKET_TOO_LARGE);
            return;
        }
        boolean again = cursor < sent;
        begun = Math.max(begun, cursor + 1);
        if (!again) {
            waiting.remove(refs.bytes(cursor));
            inFlight++;
            sent = cursor + 1;
        }
        outstanding++;
        next.counted = true;
        if (!next.live) {
            next.tracedLate(session.home().shared().tracing(), session, again);
        }
        to.publish(next, again);
    }

    /** Sent before or not, the client will not get it. */
    private void drop(long each, DropReason reason) {
        if (refs.state(each) == Refs.State.DONE || refs.state(each) == Refs.State.PASSING) {
            return;
        }
        Delivery delivery = ahead.get(each);
        if (ended) {
            // counted when it ended
        } else if (each < sent) {
            inFlight--;
        } else {
            waiting.remove(refs.bytes(each));
        }
        forget(each);
        if (delivery == null) {
            session.dropped("", -1, reason, null);
        } else {
            session.dropped(delivery, reason);
        }
    }

    // what the client answers

    /** False if the packet identifier is that of a QoS 2 message. */
    boolean puback(int packetId, int reasonCode) {
        long each = refs.numberOf(packetId);
        if (each >= cursor
                || refs.state(each) == Refs.State.DONE
                || refs.state(each) == Refs.State.PASSING) {
            return true;
        }
        Delivery delivery = ahead.get(each);
        if (delivery == null || delivery.qos != 1) {
            return false;
        }
        answered(each, reasonCode);
        return true;
    }

    Session.Pubrec pubrec(int packetId, int reasonCode) {
        long each = refs.numberOf(packetId);
        if (each >= cursor) {
            return Session.Pubrec.UNKNOWN;
        }
        return switch (refs.state(each)) {
            case DONE, PASSING -> Session.Pubrec.UNKNOWN;
            case RELEASED -> Session.Pubrec.RELEASE;
            case RECEIVING -> Session.Pubrec.LATER;
            case WAITING -> {
                Delivery delivery = ahead.get(each);
                if (delivery == null || delivery.qos != 2) {
                    yield Session.Pubrec.WRONG_QOS;
                }
                if (reasonCode >= 0x80) {
                    answered(each, reasonCode);
                    yield Session.Pubrec.COMPLETED;
                }
                refs.state(each, Refs.State.RECEIVING);
                writeReceived(each);
                yield Session.Pubrec.LATER;
            }
        };
    }

    /** PUBREL goes out when the PUBREC is in the log: or else a crash would send PUBLISH again. */
    private void writeReceived(long each) {
        LoopLog log = session.home().log();
        log.add(
                new LogEntry(
                        session.home(),
                        new SessionRecord.Received(number, refs.place(each)).encoded()) {
                    @Override
                    void committed() {
                        received(each);
                    }

                    @Override
                    void refused(IOException why) {
                        log.later(() -> writeReceived(each));
                    }
                });
    }

    private void received(long each) {
        if (each < refs.base() || refs.state(each) != Refs.State.RECEIVING) {
            return;
        }
        refs.state(each, Refs.State.RELEASED);
        Subscriber to = session.subscriber();
        if (to != null) {
            to.pubrel(Refs.packetId(each));
        }
    }

    void pubcomp(int packetId, int reasonCode) {
        long each = refs.numberOf(packetId);
        if (each < refs.next() && refs.state(each) == Refs.State.RELEASED) {
            complete(each, reasonCode);
        }
    }

    private void answered(long each, int reasonCode) {
        if (reasonCode == PeerPublisher.GIVEN_BACK && session.isPeer() && refs.isShared(each)) {
            // nobody of the group is there any more
            passing.givenBack(each, ahead.get(each));
            pump();
            session.updateShares();
        } else {
            complete(each, reasonCode);
        }
    }

    private void complete(long each, int reasonCode) {
        Delivery delivery = ahead.get(each);
        inFlight--;
        if (delivery != null) {
            if (delivery.counted) {
                outstanding--;
            }
            session.acknowledged(delivery, reasonCode);
        }
        forget(each);
        pump();
        session.updateShares();
    }

    /** It needs no more place, here and in the log. */
    private void forget(long each) {
        ahead.remove(each);
        refs.done(each);
        done.add(each, refs);
        session.home().log().acknowledges(this);
    }

    /** What was asked for and could not be written. */
    void notInLog(SessionRecord.Done lost) {
        lost.above().forEach(each -> done.add(each.number(), refs));
    }

    /** What was acknowledged since this was asked last; some of it if {@link #hasDone} then. */
    SessionRecord.Done done() {
        return new SessionRecord.Done(number, refs.place(refs.base()), done.take(refs));
    }

    boolean hasDone() {
        return !done.isEmpty();
    }

    // connections come and go

    /** What it had not acknowledged is sent again, in the order of the first time. */
    void resume(Subscriber now) {
        cursor = refs.base();
        ahead.begin(cursor);
        int publishes = 0;
        int pubrels = 0;
        for (long each = cursor; each < sent; each++) {
            switch (refs.state(each)) {
                case RELEASED -> {
                    now.pubrel(Refs.packetId(each));
                    pubrels++;
                }
                case WAITING -> publishes++;
                case RECEIVING, DONE, PASSING -> {}
            }
        }
        if (publishes + pubrels > 0) {
            session.home().redelivered(session.peer(), publishes, pubrels);
        }
        pump();
    }

    void disconnected() {
        outstanding = 0;
        // nothing is in flight on no connection, whatever the client says later
        cursor = refs.base();
        ahead.begin(cursor);
    }

    /** Drops what has expired; false if nothing is left that can. */
    boolean removeExpired(long nowMillis) {
        if (nowMillis < nextExpiryMillis) {
            return nextExpiryMillis != Message.NEVER;
        }
        nextExpiryMillis = Message.NEVER;
        for (long each = Math.max(sent, refs.base()); each < refs.next(); each++) {
            if (refs.state(each) == Refs.State.WAITING && refs.expires(each)) {
                if (refs.expiresAtMillis(each) <= nowMillis) {
                    drop(each, DropReason.EXPIRED);
                } else {
                    nextExpiryMillis = Math.min(nextExpiryMillis, refs.expiresAtMillis(each));
                }
            }
        }
        return nextExpiryMillis != Message.NEVER;
    }

    /**
     * Nothing is kept any more, but what others of its groups get instead. Returns how many
     * messages the client never acknowledged, less those.
     */
    int end() {
        int gone = 0;
        for (long each = refs.base(); each < refs.next(); each++) {
            if (refs.state(each) == Refs.State.WAITING && !refs.isShared(each)) {
                gone++;
            }
        }
        waiting.clear();
        disconnected();
        nextExpiryMillis = Message.NEVER;
        ended = true;
        passing.look();
        return gone;
    }

    // to other members of its groups, see BacklogPassing

    /** Members may have come or gone, or this session from a group. */
    void passOn() {
        passing.look();
    }

    boolean mayHaveShared() {
        return refs.mayHaveShared();
    }

    boolean hasEnded() {
        return ended;
    }

    boolean wasSent(long each) {
        return each < sent;
    }

    /** The first that another member may get. */
    long firstToPass() {
        return ended ? refs.base() : Math.max(sent, refs.base());
    }

    /** It is not sent here any more: another gets it, as soon as the log has that. */
    void passing(long each) {
        if (!ended && each >= sent) {
            waiting.remove(refs.bytes(each));
        } else if (!ended) {
            inFlight--;
            Delivery delivery = ahead.get(each);
            outstanding -= delivery != null && delivery.counted ? 1 : 0;
        }
        ahead.remove(each);
        refs.state(each, Refs.State.PASSING);
    }

    /** The log has it. */
    void passed(long each) {
        refs.done(each);
        session.updateShares();
    }

    /** Nobody else gets it, and the client neither. */
    void lost(long each, @Nullable Delivery delivery, DropReason reason) {
        forget(each);
        if (delivery == null) {
            session.dropped("", -1, reason, null);
        } else {
            session.dropped(delivery, reason);
        }
    }
}
