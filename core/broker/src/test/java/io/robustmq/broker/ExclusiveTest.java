package io.robustmq.broker;

import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.telemetry.event.SessionEvent;
import io.robustmq.telemetry.event.SubscriptionEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code $exclusive/…}: one client at a time. */
@ParameterizedClass
@ValueSource(ints = {1, 2})
@SuppressWarnings("NullAway.Init")
class ExclusiveTest {
    private static final String FILTER = "$exclusive/a/+";

    @Parameter int loops;

    private TestBroker broker;
    private RawClient publisher;

    @BeforeEach
    void open() throws IOException {
        broker = TestBroker.open(settings(loops));
        publisher = broker.connected("publisher");
    }

    @AfterEach
    void close() throws IOException {
        publisher.close();
        broker.close();
    }

    private RawClient kept(String clientId) throws IOException {
        RawClient client = broker.client();
        client.connect(clientId, new Options().keepSession().expiry(100));
        return client;
    }

    @Test
    void only_one_client_has_it_and_gets_what_matches() throws Exception {
        try (RawClient one = broker.connected("one");
                RawClient other = broker.connected("other");
                RawClient old = broker.client(MqttVersion.V3_1_1)) {
            old.connect("old");
            assertThat(one.subscribe(FILTER, 1)).containsExactly(1);
            assertThat(one.subscribe(FILTER, 0)).containsExactly(0);
            assertThat(other.subscribe(FILTER, 1)).containsExactly(0x97);
            assertThat(old.subscribe(FILTER, 1)).containsExactly(0x80);
            publisher.published("a/b", "x", 1, 1);
            assertThat(one.message().topic()).isEqualTo("a/b");
            assertThat(other.untilPong()).isEmpty();
        }
        SubscriptionEvent.Refused refused = broker.events.await(SubscriptionEvent.Refused.class);
        assertThat(refused.detail()).isEqualTo("another client holds this exclusive subscription");
        assertThat(refused.reasonCode()).isEqualTo(0x97);
    }

    @Test
    void others_may_subscribe_to_the_same_topics_without_it() throws Exception {
        try (RawClient one = broker.connected("one");
                RawClient other = broker.connected("other")) {
            one.subscribe(FILTER, 0, 1);
            one.subscribe("a/+", 1, 2);
            other.subscribe("a/+", 0);
            publisher.published("a/b", "x", 1, 1);
            Message message = one.message();
            assertThat(message.qos()).isEqualTo(1);
            assertThat(message.all(0x0B)).containsExactlyInAnyOrder("1", "2");
            assertThat(other.message().payload()).isEqualTo("x");
            one.unsubscribe(FILTER);
            publisher.published("a/b", "y", 1, 1);
            assertThat(one.message().all(0x0B)).containsExactly("2");
        }
    }

    @Test
    void whoever_unsubscribes_frees_it() throws Exception {
        try (RawClient one = kept("one");
                RawClient other = kept("other")) {
            one.subscribe(FILTER, 1);
            assertThat(other.subscribe(FILTER, 1)).containsExactly(0x97);
            assertThat(one.unsubscribe(FILTER)).containsExactly(0);
            assertThat(other.subscribe(FILTER, 1)).containsExactly(1);
            assertThat(one.subscribe(FILTER, 1)).containsExactly(0x97);
        }
    }

    @Test
    void the_end_of_the_session_frees_it_and_its_disconnection_does_not() throws Exception {
        try (RawClient one = broker.connected("one")) {
            one.subscribe(FILTER, 1);
        }
        broker.events.await(SessionEvent.Ended.class);
        try (RawClient one = kept("one")) {
            assertThat(one.subscribe(FILTER, 1)).containsExactly(1);
        }
        broker.events.await(SessionEvent.Suspended.class);
        try (RawClient other = kept("other")) {
            assertThat(other.subscribe(FILTER, 1)).containsExactly(0x97);
            broker.advance(Duration.ofSeconds(200));
            broker.events.await(SessionEvent.Expired.class);
            // when the log has the end of the session
            waitUntil(() -> hasIt(other));
        }
    }

    @Test
    void it_survives_restarts() throws Exception {
        try (RawClient one = kept("one")) {
            one.subscribe(FILTER, 1);
        }
        broker.events.await(SessionEvent.Suspended.class);
        for (int i = 0; i < 2; i++) {
            if (i == 0) {
                broker.restart();
            } else {
                broker.crash();
            }
            try (RawClient other = kept("other" + i);
                    RawClient sender = broker.connected("sender")) {
                assertThat(other.subscribe(FILTER, 1)).containsExactly(0x97);
                sender.published("a/b", "x", 1, 1);
                try (RawClient one = kept("one")) {
                    Message message = one.message();
                    assertThat(message.payload()).isEqualTo("x");
                    one.ack(RawClient.PUBACK, message.packetId());
                    one.untilPong();
                }
            }
            broker.settled();
        }
    }

    private static boolean hasIt(RawClient client) {
        try {
            return client.subscribe(FILTER, 1)[0] == 1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
