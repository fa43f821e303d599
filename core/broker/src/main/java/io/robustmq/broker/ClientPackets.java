package io.robustmq.broker;

import io.robustmq.protocol.Auth;
import io.robustmq.protocol.Connect;
import io.robustmq.protocol.Disconnect;
import io.robustmq.protocol.PacketEncoder;
import io.robustmq.protocol.PacketHandler;
import io.robustmq.protocol.PacketType;
import io.robustmq.protocol.PublishPacket;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.protocol.Subscribe;
import io.robustmq.protocol.Unsubscribe;
import io.robustmq.protocol.Violation;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import io.robustmq.telemetry.event.SubscriptionEvent;
import io.robustmq.telemetry.event.Tracing;
import java.util.List;

/** What a client's packets do, but for PUBLISH: see {@link Publisher}. */
final class ClientPackets implements PacketHandler {
    /** No acknowledgement is larger. */
    static final int ACK_BYTES = 8;

    private final Connection connection;
    private final Publisher publisher;
    private final Subscribing subscribing;

    ClientPackets(Connection connection) {
        this.connection = connection;
        Rewriting rewriting = Rewriting.of(connection);
        this.publisher = new Publisher(connection, rewriting);
        this.subscribing = new Subscribing(connection, rewriting, SubscriptionEvent.Cause.CLIENT);
    }

    Subscribing subscribing() {
        return subscribing;
    }

    @Override
    public boolean wantsMore() {
        return connection.wantsMore();
    }

    @Override
    public void connect(Connect connect) {
        connection.connecting(connect);
    }

    @Override
    public void publish(PublishPacket packet) {
        received(PacketType.PUBLISH);
        publisher.publish(packet, session());
    }

    @Override
    public void puback(int packetId, int reasonCode) {
        received(PacketType.PUBACK, ReasonedPacket.PUBACK_RECEIVED, reasonCode);
        if (!session().puback(packetId, reasonCode)) {
            wrongAcknowledgement(PacketType.PUBACK, packetId, 2);
        }
    }

    @Override
    public void pubrec(int packetId, int reasonCode) {
        received(PacketType.PUBREC, ReasonedPacket.PUBREC_RECEIVED, reasonCode);
        switch (session().pubrec(packetId, reasonCode)) {
            case RELEASE ->
                    PacketEncoder.pubrel(
                            connection.outbound().packet(PacketType.PUBREL, ACK_BYTES),
                            connection.version(),
                            packetId,
                            ReasonCode.SUCCESS);
            case UNKNOWN -> {
                if (reasonCode < 0x80) {
                    unknown(PacketType.PUBREL, packetId);
                }
            }
            case COMPLETED, LATER -> {}
            case WRONG_QOS -> wrongAcknowledgement(PacketType.PUBREC, packetId, 1);
        }
    }

    @Override
    public void pubrel(int packetId, int reasonCode) {
        received(PacketType.PUBREL);
        Session session = session();
        Subscriber subscriber = session.subscriber();
        if (subscriber == null) {
            return;
        }
        switch (session.received().release(packetId, subscriber)) {
            case COMPLETED ->
                    PacketEncoder.pubcomp(
                            connection.outbound().packet(PacketType.PUBCOMP, ACK_BYTES),
                            connection.version(),
                            packetId,
                            ReasonCode.SUCCESS);
            case UNKNOWN -> unknown(PacketType.PUBCOMP, packetId);
            case LATER -> {}
        }
    }

    private void unknown(PacketType answer, int packetId) {
        PublishAnswers.acknowledge(
                connection,
                answer,
                packetId,
                ReasonCode.PACKET_IDENTIFIER_NOT_FOUND,
                "no message has this packet identifier");
    }

    @Override
    public void pubcomp(int packetId, int reasonCode) {
        received(PacketType.PUBCOMP);
        session().pubcomp(packetId, reasonCode);
    }

    @Override
    public void subscribe(Subscribe subscribe) {
        received(PacketType.SUBSCRIBE);
        List<Subscribe.Filter> filters = subscribe.filters();
        connection
                .trace()
                .asks(
                        subscribe.packetId(),
                        new Tracing.Operation.Subscribe(
                                filters.size(), filters.getFirst().filter()));
        subscribing.subscribe(subscribe, session());
    }

    @Override
    public void unsubscribe(Unsubscribe unsubscribe) {
        received(PacketType.UNSUBSCRIBE);
        List<String> filters = unsubscribe.filters();
        connection
                .trace()
                .asks(
                        unsubscribe.packetId(),
                        new Tracing.Operation.Unsubscribe(filters.size(), filters.getFirst()));
        subscribing.unsubscribe(unsubscribe, session());
    }

    @Override
    public void pingreq() {
        received(PacketType.PINGREQ);
        PacketEncoder.pingresp(connection.outbound().packet(PacketType.PINGRESP, ACK_BYTES));
    }

    @Override
    public void disconnect(Disconnect disconnect) {
        received(
                PacketType.DISCONNECT, ReasonedPacket.DISCONNECT_RECEIVED, disconnect.reasonCode());
        if (connection.session() == null) {
            connection.end(Ending.CLIENT_DISCONNECT, disconnect.reasonCode());
            return; // in the middle of its authentication
        }
        Session session = session();
        if (disconnect.sessionExpirySeconds() >= 0) {
            if (session.expirySeconds() == 0 && disconnect.sessionExpirySeconds() > 0) {
                connection.ended(
                        new Violation(
                                "MQTT-3.14.2-2",
                                PacketType.DISCONNECT,
                                ReasonCode.PROTOCOL_ERROR,
                                "session expiry "
                                        + disconnect.sessionExpirySeconds()
                                        + " where CONNECT had 0"));
                return;
            }
            session.expirySeconds(
                    Math.min(
                            disconnect.sessionExpirySeconds(),
                            connection
                                    .loop()
                                    .shared()
                                    .settings()
                                    .limits()
                                    .maxSessionExpirySeconds()));
        }
        connection.end(Ending.CLIENT_DISCONNECT, disconnect.reasonCode());
    }

    @Override
    public void auth(Auth auth) {
        received(PacketType.AUTH);
        AuthExchange exchange = connection.exchange();
        if (exchange == null) {
            throw new IllegalStateException("the decoder lets no AUTH through without a method");
        }
        exchange.received(auth);
    }

    private void received(PacketType type) {
        connection.traffic().received(type);
    }

    private void received(PacketType type, ReasonedPacket packet, int reasonCode) {
        connection.traffic().received(type, packet, reasonCode);
    }

    private void wrongAcknowledgement(PacketType type, int packetId, int qos) {
        connection.ended(
                new Violation(
                        "MQTT-4.3.3-13",
                        type,
                        ReasonCode.PROTOCOL_ERROR,
                        type
                                + " for packet identifier "
                                + packetId
                                + " of a QoS "
                                + qos
                                + " message"));
    }

    /** The decoder lets nothing through before CONNECT, and wants no more until it is answered. */
    private Session session() {
        Session session = connection.session();
        if (session == null) {
            throw new IllegalStateException(
                    "a packet of connection " + connection.id() + " before its session");
        }
        return session;
    }
}
