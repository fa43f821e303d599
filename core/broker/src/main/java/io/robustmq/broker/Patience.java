package io.robustmq.broker;

import io.netty.util.concurrent.Future;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long a connection may be silent: until its CONNECT, and between packets afterwards. Measured
 * in {@link System#nanoTime}, so that nobody is cut off because the clock was set. One timer, set
 * anew only when it fires: a packet costs nothing.
 */
final class Patience {
    private final Connection connection;
    private @Nullable Future<?> timer;
    private int keepAliveSeconds;
    private long limitNanos;

    Patience(Connection connection) {
        this.connection = connection;
    }

    void awaitConnect(Duration timeout) {
        connection.loop().rules().halfOpen().add(connection);
        start(
                () -> {
                    connection.emit(
                            new ConnectionEvent.HandshakeTimedOut(
                                    connection.peer(), timeout.toMillis()));
                    connection.end(Ending.REFUSED, 0);
                },
                timeout.toNanos());
    }

    /** One and a half times the keep alive may pass [MQTT-3.1.2-22]; 0 is for ever. */
    void keepAlive(int seconds) {
        keepAliveSeconds = seconds;
        limitNanos = TimeUnit.SECONDS.toNanos(seconds) * 3 / 2;
        if (seconds > 0) {
            start(this::check, limitNanos);
        }
    }

    private void check() {
        long idleNanos = System.nanoTime() - connection.readNanos();
        if (connection.isHeldBack()) {
            start(this::check, limitNanos); // it is the broker that does not read
            return;
        }
        if (idleNanos < limitNanos) {
            start(this::check, limitNanos - idleNanos);
            return;
        }
        connection.emit(
                new ConnectionEvent.KeepAliveExpired(
                        connection.peer(),
                        keepAliveSeconds,
                        TimeUnit.NANOSECONDS.toMillis(idleNanos)));
        connection.end(Ending.KEEP_ALIVE_TIMEOUT, ReasonCode.KEEP_ALIVE_TIMEOUT);
    }

    void stop() {
        connection.loop().rules().halfOpen().remove(connection);
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void start(Runnable task, long nanos) {
        timer = connection.loop().executor().schedule(task, nanos, TimeUnit.NANOSECONDS);
    }
}
