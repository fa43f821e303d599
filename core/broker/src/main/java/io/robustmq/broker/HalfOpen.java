package io.robustmq.broker;

import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Connections of one loop that have not sent their whole CONNECT, the oldest first. Belongs to the
 * loop.
 *
 * <p>Bound: this loop's share of {@code maxHalfOpen}. A new one is worth more than the oldest,
 * which has had its time: so an attacker who opens connections and is silent keeps nobody out for
 * long.
 */
final class HalfOpen {
    private final int limit;
    private final int share;
    private final Set<Connection> waiting = new LinkedHashSet<>();

    HalfOpen(int limit, int loops) {
        this.limit = limit;
        this.share = Math.max(1, (limit + loops - 1) / loops);
    }

    void add(Connection connection) {
        if (waiting.size() >= share) {
            Connection oldest = waiting.iterator().next();
            waiting.remove(oldest);
            long waited = System.nanoTime() - oldest.sinceNanos();
            oldest.loop().counters().add(Counters.limit(Limit.HALF_OPEN), 1);
            oldest.emit(
                    new ConnectionEvent.HalfOpenDropped(
                            oldest.peer(), limit, TimeUnit.NANOSECONDS.toMillis(waited)));
            oldest.end(Ending.REFUSED, 0);
        }
        waiting.add(connection);
    }

    void remove(Connection connection) {
        waiting.remove(connection);
    }
}
