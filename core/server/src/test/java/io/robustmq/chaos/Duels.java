package io.robustmq.chaos;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Of two connections with one client id, who was there first is not served any more once the other
 * has its CONNACK: what it publishes {@link #BOUND_MILLIS} later is not acknowledged.
 */
final class Duels {
    static final long BOUND_MILLIS = 1_000;

    private final List<Happening> history;
    private final List<Violation> violations;

    Duels(List<Happening> history, List<Violation> violations) {
        this.history = history;
        this.violations = violations;
    }

    void check() {
        Map<String, Happening.Won> holders = new HashMap<>();
        for (Happening each : history) {
            switch (each) {
                case Happening.Won won -> holders.put(won.client(), won);
                case Happening.Lost lost ->
                        holders.values()
                                .removeIf(won ->
                                        lost.client().equals(won.client() + "#" + won.side()));
                case Happening.Served(long at, String client, int side, long sentAt) -> {
                    Happening.Won holder = holders.get(client);
                    if (holder != null
                            && holder.side() != side
                            && sentAt - holder.at() > TimeUnit.MILLISECONDS.toNanos(BOUND_MILLIS)) {
                        violations.add(
                                new Violation(
                                        "a client is served on one connection",
                                        client
                                                + " on side "
                                                + side
                                                + " was served "
                                                + TimeUnit.NANOSECONDS.toMillis(
                                                        sentAt - holder.at())
                                                + " ms after "
                                                + holder,
                                        at));
                    }
                }
                default -> {}
            }
        }
    }
}
