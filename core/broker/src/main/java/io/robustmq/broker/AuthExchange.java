package io.robustmq.broker;

import io.robustmq.protocol.Auth;
import io.robustmq.protocol.ConnackProperties.Authentication;
import io.robustmq.protocol.PacketEncoder;
import io.robustmq.protocol.PacketType;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.protocol.Violation;
import io.robustmq.telemetry.event.AuthenticationEvent;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client that authenticates step by step: before its CONNACK, and again on the same connection
 * whenever it likes (MQTT 5, 4.12). Belongs to the connection's loop.
 *
 * <p>Bound: before the CONNACK the connect timeout; after it the client's keep alive.
 */
final class AuthExchange {
    private static final byte[] NO_DATA = {};

    private final Connection connection;
    private final EnhancedAuthenticator authenticator;
    private final Executor slow;
    private final Consumer<EnhancedAuthenticator.Success> admitted;

    /** Null between two authentications. */
    private EnhancedAuthenticator.@Nullable Exchange going;

    private boolean thinking;
    private @Nullable String userName;

    /** What the CONNACK says of it. */
    private byte[] lastData = NO_DATA;

    /**
     * @param slow where a slow method is asked; refuses tasks when it is full
     * @param admitted goes on with the CONNECT
     */
    AuthExchange(
            Connection connection,
            EnhancedAuthenticator authenticator,
            Executor slow,
            Consumer<EnhancedAuthenticator.Success> admitted) {
        this.connection = connection;
        this.authenticator = authenticator;
        this.slow = slow;
        this.admitted = admitted;
    }

    /** Made at another broker, which handed the client on. */
    void made(String by, byte[] lastStep) {
        userName = by;
        lastData = lastStep;
    }

    void begin(byte @Nullable [] data) {
        going = authenticator.begin();
        ask(data);
    }

    /** An AUTH of the client's, whose method is that of its CONNECT. */
    void received(Auth auth) {
        boolean again = auth.reasonCode() == ReasonCode.RE_AUTHENTICATE;
        boolean first = userName == null;
        if (thinking || again && (first || going != null) || !again && going == null) {
            connection.ended(
                    new Violation(
                            "MQTT-4.12.0-3",
                            PacketType.AUTH,
                            ReasonCode.PROTOCOL_ERROR,
                            again
                                    ? "re-authentication while an authentication goes on"
                                    : "a step of an authentication that has not begun"));
            return;
        }
        if (again) {
            going = authenticator.begin();
        }
        if (first) {
            connection.readsAuth(false);
        }
        ask(auth.data());
    }

    private void ask(byte @Nullable [] data) {
        EnhancedAuthenticator.Exchange exchange = going;
        if (exchange == null) {
            throw new IllegalStateException("a step of no authentication");
        }
        byte[] bytes = data == null ? NO_DATA : data;
        if (!authenticator.isSlow()) {
            took(exchange.next(bytes));
            return;
        }
        thinking = true;
        try {
            slow.execute(() -> {
                Runnable next = answer(exchange, bytes);
                connection.loop().executor().execute(() -> connection.guarded(next));
            });
        } catch (RejectedExecutionException e) {
            thinking = false;
            took(
                    new EnhancedAuthenticator.Failure(
                            "",
                            ReasonCode.SERVER_BUSY,
                            "too many clients wait to be authenticated"));
        }
    }

    /** On a thread for that; dealt with on the connection's loop. */
    private Runnable answer(EnhancedAuthenticator.Exchange exchange, byte[] data) {
        try {
            EnhancedAuthenticator.Step step = exchange.next(data);
            return () -> {
                thinking = false;
                took(step);
            };
        } catch (RuntimeException e) {
            return () -> connection.failed(e);
        }
    }

    private void took(EnhancedAuthenticator.Step step) {
        boolean first = userName == null;
        if (first ? !connection.isAdmitting() : !connection.isConnected()) {
            return;
        }
        switch (step) {
            case EnhancedAuthenticator.Continue(byte[] data) -> {
                write(ReasonCode.CONTINUE_AUTHENTICATION, data);
                if (first) {
                    connection.readsAuth(true);
                }
            }
            case EnhancedAuthenticator.Success success -> {
                going = null;
                if (first) {
                    userName = success.userName();
                    lastData = success.data();
                    admitted.accept(success);
                } else {
                    again(success);
                }
            }
            case EnhancedAuthenticator.Failure failure -> {
                going = null;
                failed(failure);
            }
        }
    }

    /** A session does not change hands. */
    private void again(EnhancedAuthenticator.Success success) {
        if (!success.userName().equals(userName)) {
            failed(
                    new EnhancedAuthenticator.Failure(
                            success.userName(),
                            ReasonCode.NOT_AUTHORIZED,
                            "re-authentication as another user"));
            return;
        }
        connection.loop().counters().add(Counters.AUTHENTICATIONS_SUCCEEDED, 1);
        connection.emit(
                new AuthenticationEvent.Succeeded(
                        connection.peer(),
                        AuthenticationEvent.Method.ENHANCED,
                        success.userName()));
        write(ReasonCode.SUCCESS, success.data());
    }

    private void failed(EnhancedAuthenticator.Failure failure) {
        connection.loop().counters().add(Counters.AUTHENTICATIONS_FAILED, 1);
        connection.emit(
                new AuthenticationEvent.Failed(
                        connection.peer(),
                        AuthenticationEvent.Method.ENHANCED,
                        failure.userName(),
                        failure.reasonCode(),
                        authenticator.method(),
                        failure.detail()));
        if (userName == null) {
            connection.refuse(failure.reasonCode(), failure.detail());
        } else {
            connection.end(Ending.REFUSED, failure.reasonCode(), failure.detail());
        }
    }

    private void write(int reasonCode, byte[] data) {
        Authentication step = new Authentication(authenticator.method(), data);
        int bytes = PacketEncoder.authBytes(step);
        PacketEncoder.auth(connection.outbound().packet(PacketType.AUTH, bytes), reasonCode, step);
    }

    /** For the CONNACK [MQTT-4.12.0-5]. */
    Authentication lastStep() {
        return new Authentication(authenticator.method(), lastData);
    }
}
