package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.robustmq.broker.SlowSubscription;
import io.robustmq.placement.Role;
import io.robustmq.testkit.RecordingEvents;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlowSubscriptionsApiTest {
    @TempDir private static Path directory;

    private final RecordingEvents events = new RecordingEvents();
    private List<SlowSubscription> slowest = List.of();

    /** What {@code robustmq slow} says. */
    private String said(String... options) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (HttpEndpoint endpoint =
                new HttpEndpoint(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        new PrometheusRegistry(),
                        new Readiness(Role.values()),
                        AdminToken.in(directory, new SplittableRandom(1)),
                        events)) {
            endpoint.add(new SlowSubscriptionsApi(() -> slowest, events).route());
            endpoint.open();
            List<String> arguments = new ArrayList<>(List.of("slow"));
            arguments.addAll(List.of(options));
            arguments.add("--url=http://" + Listener.text(endpoint.localAddress()));
            arguments.add("--token-file=" + directory.resolve(AdminToken.FILE));
            PrintStream to = new PrintStream(out, true, StandardCharsets.UTF_8);
            assertThat(new Main(to, to, Map.of(), directory).run(arguments.toArray(new String[0])))
                    .isEqualTo(ExitCode.OK);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void the_slowest_are_shown_as_lines_and_as_json() throws IOException {
        assertThat(said()).isEqualTo("no subscription is slow\n");
        slowest =
                List.of(
                        new SlowSubscription(
                                "panel-3",
                                "plant/#",
                                1,
                                1240,
                                980,
                                71,
                                Instant.parse("2026-01-01T00:00:00.5Z"),
                                Instant.parse("2026-01-01T00:02:00Z")));
        assertThat(said())
                .isEqualTo(
                        "1240 ms  panel-3  plant/#  QoS 1, 71 since 2026-01-01T00:00:00Z, last 980 ms at 2026-01-01T00:02:00Z\n");
        assertThat(said("--json"))
                .isEqualTo(
                        "{\"slow_subscriptions\":[{\"client_id\":\"panel-3\",\"topic_filter\":\"plant/#\",\"qos\":1,"
                                + "\"latency_millis\":1240,\"last_millis\":980,\"count\":71,"
                                + "\"first_at\":\"2026-01-01T00:00:00.500Z\",\"last_at\":\"2026-01-01T00:02:00Z\"}]}\n");
    }
}
