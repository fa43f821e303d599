package io.robustmq.broker;

import static io.robustmq.broker.TestBroker.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Options;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.telemetry.event.SubscriptionEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(ints = {1, 2})
class SlowSubscriptionsTest {
    @Parameter int loops;
    private @Nullable TestBroker opened;

    private TestBroker broker(SlowSettings slow) throws IOException {
        TestBroker made = TestBroker.open(TestBroker.with(settings(loops), slow));
        opened = made;
        return made;
    }

    private static SlowSettings over(long millis, int top) {
        return new SlowSettings(true, Duration.ofMillis(millis), top, Duration.ofSeconds(10));
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
    }

    /** The acknowledgement comes so much later. */
    private static void acknowledge(RawClient client, int qos, Duration after) throws Exception {
        RawClient.Message message = client.message();
        long began = System.nanoTime();
        TestBroker.waitUntil(() -> System.nanoTime() - began > after.toNanos());
        client.ack(qos == 1 ? RawClient.PUBACK : RawClient.PUBREC, message.packetId());
        if (qos == 2) {
            client.expect(RawClient.PUBREL);
            client.ack(RawClient.PUBCOMP, message.packetId());
        }
        assertThat(client.untilPong()).isEmpty();
    }

    @Test
    void a_subscriber_that_acknowledges_late_is_shown_with_its_filter() throws Exception {
        TestBroker broker = broker(over(20, 10));
        try (RawClient slow = broker.connected("slow");
                RawClient kept = broker.client();
                RawClient publisher = broker.connected("publisher")) {
            kept.connect("kept", new Options().keepSession().expiry(60));
            slow.subscribe("plant/+/temp", 1);
            kept.subscribe("plant/#", 2);
            publisher.published("plant/7/temp", "x", 2, 1);
            acknowledge(slow, 1, Duration.ofMillis(40));
            acknowledge(kept, 2, Duration.ofMillis(60));
            broker.broker.sweep();

            List<SlowSubscription> slowest = broker.broker.slowSubscriptions();
            assertThat(slowest)
                    .extracting(each -> each.clientId() + " " + each.filter() + " " + each.qos())
                    .containsExactly("kept plant/# 2", "slow plant/+/temp 1");
            assertThat(slowest.getFirst().latencyMillis()).isGreaterThanOrEqualTo(60);
            assertThat(slowest.getFirst().count()).isEqualTo(1);
            assertThat(broker.events.of(SubscriptionEvent.Slow.class))
                    .extracting(SubscriptionEvent.Slow::thresholdMillis)
                    .containsExactly(20L, 20L);
            assertThat(broker.broker.measures().slowDeliveries()).isEqualTo(2);

            broker.advance(Duration.ofMinutes(2));
            assertThat(broker.broker.slowSubscriptions()).as("forgotten").isEmpty();
        }
    }

    @Test
    void one_that_stays_slow_is_reported_once() throws Exception {
        TestBroker broker = broker(over(5, 10));
        try (RawClient slow = broker.connected("slow");
                RawClient publisher = broker.connected("publisher")) {
            slow.subscribe("#", 1);
            for (int i = 1; i <= 5; i++) {
                publisher.published("t/" + i, "x", 1, i);
                acknowledge(slow, 1, Duration.ofMillis(10));
            }
            broker.broker.sweep();
            assertThat(broker.broker.slowSubscriptions())
                    .singleElement()
                    .matches(each -> each.count() == 5 && each.filter().equals("#"));
            assertThat(broker.events.of(SubscriptionEvent.Slow.class)).hasSize(1);
        }
    }

    @Test
    void what_is_fast_is_not_there_and_the_slowest_stay() throws Exception {
        TestBroker broker = broker(over(30, 2));
        try (RawClient publisher = broker.connected("publisher")) {
            for (int i = 0; i < 4; i++) {
                try (RawClient client = broker.connected("c" + i)) {
                    client.subscribe("t" + i, 1);
                    publisher.published("t" + i, "x", 1, i + 1);
                    acknowledge(client, 1, Duration.ofMillis(i == 0 ? 0 : 40 + 40L * i));
                }
            }
            broker.broker.sweep();
            List<SlowSubscription> slowest = broker.broker.slowSubscriptions();
            assertThat(slowest).hasSizeLessThanOrEqualTo(2);
            assertThat(slowest.getFirst().clientId()).isEqualTo("c3");
            assertThat(slowest).extracting(SlowSubscription::clientId).doesNotContain("c0");
        }
    }

    @Test
    void qos_0_counts_from_reading_it_to_writing_it() throws Exception {
        TestBroker broker = broker(over(30, 10));
        Loop home = Loop.homeOf("subscriber", broker.broker.loops());
        String other = "p0";
        for (int i = 1; loops > 1 && Loop.homeOf(other, broker.broker.loops()) == home; i++) {
            other = "p" + i;
        }
        try (RawClient subscriber = broker.connected("subscriber");
                RawClient publisher = new RawClient(broker.broker.localAddress(), MqttVersion.V5)) {
            publisher.connect(other);
            subscriber.subscribe("t/+", 0);
            publisher.publish("t/1", "fast", 0, 0);
            assertThat(subscriber.message().payload()).isEqualTo("fast");
            broker.broker.sweep();
            assertThat(broker.broker.slowSubscriptions()).isEmpty();
            if (loops == 1) {
                return; // a loop that is held up reads late, too
            }
            CountDownLatch read = new CountDownLatch(1);
            home.executor().execute(() -> await(read));
            publisher.publish("t/1", "slow", 0, 0);
            assertThat(publisher.untilPong()).isEmpty();
            long began = System.nanoTime();
            TestBroker.waitUntil(() -> System.nanoTime() - began > 40_000_000);
            read.countDown();
            assertThat(subscriber.message().payload()).isEqualTo("slow");
            assertThat(subscriber.untilPong()).isEmpty();
            broker.broker.sweep();
            assertThat(broker.broker.slowSubscriptions())
                    .singleElement()
                    .matches(each -> each.filter().equals("t/+") && each.qos() == 0);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
