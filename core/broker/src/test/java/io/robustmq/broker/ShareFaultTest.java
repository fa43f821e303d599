package io.robustmq.broker;

import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.telemetry.event.SessionEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Shared and exclusive subscriptions while the log takes nothing. */
@ParameterizedClass
@ValueSource(ints = {1, 2})
@SuppressWarnings("NullAway.Init")
class ShareFaultTest {
    private static final String FILTER = "$share/g/t";

    @Parameter int loops;

    private final FaultyDisk disk = new FaultyDisk();
    private TestBroker broker;

    @BeforeEach
    void open() throws IOException {
        broker = TestBroker.open(settings(loops), disk);
    }

    @AfterEach
    void close() {
        disk.heal();
        broker.close();
    }

    private RawClient kept(String clientId, int window) throws IOException {
        RawClient client = broker.client();
        client.connect(clientId, new Options().keepSession().expiry(1000).receiveMaximum(window));
        return client;
    }

    private void heal() throws Exception {
        disk.heal();
        waitUntil(() -> {
            broker.clock.advance(Duration.ofSeconds(1));
            return broker.log.shard().failure() == null;
        });
        broker.broker.sweep();
    }

    @Test
    void what_cannot_be_written_is_passed_on_when_it_can() throws Exception {
        try (RawClient publisher = broker.connected("publisher");
                RawClient other = kept("other", 100)) {
            try (RawClient narrow = kept("narrow", 1)) {
                narrow.subscribe(FILTER, 1);
                for (int i = 0; i < 10; i++) {
                    publisher.published("t", "" + i, 1, 1);
                }
                narrow.message();
                other.subscribe(FILTER, 1);
                disk.failWrites(FaultyDisk.FULL);
            }
            broker.events.await(SessionEvent.Suspended.class);
            assertThat(other.untilPong()).isEmpty();
            heal();
            List<String> got = new ArrayList<>();
            for (int i = 1; i < 10; i++) {
                Message message = other.message();
                got.add(message.payload());
                other.ack(PUBACK, message.packetId());
            }
            assertThat(got).containsExactlyInAnyOrder("1", "2", "3", "4", "5", "6", "7", "8", "9");
            assertThat(other.untilPong()).isEmpty();
        }
        broker.settled();
        broker.crash();
        try (RawClient narrow = kept("narrow", 100)) {
            assertThat(narrow.message().payload()).isEqualTo("0");
            assertThat(narrow.untilPong()).isEmpty();
        }
    }

    @Test
    void an_exclusive_subscription_that_is_refused_is_free_and_one_that_stays_is_not()
            throws Exception {
        try (RawClient one = kept("one", 10);
                RawClient clean = broker.connected("clean")) {
            one.subscribe("$exclusive/stays", 1);
            disk.failWrites(FaultyDisk.FULL);
            assertThat(one.subscribe("$exclusive/refused", 1)).containsExactly(0x97);
            assertThat(one.unsubscribe("$exclusive/stays")).containsExactly(0x83);
            assertThat(clean.subscribe("$exclusive/refused", 1)).containsExactly(1);
            assertThat(clean.subscribe("$exclusive/stays", 1)).containsExactly(0x97);
            heal();
            assertThat(one.unsubscribe("$exclusive/stays")).containsExactly(0);
            assertThat(clean.subscribe("$exclusive/stays", 1)).containsExactly(1);
        }
    }
}
