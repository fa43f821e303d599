package io.robustmq.broker;

import io.robustmq.protocol.PublishPacket;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.MessageEvent.DropReason;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import org.jspecify.annotations.Nullable;

/**
 * What another home's PUBLISH does: it goes to sessions of this home, and to no other home. Whom it
 * is for is said by its Subscription Identifier: all who subscribe for themselves, one member of a
 * group, or nobody if it is to be stored only.
 */
final class PeerPublisher {
    /** Of its group nobody is here any more: whoever sent it gives it to another member. */
    static final int GIVEN_BACK = ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;

    private final Connection connection;
    private final PeerLink link;
    private final PublishEvents events;
    private final PublishAnswers answers;

    PeerPublisher(Connection connection, PeerLink link) {
        this.connection = connection;
        this.link = link;
        this.events = new PublishEvents(connection);
        this.answers = new PublishAnswers(connection, events);
    }

    void publish(PublishPacket packet) {
        Session session = link.session(connection);
        int qos = packet.qos();
        if (qos == 2 && session.received().has(packet.packetId())) {
            answers.repeated(session, packet.packetId());
            return;
        }
        Loop loop = connection.loop();
        loop.counters().add(Counters.FROM_PEERS + qos, 1);
        loop.counters().add(Counters.FROM_PEERS_BYTES, packet.payloadLength());
        Tracing.PublishTrace trace = begin(packet);
        Publication publication =
                loop.publication().of(packet, session, connection.readNanos(), trace);
        try {
            switch (packet.subscriptionIdentifier()) {
                case Cluster.ORDINARY -> toSubscribers(publication, packet, session);
                case Cluster.STORED -> store(publication, packet, session);
                default -> toMember(publication, packet, session);
            }
        } finally {
            publication.done();
        }
    }

    private void toSubscribers(Publication publication, PublishPacket packet, Session session) {
        Stamp.Stamped stamped = packet.retain() && packet.qos() > 0 ? Stamp.of(packet) : null;
        if (stamped != null) {
            link.cluster().saw(stamped.stamp());
            publication.stamped(stamped);
        }
        Route route = connection.loop().router().routeOf(publication.topic()).ownOnly();
        deliver(publication, packet, session, route, stamped != null);
    }

    /** What was published with QoS 0 is stored all the same, and has been delivered. */
    private void store(Publication publication, PublishPacket packet, Session session) {
        Stamp.Stamped stamped = Stamp.of(packet);
        Loop loop = connection.loop();
        Route nobody = Route.nobody(loop.loops());
        if (stamped == null) {
            deliver(publication, packet, session, nobody, false);
            return;
        }
        Publishing.Waiting waiting = Publishing.Waiting.NOBODY;
        if (packet.qos() > 0) {
            PublishAnswers.InLog answer = answers.inLog(publication, packet.packetId(), session, 1);
            session.answers().add(answer);
            waiting = answer;
        }
        link.cluster().saw(stamped.stamp());
        publication.stamped(stamped);
        MessageRecord.Effects effects = MessageRecord.Effects.NONE;
        Logged.Taken taken =
                loop.logged().publish(publication, effects, nobody, connection.peer(), waiting);
        if (taken != Logged.Taken.YES) {
            waiting.committed(-1); // told by an event; here it is the only message not retained
        }
    }

    private void toMember(Publication publication, PublishPacket packet, Session session) {
        Loop loop = connection.loop();
        String filter = link.cluster().wants().group(packet.subscriptionIdentifier());
        ShareGroup group = filter == null ? null : loop.shared().subscriptions().group(filter);
        ShareMember member =
                group == null
                        ? null
                        : group.chooseOwn(publication.qos(), publication.topic(), loop);
        if (member != null) {
            deliver(publication, packet, session, member.alone(), false);
        } else if (packet.qos() == 0) {
            session.dropped(Hindsight.Ended.of(publication), 0, DropReason.SESSION_ENDED);
        } else {
            // before the answer, or else it could come here again
            link.tellRoutes();
            answers.known(session, packet.qos(), packet.packetId(), GIVEN_BACK);
        }
    }

    private void deliver(
            Publication publication,
            PublishPacket packet,
            Session session,
            Route route,
            boolean retained) {
        Loop loop = connection.loop();
        int qos = packet.qos();
        // as for a client: see Publisher
        boolean kept =
                qos > 0
                        && (retained
                                || !route.kept().targets().isEmpty()
                                || route.size() > 0 && !session.answers().isEmpty()
                                || qos == 2);
        if (kept) {
            keep(publication, packet.packetId(), session, route);
            return;
        }
        int deliveries = loop.router().publish(publication, route);
        Tracing.PublishTrace trace = publication.trace();
        if (trace != null) {
            trace.routed(deliveries, System.nanoTime());
        }
        if (qos > 0) {
            answers.known(session, qos, packet.packetId(), PublishAnswers.code(deliveries));
        }
    }

    private void keep(Publication publication, int packetId, Session session, Route route) {
        Logged logged = connection.loop().logged();
        PublishAnswers.InLog answer = answers.inLog(publication, packetId, session, route.size());
        MessageRecord.Effects effects = MessageRecord.Effects.from(session, packetId, publication);
        Logged.Taken taken = logged.publish(publication, effects, route, connection.peer(), answer);
        if (taken == Logged.Taken.RETAINED_FULL) {
            taken = logged.publishUnretained(publication, effects, route, answer);
        }
        if (taken == Logged.Taken.YES) {
            if (publication.qos() == 2) {
                session.received().add(packetId);
            }
            session.answers().add(answer);
            return;
        }
        String detail = StorageFault.tooLarge(publication.payloadLength());
        events.rejected(
                publication.topic(), ReasonCode.QUOTA_EXCEEDED, detail, publication.trace());
        answers.known(session, publication.qos(), packetId, ReasonCode.QUOTA_EXCEEDED, detail);
    }

    private Tracing.@Nullable PublishTrace begin(PublishPacket packet) {
        Tracing tracing = connection.loop().shared().tracing();
        String traceparent = packet.userProperty(Publisher.TRACEPARENT);
        TraceContext parent =
                traceparent == null
                        ? null
                        : TraceContext.parse(
                                traceparent, packet.userProperty(Publisher.TRACESTATE));
        return parent == null
                ? null // where it was published it was decided that it is not traced
                : tracing.begin(
                        connection.peer(),
                        packet.topic(),
                        packet.qos(),
                        packet.payloadLength(),
                        parent,
                        connection.readNanos());
    }
}
