package io.robustmq.broker;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.robustmq.broker.ClientDirectory.Whereabouts;
import io.robustmq.protocol.Connect;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A client that may connect goes to where its session is, or will be: a loop of this broker, where
 * {@link Arrival} goes on, or another broker ({@link Tunnel}). Any loop; each connection's steps
 * run on the loop that it is on.
 */
final class Homing {
    /** A broker that has died is missed by the others within seconds. */
    private static final int TRIES = 75;

    private static final long PAUSE_MILLIS = 200;

    private final Shared shared;
    private final List<Loop> loops;
    private final Tunnel.Dialer dialer;

    Homing(Shared shared, List<Loop> loops, Tunnel.Dialer dialer) {
        this.shared = shared;
        this.loops = loops;
        this.dialer = dialer;
    }

    /**
     * @param assigned the client identifier is the broker's choice
     */
    void begin(Connection connection, Connect connect, boolean assigned) {
        claim(connection, connect, assigned, 0);
    }

    private void claim(Connection connection, Connect connect, boolean assigned, int tried) {
        ClientDirectory directory = shared.directory();
        String clientId = connection.peer().clientId();
        directory.claim(
                clientId,
                where -> {
                    EventLoop on = connection.loop().executor();
                    if (on.inEventLoop()) {
                        located(connection, connect, assigned, tried, where);
                    } else {
                        on.execute(() ->
                                connection.guarded(() ->
                                        located(connection, connect, assigned, tried, where)));
                    }
                });
    }

    private void located(
            Connection connection,
            Connect connect,
            boolean assigned,
            int tried,
            Whereabouts where) {
        boolean waits = connection.isAdmitting();
        switch (where) {
            case Whereabouts.Here _ -> {
                if (waits) {
                    connection.claimed();
                    Loop home = Loop.homeOf(connection.peer().clientId(), loops);
                    move(
                            connection,
                            home,
                            () -> new Arrival(connection, connect, assigned).settle());
                } else {
                    shared.directory().drop(connection.peer().clientId());
                }
            }
            case Whereabouts.Elsewhere there -> {
                if (waits && connection.handedOn() != null) {
                    // it was here a moment ago: the client has to find its way again
                    connection.refuse(
                            ReasonCode.SERVER_BUSY, "its session is on its way to " + there.home());
                } else if (waits) {
                    handOn(connection, connect, assigned, tried, there);
                }
            }
            case Whereabouts.Unknown(String why) -> {
                if (waits) {
                    connection.refuse(ReasonCode.SERVER_UNAVAILABLE, why);
                }
            }
        }
    }

    private void handOn(
            Connection connection,
            Connect connect,
            boolean assigned,
            int tried,
            Whereabouts.Elsewhere there) {
        new Tunnel(connection, connect, there)
                .open(
                        dialer,
                        why -> {
                            shared.directory().unreachable(there, why);
                            if (tried >= TRIES) {
                                connection.refuse(
                                        ReasonCode.SERVER_UNAVAILABLE,
                                        "its session is at "
                                                + there.home()
                                                + ", which does not answer");
                                return;
                            }
                            var unused =
                                    connection
                                            .loop()
                                            .executor()
                                            .schedule(
                                                    () ->
                                                            againIfItWaits(
                                                                    connection,
                                                                    connect,
                                                                    assigned,
                                                                    tried + 1),
                                                    PAUSE_MILLIS,
                                                    TimeUnit.MILLISECONDS);
                        });
    }

    private void againIfItWaits(
            Connection connection, Connect connect, boolean assigned, int tried) {
        if (connection.isAdmitting()) {
            connection.guarded(() -> claim(connection, connect, assigned, tried));
        }
    }

    /** To another loop, and goes on there. */
    private static void move(Connection connection, Loop home, Runnable then) {
        connection.leaving();
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
                                if (!arrived.isSuccess()) {
                                    // the client hung up between the loops: neither told of it
                                    channel.unsafe().closeForcibly();
                                    connection.end(Ending.PEER_CLOSED, 0);
                                } else if (connection.isAdmitting()) { // else it ended meanwhile
                                    home.connections().add(connection);
                                    connection.guarded(then);
                                }
                            });
                });
    }
}
