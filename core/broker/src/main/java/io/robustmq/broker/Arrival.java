package io.robustmq.broker;

import io.robustmq.protocol.ConnackProperties;
import io.robustmq.protocol.Connect;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.PacketEncoder;
import io.robustmq.protocol.PacketType;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.protocol.Topics;
import io.robustmq.telemetry.event.ConnectionEvent;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A client that may connect has come to its home loop: with which session does it go on, then
 * CONNACK. What it is told of its session is in the log before: that a new one is kept, and that an
 * old one that it did not want is gone. On the home loop.
 */
final class Arrival {
    private final Connection connection;
    private final Connect connect;
    private final boolean assigned;
    private final Loop home;
    private final long expirySeconds;
    private final long beganNanos = System.nanoTime();

    /**
     * @param assigned the client identifier is the broker's choice
     */
    Arrival(Connection connection, Connect connect, boolean assigned) {
        this.connection = connection;
        this.connect = connect;
        this.assigned = assigned;
        this.home = connection.loop();
        this.expirySeconds =
                connection.link() != null
                        ? Connect.NEVER_EXPIRES
                        : Math.min(
                                connect.sessionExpirySeconds(), limits().maxSessionExpirySeconds());
    }

    /** Once more after each wait for the log: meanwhile another connection may have come. */
    void settle() {
        if (!connection.isAdmitting() || !takesConnack()) {
            return;
        }
        Sessions sessions = home.sessions();
        Session old = sessions.find(clientId());
        if (old == null) {
            if (expirySeconds == 0 && !leavesWill()) {
                accept(sessions.create(connection.peer()), false);
            } else {
                open();
            }
            return;
        }
        Subscriber before = old.subscriber();
        if (before != null) {
            before.connection().takenOver(connection); // it ends first [MQTT-3.1.4-3]
        }
        boolean ended = sessions.find(clientId()) == null;
        if (!ended && connect.cleanStart()) {
            sessions.discard(old, connection.peer());
            ended = true;
        }
        Backlog backlog = old.backlog();
        if (!ended && backlog != null) {
            // or else nobody would know after a crash what was sent to it
            write(
                    new SessionRecord.Connected(backlog.number(), expirySeconds, connect.will()),
                    () -> resume(old));
        } else if (!ended) {
            resume(old);
        } else if (backlog == null) {
            settle();
        } else {
            // or else it would be there again after a crash
            write(SessionRecord.NOTHING, this::settle);
        }
    }

    /** In a cluster a will is published also if this broker dies: then it must be in the log. */
    private boolean leavesWill() {
        return connect.will() != null && home.shared().cluster() != null;
    }

    /** The log has it as connected. */
    @SuppressWarnings("ReferenceEquality") // this very session, not a later one of the client
    private void resume(Session session) {
        Sessions sessions = home.sessions();
        boolean current = sessions.find(clientId()) == session && session.subscriber() == null;
        if (connection.isAdmitting() && current) {
            sessions.resumed(session, connection.peer(), expirySeconds, connect.will());
            connection.trace().resumed(session, beganNanos);
            accept(session, true);
        } else {
            sessions.writeState(session);
            settle();
        }
    }

    private void open() {
        int number = home.shared().log().nextSession();
        write(
                new SessionRecord.Opened(number, clientId(), expirySeconds, connect.will()),
                () -> opened(number));
    }

    private void opened(int number) {
        Sessions sessions = home.sessions();
        if (connection.isAdmitting() && sessions.find(clientId()) == null) {
            Session session =
                    sessions.create(connection.peer(), number, expirySeconds, connect.will());
            accept(session, false);
        } else {
            sessions.writeEnded(number);
            settle();
        }
    }

    private void write(SessionRecord record, Runnable then) {
        home.log()
                .add(
                        new LogEntry(home, record.encoded()) {
                            @Override
                            void committed() {
                                connection.guarded(then);
                            }

                            @Override
                            void refused(IOException why) {
                                if (connection.isAdmitting()) {
                                    connection.refuse(
                                            StorageFault.reasonCode(why), StorageFault.detail(why));
                                }
                            }
                        });
    }

    private void accept(Session session, boolean present) {
        PeerLink link = connection.link();
        if (link != null) {
            // what a CONNACK would say is settled, or said by the link
            Subscriber subscriber = connection.accepted(session, connect, 0);
            link.attached(connection, session, present);
            session.resume(subscriber);
            connection.goOn();
            return;
        }
        int keepAliveSeconds = keepAliveSeconds();
        ConnackProperties properties = properties(assigned ? clientId() : null);
        connection.traffic().told(ReasonedPacket.CONNACK_SENT, ReasonCode.SUCCESS);
        PacketEncoder.connack(
                connection.outbound().packet(PacketType.CONNACK, properties.packetBytes()),
                connect.version(),
                present,
                ReasonCode.SUCCESS,
                properties);
        Subscriber subscriber = connection.accepted(session, connect, keepAliveSeconds);
        connection
                .trace()
                .connected(
                        new ConnectionEvent.Accepted(
                                connection.peer(),
                                keepAliveSeconds,
                                connect.cleanStart(),
                                present,
                                connection.origin().listener(),
                                connection.origin().transport()));
        SysTopics sys = home.shared().eventTopics().sys();
        if (sys != null) {
            sys.connected(connection, keepAliveSeconds, connect.cleanStart());
        }
        connection.access().judgeAgain();
        if (connection.isConnected()) {
            session.resume(subscriber);
            AutoSubscriptions.make(connection, session, connection::goOn);
        }
    }

    /** The client's, but no longer than the operator allows; 3.1.1 clients cannot be told. */
    private int keepAliveSeconds() {
        int limit = limits().maxKeepAliveSeconds();
        int asked = connect.keepAliveSeconds();
        boolean tooLong = limit > 0 && (asked == 0 || asked > limit);
        return tooLong && connect.version() == MqttVersion.V5 ? limit : asked;
    }

    private ConnackProperties properties(@Nullable String assignedClientId) {
        BrokerSettings.Limits limits = limits();
        AuthExchange exchange = connection.exchange();
        int keepAliveSeconds = keepAliveSeconds();
        return new ConnackProperties(
                limits.receiveMaximum(),
                2,
                true,
                limits.maxPacketBytes(),
                assignedClientId,
                limits.topicAliasMaximum(),
                true,
                true,
                true,
                keepAliveSeconds == connect.keepAliveSeconds() ? -1 : keepAliveSeconds,
                expirySeconds == connect.sessionExpirySeconds() ? -1 : expirySeconds,
                null,
                responseInformation(),
                exchange == null ? null : exchange.lastStep());
    }

    /** For those who ask, unless the identifier could not be a part of a topic's name. */
    private @Nullable String responseInformation() {
        String prefix = home.shared().settings().mqtt5().responsePrefix();
        boolean wanted = connect.requestResponseInformation() && !prefix.isEmpty();
        return wanted && Topics.isValidTopic(prefix + clientId()) ? prefix + clientId() : null;
    }

    /** Who cannot take the CONNACK can take no connection [MQTT-3.1.2-24]. */
    private boolean takesConnack() {
        int bytes = properties(assigned ? clientId() : null).packetBytes();
        if (connect.version() != MqttVersion.V5 || connection.reasonStrings().takes(bytes)) {
            return true;
        }
        connection.refuse(
                ReasonCode.PACKET_TOO_LARGE,
                "the CONNACK has " + bytes + " bytes, above the client's Maximum Packet Size");
        return false;
    }

    private String clientId() {
        return connection.peer().clientId();
    }

    private BrokerSettings.Limits limits() {
        return home.shared().settings().limits();
    }
}
