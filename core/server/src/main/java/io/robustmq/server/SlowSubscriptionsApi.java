package io.robustmq.server;

import com.sun.net.httpserver.HttpExchange;
import io.robustmq.broker.SlowSubscription;
import io.robustmq.telemetry.event.Events;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** {@code GET /api/v1/slow-subscriptions}: the slowest first. Any thread. */
final class SlowSubscriptionsApi {
    static final String PATH = "/api/v1/slow-subscriptions";

    private final Supplier<List<SlowSubscription>> slowest;
    private final Events events;

    SlowSubscriptionsApi(Supplier<List<SlowSubscription>> slowest, Events events) {
        this.slowest = slowest;
        this.events = events;
    }

    HttpRoute route() {
        return new HttpRoute(PATH, Set.of("GET"), this::answer);
    }

    private void answer(HttpExchange exchange, HttpWatch watch) throws IOException {
        AdminRequest.of(exchange, events)
                .answer(
                        "slow_subscriptions",
                        slowest.get(),
                        SlowSubscriptionsApi::json,
                        SlowSubscriptionsApi::line,
                        "no subscription is slow\n");
    }

    private static String json(SlowSubscription slow) {
        return "{\"client_id\":"
                + HttpAnswers.quoted(slow.clientId())
                + ",\"topic_filter\":"
                + HttpAnswers.quoted(slow.filter())
                + ",\"qos\":"
                + slow.qos()
                + ",\"latency_millis\":"
                + slow.latencyMillis()
                + ",\"last_millis\":"
                + slow.lastMillis()
                + ",\"count\":"
                + slow.count()
                + ",\"first_at\":\""
                + slow.firstAt()
                + "\",\"last_at\":\""
                + slow.lastAt()
                + "\"}";
    }

    private static String line(SlowSubscription slow) {
        return slow.latencyMillis()
                + " ms  "
                + slow.clientId()
                + "  "
                + slow.filter()
                + "  QoS "
                + slow.qos()
                + ", "
                + slow.count()
                + " since "
                + slow.firstAt().truncatedTo(ChronoUnit.SECONDS)
                + ", last "
                + slow.lastMillis()
                + " ms at "
                + slow.lastAt().truncatedTo(ChronoUnit.SECONDS)
                + "\n";
    }
}
