package io.robustmq.broker;

import io.robustmq.protocol.Connect;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.AuthenticationEvent;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.ConnectionEvent.BanKind;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * From CONNECT to the client's home: may it connect, and as whom; then {@link Homing}. Any loop;
 * each connection's steps run on the loop that it is on.
 */
final class Admission {
    /** The most that is added to a wait: this part of it. */
    private static final int JITTER = 4;

    private final Shared shared;
    private final Executor slowAuthentication;
    private final Homing homing;
    private final RandomGenerator random;

    /**
     * @param slowAuthentication where a slow authenticator is called; refuses tasks when it is full
     */
    Admission(Shared shared, Executor slowAuthentication, Homing homing, RandomGenerator random) {
        this.shared = shared;
        this.slowAuthentication = slowAuthentication;
        this.homing = homing;
        this.random = random;
    }

    void admit(Connection connection, Connect connect) {
        TunnelHeader header = connection.handedOn();
        if (header != null) {
            admitHandedOn(connection, connect, header);
            return;
        }
        long wait = shared.arrivalLimits().waitNanos();
        if (wait == 0) {
            begin(connection, connect);
            return;
        }
        connection.loop().counters().add(Counters.limit(Limit.CONNECTS_PER_SECOND), 1);
        if (wait < 0) {
            connection.refuse(
                    ReasonCode.CONNECTION_RATE_EXCEEDED, shared.arrivalLimits().refusal());
            return;
        }
        // somewhat later than its turn: those who came together do not go on together
        long nanos = wait + random.nextLong(1 + wait / JITTER);
        shared.events()
                .emit(
                        new ConnectionEvent.ConnectDelayed(
                                connection.peer(), TimeUnit.NANOSECONDS.toMillis(nanos)));
        var unused =
                connection
                        .loop()
                        .executor()
                        .schedule(
                                () -> connection.guarded(() -> waited(connection, connect)),
                                nanos,
                                TimeUnit.NANOSECONDS);
    }

    /** Another broker has asked for all that proves who the client is, and kept its limits. */
    private void admitHandedOn(Connection connection, Connect connect, TunnelHeader header) {
        connection.access().granted(header.identity());
        if (header.identity().isAdmin()) {
            shared.eventTopics().admitted(connection);
        }
        byte[] lastStep = header.exchanged();
        String method = connect.authenticationMethod();
        EnhancedAuthenticator offered =
                lastStep == null || method == null
                        ? null
                        : shared.access().authenticator().enhanced(method);
        if (offered != null) {
            AuthExchange exchange =
                    connection.exchange(
                            new AuthExchange(
                                    connection, offered, slowAuthentication, success -> {}));
            exchange.made(header.identity().userName(), Objects.requireNonNull(lastStep));
        }
        homing.begin(connection, connect, false);
    }

    private void waited(Connection connection, Connect connect) {
        if (connection.isAdmitting()) {
            begin(connection, connect);
        }
    }

    private void begin(Connection connection, Connect connect) {
        if (Cluster.isPeer(connect.clientId())) {
            connection.refuse(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "identifiers that begin with " + Cluster.PREFIX + " are other brokers'");
            return;
        }
        Bans.Ban ban = shared.bans().of(BanKind.CLIENT, connect.clientId());
        if (ban == null) {
            ban =
                    shared.flapping()
                            .counted(
                                    BanKind.ADDRESS,
                                    Bans.target(connection.origin().remoteAddress()));
        }
        if (ban != null) {
            keepOut(connection, ban);
            return;
        }
        if (connect.clientId().isEmpty() && !mayBeNameless(connect)) {
            connection.refuse(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "an empty client identifier needs Clean Session and MQTT 3.1.1 [MQTT-3.1.3-8]");
            return;
        }
        BrokerSettings.Mqtt5 settings = shared.settings().mqtt5();
        Connect.Will will = connect.will();
        if (will != null && settings.checkPayloadFormat() && will.isBrokenText()) {
            connection.refuse(
                    ReasonCode.PAYLOAD_FORMAT_INVALID,
                    "the will is no UTF-8, as its Payload Format Indicator says");
            return;
        }
        String method = connect.authenticationMethod();
        if (method == null) {
            authenticate(connection, connect);
        } else {
            authenticate(connection, connect, method);
        }
    }

    /** 3.1.1 and 5 assign an identifier to whom has no session to come back to. */
    private static boolean mayBeNameless(Connect connect) {
        return switch (connect.version()) {
            case V3_1 -> false;
            case V3_1_1 -> connect.cleanStart();
            case V5 -> true;
        };
    }

