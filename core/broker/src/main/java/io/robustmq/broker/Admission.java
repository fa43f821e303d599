package io.robustmq.broker;

import io.netty.channel.Channel;
import io.robustmq.protocol.Connect;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.AuthenticationEvent;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.ConnectionEvent.BanKind;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * From CONNECT to the client's home: may it connect, as whom, on which loop; then {@link Arrival}.
 * Any loop; each connection's steps run on the loop that it is on.
 */
final class Admission {
    /** The most that is added to a wait: this part of it. */
    private static final int JITTER = 4;

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

    private void waited(Connection connection, Connect connect) {
        if (connection.isAdmitting()) {
            begin(connection, connect);
        }
    }

    private void begin(Connection connection, Connect connect) {
        Bans.Ban ban = shared.bans().of(BanKind.CLIENT, connect.clientId());
        if (ban == null) {
            ban =
                    shared.flapping()
                            .counted(
                                    BanKind.ADDRESS,
                                    Bans.target(connection.channel().remoteAddress()));
        }
        if (ban != null) {
            keepOut(connection, ban);
            return;
        }
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
                connection.authenticatedAs(userName);
                if (method == AuthenticationEvent.Method.PASSWORD) {
                    shared.events()
                            .emit(
                                    new AuthenticationEvent.Succeeded(
                                            connection.peer(), method, userName));
                    if (authenticator.isAdmin(userName)) {
                        shared.eventTopics().admitted(connection);
                    }
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

    private static void keepOut(Connection connection, Bans.Ban ban) {
        connection.loop().counters().add(Counters.limit(Limit.BANNED), 1);
        connection.refuse(ReasonCode.BANNED, ban.detail());
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
        Connect settled =
                rewriting == null || asked == null ? connect : connect.with(rewriting.will(asked));
        if (mayHave(settled.will(), connection)) {
            Loop home = Loop.homeOf(connection.peer().clientId(), loops);
            move(connection, home, () -> new Arrival(connection, settled, assigned).settle());
        }
    }

    /** False if it was refused. */
    private boolean mayHave(Connect.@Nullable Will will, Connection connection) {
        if (will == null || !TopicLevels.isBrokersOwn(will.topic())) {
            return true;
        }
        shared.events()
                .emit(
                        new AuthenticationEvent.PublishDenied(
                                connection.peer(), will.topic(), ReasonCode.NOT_AUTHORIZED));
        connection.refuse(ReasonCode.NOT_AUTHORIZED, "a will may not be for " + will.topic());
        return false;
    }

    /** To another loop, and goes on there. */
    private static void move(Connection connection, Loop home, Runnable then) {
        Loop from = connection.loop();
        if (home == from) {
            then.run();
            return;
        }
        Channel channel = connection.channel();
        from.connections().remove(connection);
        channel.deregister()
                .addListener(left -> {
                    connection.isOn(home);
                    home.executor()
                            .register(channel)
                            .addListener(arrived -> {
                                if (arrived.isSuccess()) {
                                    home.connections().add(connection);
                                    connection.guarded(then);
                                } else {
                                    channel.unsafe().closeForcibly();
                                }
                            });
                });
    }
}
