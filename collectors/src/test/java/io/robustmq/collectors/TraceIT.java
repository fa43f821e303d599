package io.robustmq.collectors;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.testkit.MosquittoClients;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.OtelCollector;
import io.robustmq.testkit.OtlpLog;
import io.robustmq.testkit.OtlpSpan;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.RobustMq;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One publish, end to end, as a tracing back end sees it. */
@NeedsPart({Part.MOSQUITTO, Part.OTEL_COLLECTOR})
final class TraceIT {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PUBLISHERS_SPAN = "00f067aa0ba902b7";

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "2"})
    void a_publisher_s_context_is_continued_to_each_delivery_and_handed_on(String qos)
            throws Exception {
        try (OtelCollector collector = OtelCollector.started(folder);
                RobustMq broker = traced(collector).start();
                MosquittoClients.Subscriber subscriber =
                        broker.mosquitto()
                                .subscribe(
                                        "-V", "mqttv5", "-i", "reader", "-q", qos, "-t", "t/#")) {
            publish(broker, qos, "00-" + TRACE + "-" + PUBLISHERS_SPAN + "-01");

            String handedOn = subscriber.await(1).getFirst().userProperty("traceparent");
            OtlpSpan publish =
                    collector.awaitSpan(
                            "the publish", s -> s.parentSpanId().equals(PUBLISHERS_SPAN));
            OtlpSpan delivery =
                    collector.awaitSpan(
                            "the delivery", s -> handedOn.contains("-" + s.spanId() + "-"));

            assertThat(publish.traceId()).isEqualTo(TRACE);
            assertThat(publish.attributes()).containsEntry("messaging.destination.name", "t/a");
            assertThat(publish.attributes()).containsEntry("messaging.client.id", "writer");
            assertThat(publish.resource()).containsEntry("service.name", "mqtt-broker");
            assertThat(delivery.traceId()).isEqualTo(TRACE);
            assertThat(delivery.parentSpanId()).isEqualTo(publish.spanId());
            assertThat(delivery.attributes()).containsEntry("messaging.client.id", "reader");
            assertThat(delivery.durationNanos()).isNotNegative();
            assertThat(handedOn).isEqualTo("00-" + TRACE + "-" + delivery.spanId() + "-01");
            assertThat(collector.spans())
                    .filteredOn(s -> s.parentSpanId().equals(publish.spanId()))
                    .extracting(OtlpSpan::name)
                    .contains("route");
        }
    }

    @Test
    void a_publisher_that_says_not_sampled_is_not_traced() throws Exception {
        try (OtelCollector collector = OtelCollector.started(folder);
                RobustMq broker = traced(collector).start()) {
            publish(broker, "1", "00-" + TRACE + "-" + PUBLISHERS_SPAN + "-00");
            String sampled = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
            publish(broker, "1", "00-" + sampled + "-" + PUBLISHERS_SPAN + "-01");

            collector.awaitSpan("the second publish", s -> s.traceId().equals(sampled));

            assertThat(collector.spans()).noneMatch(s -> s.traceId().equals(TRACE));
        }
    }

    @Test
    void a_3_1_1_publisher_begins_a_trace_of_the_broker_s_own() throws Exception {
        try (OtelCollector collector = OtelCollector.started(folder);
                RobustMq broker = traced(collector).start();
                MosquittoClients.Subscriber subscriber =
                        broker.mosquitto().subscribe("-V", "mqttv5", "-t", "t/#")) {
            broker.mosquitto().publish("-V", "mqttv311", "-i", "old", "-t", "t/a", "-m", "x");

            String handedOn = subscriber.await(1).getFirst().userProperty("traceparent");
            OtlpSpan root = collector.awaitSpan("the publish", s -> isOf(s, "publish", "old"));

            assertThat(root.parentSpanId()).isEmpty();
            assertThat(handedOn).startsWith("00-" + root.traceId() + "-");
            for (String each : List.of("connect", "disconnect")) {
                OtlpSpan other = collector.awaitSpan(each, s -> isOf(s, each, "old"));
                assertThat(other.attributes()).containsEntry("robustmq.reason_code", "0");
            }
        }
    }

    private static boolean isOf(OtlpSpan span, String name, String client) {
        return span.name().equals(name)
                && client.equals(span.attributes().get("messaging.client.id"));
    }

    @Test
    void a_message_that_waited_is_delivered_in_the_same_trace_though_the_broker_was_restarted()
            throws Exception {
        String[] kept = {"-V", "mqttv5", "-i", "away", "-c", "-x", "3600", "-q", "1", "-t", "t/#"};
        try (OtelCollector collector = OtelCollector.started(folder)) {
            try (RobustMq broker = traced(collector).start()) {
                broker.mosquitto().subscribe(kept).close();
                publish(broker, "1", "00-" + TRACE + "-" + PUBLISHERS_SPAN + "-01");
                collector.awaitSpan("the publish", s -> isOf(s, "publish", "writer"));
            }
            try (RobustMq broker = traced(collector).start();
                    MosquittoClients.Subscriber back = broker.mosquitto().subscribe(kept)) {
                String handedOn = back.await(1).getFirst().userProperty("traceparent");
                OtlpSpan delivery =
                        collector.awaitSpan(
                                "the delivery",
                                s ->
                                        isOf(s, "deliver", "away")
                                                && handedOn.contains("-" + s.spanId() + "-"));
                OtlpSpan publish =
                        collector.awaitSpan("the publish", s -> isOf(s, "publish", "writer"));

                assertThat(delivery.traceId()).isEqualTo(TRACE);
                assertThat(delivery.parentSpanId()).isEqualTo(publish.spanId());
                assertThat(delivery.attributes()).containsEntry("robustmq.kept", "true");
                OtlpSpan resumed =
                        collector.awaitSpan("it", s -> s.name().equals("resume session"));
                assertThat(resumed.attributes()).containsEntry("robustmq.waiting", "1");
            }
        }
    }

    @Test
    void a_refusal_is_traced_although_nothing_is_sampled_and_its_event_has_the_trace()
            throws Exception {
        try (OtelCollector collector = OtelCollector.started(folder);
                RobustMq broker = traced(collector).set("tracing.ratio", "0.0").start()) {
            broker.mosquitto().publish("-V", "mqttv5", "-i", "fine", "-t", "t/a", "-m", "x");
            broker.mosquitto()
                    .publish("-V", "mqttv5", "-i", "writer", "-q", "1", "-t", "$SYS/a", "-m", "x");

            OtlpSpan refused = collector.awaitSpan("it", s -> isOf(s, "publish", "writer"));
            OtlpLog event =
                    collector.awaitLog(
                            "its event",
                            l -> l.eventName().equals("authentication.publish_denied"));

            assertThat(refused.statusCode()).as("error").isEqualTo(2);
            assertThat(refused.attributes())
                    .containsEntry("robustmq.kept_for", "failed")
                    .containsEntry("messaging.destination.name", "$SYS/a");
            assertThat(event.traceId()).isEqualTo(refused.traceId());
            assertThat(collector.spans()).noneMatch(s -> isOf(s, "publish", "fine"));
        }
    }

    private RobustMq.Setup traced(OtelCollector collector) {
        return RobustMq.in(folder.resolve("data")).otlp("grpc", collector.grpcPort()).traceAll();
    }

    private static void publish(RobustMq broker, String qos, String traceparent) throws Exception {
        String[] arguments = {
            "-V",
            "mqttv5",
            "-i",
            "writer",
            "-q",
            qos,
            "-t",
            "t/a",
            "-m",
            "x",
            "-D",
            "publish",
            "user-property",
            "traceparent",
            traceparent
        };
        assertThat(broker.mosquitto().publish(arguments).exitCode()).isZero();
    }
}
