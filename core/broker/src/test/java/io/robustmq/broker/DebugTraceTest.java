package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.MessageEvent;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nothing about what is traced on demand is left to sampling. */
class DebugTraceTest {
    private static final int MESSAGES = 50;

    /** At most two message events of a type per second, one of them kept for traces of messages. */
    private static BrokerSettings sampling() {
        BrokerSettings all = TestBroker.settings(1);
        return new BrokerSettings(
                all.listener(),
                all.limits(),
                all.queues(),
                all.retained(),
                all.storage(),
                all.sharing(),
                2);
    }

    @Test
    void a_client_that_is_traced_has_all_its_message_events() throws Exception {
        try (TestBroker broker = TestBroker.open(sampling());
                RawClient subscriber = broker.connected("subscriber");
                RawClient traced = broker.connected("traced");
                RawClient other = broker.connected("other")) {
            subscriber.subscribe("a/#", 0);
            broker.events.trace("traced");
            for (int i = 0; i < MESSAGES; i++) {
                traced.published("a/b", "x", 1, 1);
                other.published("a/c", "x", 1, 1);
            }
            for (int i = 0; i < 2 * MESSAGES; i++) {
                subscriber.message();
            }
            assertThat(publishedBy(broker, "traced")).hasSize(MESSAGES);
            assertThat(publishedBy(broker, "other")).hasSizeLessThan(MESSAGES / 2);
            assertThat(broker.events.of(MessageEvent.Delivered.class))
                    .as("to a client that is not traced")
                    .hasSizeLessThan(MESSAGES);
        }
    }

    @Test
    void a_topic_that_is_traced_has_its_deliveries_too() throws Exception {
        try (TestBroker broker = TestBroker.open(sampling());
                RawClient subscriber = broker.connected("subscriber");
                RawClient publisher = broker.connected("publisher")) {
            subscriber.subscribe("a/#", 0);
            broker.events.trace("a/b", "nobody/hears");
            for (int i = 0; i < MESSAGES; i++) {
                publisher.published("a/b", "x", 1, 1);
                publisher.published("nobody/hears", "x", 1, 1);
                subscriber.message();
            }
            TestBroker.waitUntil(
                    () -> broker.events.of(MessageEvent.Delivered.class).size() == MESSAGES);
            assertThat(publishedBy(broker, "publisher")).hasSize(2 * MESSAGES);
            assertThat(broker.events.of(MessageEvent.Unrouted.class)).hasSize(MESSAGES);
        }
    }

    private static List<MessageEvent.Published> publishedBy(TestBroker broker, String clientId) {
        return broker.events.of(MessageEvent.Published.class).stream()
                .filter(event -> event.peer().clientId().equals(clientId))
                .toList();
    }
}