    private void authenticate(Connection connection, Connect connect, String method) {
        EnhancedAuthenticator offered = shared.access().authenticator().enhanced(method);
        if (offered == null) {
            connection.refuse(
                    ReasonCode.BAD_AUTHENTICATION_METHOD,
                    "the authentication method is not one that is offered");
            return;
        }
        connection
                .exchange(
                        new AuthExchange(
                                connection,
                                offered,
                                slowAuthentication,
                                success ->
                                        authenticated(
                                                connection,
                                                connect,
                                                new Authenticator.Granted(
                                                        offered.identity(success.userName())))))
                .begin(connect.authenticationData());
    }

    private void authenticate(Connection connection, Connect connect) {
        Authenticator authenticator = shared.access().authenticator();
        Credentials credentials =
                new Credentials(
                        connection.origin(),
                        connect.clientId(),
                        connect.userName(),
                        connect.password());
        if (!authenticator.isSlow(credentials)) {
            authenticated(connection, connect, authenticator.authenticate(credentials));
            return;
        }
        try {
            slowAuthentication.execute(() -> {
                Runnable next = ask(connection, connect, credentials);
                connection.loop().executor().execute(() -> connection.guarded(next));
            });
        } catch (RejectedExecutionException e) {
            connection.refuse(ReasonCode.SERVER_BUSY, "too many clients wait to be authenticated");
        }
    }

    /** On a thread for that; the answer is dealt with on the connection's loop. */
    private Runnable ask(Connection connection, Connect connect, Credentials credentials) {
        try {
            Authenticator.Outcome outcome =
                    shared.access().authenticator().authenticate(credentials);
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
            case Authenticator.Granted(Identity identity) -> {
                counters.add(Counters.AUTHENTICATIONS_SUCCEEDED, 1);
                granted(connection, connect, identity);
            }
            case Authenticator.Refused(
                            int reasonCode,
                            AuthenticationEvent.Method method,
                            String rule,
                            String detail) -> {
                counters.add(Counters.AUTHENTICATIONS_FAILED, 1);
                String userName = connect.userName();
                shared.events()
                        .emit(
                                new AuthenticationEvent.Failed(
                                        connection.peer(),
                                        method,
                                        userName == null ? "" : userName,
                                        reasonCode,
                                        rule,
                                        detail));
                connection.refuse(reasonCode, toldTo(reasonCode));
            }
            case Authenticator.Passed passed ->
                    throw new IllegalStateException("nobody decides about " + connection.peer());
        }
    }

    private static void keepOut(Connection connection, Bans.Ban ban) {
        connection.loop().counters().add(Counters.limit(Limit.BANNED), 1);
        connection.refuse(ReasonCode.BANNED, ban.detail());
    }

    /** No more than the client needs: the reason is the operator's. */
    private static String toldTo(int reasonCode) {
        return reasonCode == ReasonCode.BAD_USER_NAME_OR_PASSWORD
                ? "user name or password is wrong or missing"
                : "this client may not connect from here without proving who it is";
    }

    private void granted(Connection connection, Connect connect, Identity identity) {
        connection.access().granted(identity);
        if (identity.method() != AuthenticationEvent.Method.ANONYMOUS) {
            shared.events()
                    .emit(
                            new AuthenticationEvent.Succeeded(
                                    connection.peer(), identity.method(), identity.userName()));
        }
        if (identity.isAdmin()) {
            shared.eventTopics().admitted(connection);
        }
        moveHome(connection, connect);
    }

    private void moveHome(Connection connection, Connect connect) {
        Bans.Ban ban = shared.flapping().counted(BanKind.CLIENT, connect.clientId());
        if (ban != null) {
            keepOut(connection, ban);
            return;
        }
        boolean assigned = connect.clientId().isEmpty();
        if (assigned) {
            connection.named("auto-" + HexFormat.of().toHexDigits(random.nextLong()));
        }
        Rewriting rewriting = Rewriting.of(connection);
        Connect.Will asked = connect.will();
        Rewriting.To to =
                rewriting == null || asked == null ? null : rewriting.published(asked.topic());
        if (to != null && to.wrong() != null) {
            connection.refuse(ReasonCode.TOPIC_NAME_INVALID, to.wrong());
            return;
        }
        Connect settled =
                to == null || asked == null ? connect : connect.with(asked.to(to.topic()));
        Connect.Will will = settled.will();
        if (will != null && connection.access().allowed(will) == null) {
            connection.refuse(ReasonCode.NOT_AUTHORIZED, "a will may not be for " + will.topic());
            return;
        }
        String mismatch =
                will == null
                        ? null
                        : connection.loop().rules().payloads().refusal(will, connection.peer());
        if (mismatch != null) {
            connection.refuse(ReasonCode.PAYLOAD_FORMAT_INVALID, "its will: " + mismatch);
            return;
        }
        homing.begin(connection, settled, assigned);
    }
}
