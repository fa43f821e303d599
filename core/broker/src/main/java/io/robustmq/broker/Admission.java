package io.robustmq.broker;

import io.robustmq.protocol.ConnackProperties;
import io.robustmq.protocol.Connect;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.PacketEncoder;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.AuthenticationEvent;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.Peer;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * From CONNECT to CONNACK: may this client connect, as whom, on which loop, with which session. Any
 * loop; each connection's steps run on the loop that it is on.
 */
final class Admission {
    private static final int CONNACK_BYTES = 512;

    private final Shared shared;
    private final Authenticator authenticator;
    private final Executor slowAuthentication;
    private final List<Loop> loops;
    private final RandomGenerator random;

    /**
     * @param slowAuthentication where a slow authenticator is called; refuses tasks when it is full
     */
    Admission(
            Shared shared,
            Authenticator authenticator,
            Executor slowAuthentication,
            List<Loop> loops,
            RandomGenerator random) {
        this.shared = shared;
        this.authenticator = authenticator;
        this.slowAuthentication = slowAuthentication;
        this.loops = loops;
        this.random = random;
    }

    void admit(Connection connection, Connect connect) {
        if (connect.authenticationMethod() != null) {
            connection.refuse(
                    ReasonCode.BAD_AUTHENTICATION_METHOD, "enhanced authentication is not offered");
            return;
        }
        if (connect.clientId().isEmpty()
                && connect.version() == MqttVersion.V3_1_1
                && !connect.cleanStart()) {
            connection.refuse(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "an empty client identifier needs Clean Session [MQTT-3.1.3-8]");
            return;
        }
        Connect.Will will = connect.will();
        if (will != null && TopicLevels.isBrokersOwn(will.topic())) {
            shared.events()
                    .emit(
                            new AuthenticationEvent.PublishDenied(
                                    connection.peer(), will.topic(), ReasonCode.NOT_AUTHORIZED));
            connection.refuse(ReasonCode.NOT_AUTHORIZED, "a will may not be for " + will.topic());
            return;
        }
        authenticate(connection, connect);
    }

    private void authenticate(Connection connection, Connect connect) {
        if (!authenticator.isSlow()) {
            authenticated(
                    connection,
                    connect,
                    authenticator.authenticate(connect.userName(), connect.password()));
            return;
        }
        try {
            slowAuthentication.execute(() -> {
                Runnable next = ask(connection, connect);
                connection.loop().executor().execute(() -> connection.guarded(next));
            });
        } catch (RejectedExecutionException e) {
            connection.refuse(ReasonCode.SERVER_BUSY, "too many clients wait to be authenticated");
        }
    }

    /** On a thread for that; the answer is dealt with on the connection's loop. */
    private Runnable ask(Connection connection, Connect connect) {
        try {
            Authenticator.Outcome outcome =
                    authenticator.authenticate(connect.userName(), connect.password());
            return () -> authenticated(connection, connect, outcome);
        } catch (RuntimeException e) {
            return () -> connection.failed(e);
        }
    }

    private void authenticated(
            Connection connection, Connect connect, Authenticator.Outcome outcome) {
        if (!connection.isAdmitting()) {
            return;
        }
        Counters counters = connection.loop().counters();
        switch (outcome) {
            case Authenticator.Granted(AuthenticationEvent.Method method, String userName) -> {
                counters.add(Counters.AUTHENTICATIONS_SUCCEEDED, 1);
                if (method == AuthenticationEvent.Method.PASSWORD) {
                    shared.events()
                            .emit(
                                    new AuthenticationEvent.Succeeded(
                                            connection.peer(), method, userName));
                }
                moveHome(connection, connect);
            }
            case Authenticator.Refused(int reasonCode) -> {
                counters.add(Counters.AUTHENTICATIONS_FAILED, 1);
                String userName = connect.userName();
                boolean anonymous = userName == null && connect.password() == null;
                shared.events()
                        .emit(
                                new AuthenticationEvent.Failed(
                                        connection.peer(),
                                        anonymous
                                                ? AuthenticationEvent.Method.ANONYMOUS
                                                : AuthenticationEvent.Method.PASSWORD,
                                        userName == null ? "" : userName,
                                        reasonCode));
                connection.refuse(reasonCode, "user name or password is wrong or missing");
            }
        }
    }

