package io.robustmq.broker;

import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.TestBroker.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.testkit.Mqtt5;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** One publisher's messages on one topic come in its order, the ways of which differ. */
@ParameterizedClass
@CsvSource({"0, 0", "0, 1", "1, 0"})
@SuppressWarnings("NullAway.Init")
class OrderTest {
    private static final int COUNT = 20_000;
    private static final int AHEAD = 200;

    @Parameter(0)
    int publishersLoop;

    @Parameter(1)
    int subscribersLoop;

    private TestBroker broker;

    @BeforeEach
    void open() throws IOException {
        BrokerSettings all = settings(2);
        broker =
                TestBroker.open(
                        new BrokerSettings(
                                all.listener(),
                                all.limits(),
                                all.queues(),
                                all.retained(),
                                all.storage(),
                                all.sharing(),
                                0));
    }

    @AfterEach
    void close() {
        broker.close();
    }

    private String clientOn(int loop, String name) {
        String clientId = name;
        for (int i = 0; Loop.homeOf(clientId, broker.broker.loops()).index() != loop; i++) {
            clientId = name + i;
        }
        return clientId;
    }

    /**
     * Every other message is retained, and for that goes through the log; nobody keeps the rest.
     */
    private static void publish(RawClient publisher) throws IOException {
        for (int i = 1; i < COUNT + AHEAD; i++) {
            if (i < COUNT) {
                publisher.publish("t", "" + i, 1 << 1 | i % 2, i, new Bytes());
            }
            if (i > AHEAD) {
                assertThat(publisher.expect(PUBACK).u16(0)).isEqualTo(i - AHEAD);
            }
        }
    }

    @Test
    @Mqtt5("MQTT-4.6.0-5")
    void whether_they_are_kept_or_not_messages_of_a_topic_stay_in_order() throws Exception {
        try (RawClient subscriber = broker.connected(clientOn(subscribersLoop, "subscriber"));
                RawClient publisher = broker.connected(clientOn(publishersLoop, "publisher"))) {
            subscriber.subscribe("t", 1);
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread publishing =
                    Thread.ofVirtual()
                            .uncaughtExceptionHandler((thread, e) -> failure.set(e))
                            .start(() -> {
                                try {
                                    publish(publisher);
                                } catch (IOException e) {
                                    throw new AssertionError(e);
                                }
                            });
            for (int i = 1; i < COUNT; i++) {
                Message message = subscriber.message();
                subscriber.ack(PUBACK, message.packetId());
                if (!message.payload().equals("" + i)) {
                    throw new AssertionError("expected " + i + ", was " + message.payload());
                }
            }
            publishing.join();
            assertThat(failure.get()).isNull();
        }
    }
}