    private void moveHome(Connection connection, Connect connect) {
        boolean assigned = connect.clientId().isEmpty();
        if (assigned) {
            connection.named("auto-" + HexFormat.of().toHexDigits(random.nextLong()));
        }
        Loop home = Loop.homeOf(connection.peer().clientId(), loops);
        connection.moveTo(home, () -> arrived(connection, connect, assigned));
    }

    private void arrived(Connection connection, Connect connect, boolean assigned) {
        if (!connection.isAdmitting()) {
            return;
        }
        Loop home = connection.loop();
        Peer peer = connection.peer();
        long expirySeconds =
                Math.min(
                        connect.sessionExpirySeconds(),
                        shared.settings().limits().maxSessionExpirySeconds());
        Session old = home.sessions().find(peer.clientId());
        IOException fault = home.log().failure();
        if (fault != null && expirySeconds > 0 && old == null) {
            refuse(connection, fault);
            return;
        }
        Session session = settled(old, connection, connect);
        if (old != null && session == null && old.backlog() != null) {
            // its end is in the log first: or else it would be there again after a crash
            home.log()
                    .add(
                            new LogEntry(home, SessionRecord.NOTHING.encoded()) {
                                @Override
                                void committed() {
                                    connection.guarded(
                                            () -> arrived(connection, connect, assigned));
                                }

                                @Override
                                void refused(IOException why) {
                                    if (connection.isAdmitting()) {
                                        refuse(connection, why);
                                    }
                                }
                            });
            return;
        }
        boolean present = session != null;
        if (session == null) {
            session = home.sessions().create(peer, expirySeconds, connect.will());
        } else {
            home.sessions().resumed(session, peer, expirySeconds, connect.will());
        }
        int keepAliveSeconds = keepAliveSeconds(connect);
        PacketEncoder.connack(
                connection.outbound().packet(CONNACK_BYTES),
                connect.version(),
                present,
                ReasonCode.SUCCESS,
                properties(connect, assigned ? peer.clientId() : null, expirySeconds));
        Subscriber subscriber = connection.accepted(session, connect, keepAliveSeconds);
        shared.events()
                .emit(
                        new ConnectionEvent.Accepted(
                                peer, keepAliveSeconds, connect.cleanStart(), present));
        session.resume(subscriber);
        connection.goOn();
    }

    private static void refuse(Connection connection, IOException fault) {
        connection.refuse(StorageFault.reasonCode(fault), StorageFault.detail(fault));
    }

    /** The session to go on with; an old connection of the client ends first [MQTT-3.1.4-3]. */
    private static @Nullable Session settled(
            @Nullable Session old, Connection connection, Connect connect) {
        if (old == null) {
            return null;
        }
        Subscriber before = old.subscriber();
        if (before != null) {
            before.connection().takenOver(connection);
        }
        Sessions sessions = connection.loop().sessions();
        if (sessions.find(old.clientId()) == null) {
            return null; // it was to end with its connection
        }
        if (connect.cleanStart()) {
            sessions.discard(old, connection.peer());
            return null;
        }
        return old;
    }

    /** The client's, but no longer than the operator allows; 3.1.1 clients cannot be told. */
    private int keepAliveSeconds(Connect connect) {
        int limit = shared.settings().limits().maxKeepAliveSeconds();
        int asked = connect.keepAliveSeconds();
        boolean tooLong = limit > 0 && (asked == 0 || asked > limit);
        return tooLong && connect.version() == MqttVersion.V5 ? limit : asked;
    }

    private ConnackProperties properties(
            Connect connect, @Nullable String assignedClientId, long expirySeconds) {
        BrokerSettings.Limits limits = shared.settings().limits();
        int keepAliveSeconds = keepAliveSeconds(connect);
        return new ConnackProperties(
                limits.receiveMaximum(),
                2,
                true,
                limits.maxPacketBytes(),
                assignedClientId,
                limits.topicAliasMaximum(),
                true,
                true,
                false,
                keepAliveSeconds == connect.keepAliveSeconds() ? -1 : keepAliveSeconds,
                expirySeconds == connect.sessionExpirySeconds() ? -1 : expirySeconds,
                null);
    }
}
