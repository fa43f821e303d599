package io.robustmq.broker;

import static io.robustmq.broker.TestBroker.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to messages between homes when a broker or the network fails. */
@ParameterizedClass
@ValueSource(ints = {1, 2})
@SuppressWarnings("NullAway.Init")
class PeersFaultTest {
    private static final int MANY = 60;

    @Parameter int loops;

    private TestHomes homes;
    private TestBroker a;
    private TestBroker b;

    @BeforeEach
    void open() throws Exception {
        homes = TestHomes.open(loops, "a", "b");
        a = homes.at("a");
        b = homes.at("b");
        try (RawClient away = b.client()) {
            away.connect("away", kept());
            away.subscribe("one", 1);
            away.subscribe("two", 2);
        }
        homes.routed("a", "one", "b");
        homes.routed("a", "two", "b");
    }

    @AfterEach
    void close() {
        homes.close();
    }

    private static Options kept() {
        return new Options().keepSession().expiry(1000);
    }

    private int published;

    private void publish(int count) throws IOException {
        try (RawClient publisher = a.client()) {
            publisher.connect("publisher", kept());
            for (int i = 0; i < count; i++) {
                published++;
                int id = 1 + published % 1000;
                assertThat(publisher.published("one", "m" + published, 1, id)).isLessThan(0x80);
                assertThat(publisher.published("two", "m" + published, 2, id)).isLessThan(0x80);
            }
        }
    }

    private void gotAll(Reading reading) throws InterruptedException {
        List<String> wanted = IntStream.rangeClosed(1, published).mapToObj(i -> "m" + i).toList();
        waitUntil(() ->
                of(reading, "two").size() >= published
                        && of(reading, "one").stream().distinct().count() >= published);
        assertThat(of(reading, "two")).isEqualTo(wanted); // once, and in order
        assertThat(of(reading, "one").stream().distinct()).isEqualTo(wanted);
    }

    private static List<String> of(Reading reading, String topic) {
        return reading.got().stream()
                .filter(each -> each.topic().equals(topic))
                .map(Message::payload)
                .toList();
    }

    private Reading back() throws IOException {
        RawClient client = b.client();
        assertThat(client.connect("away", kept())).isTrue();
        return new Reading(client);
    }

    private void lost(String at, int times) throws InterruptedException {
        waitUntil(() -> homes.at(at).events.of(ConnectionEvent.PeerLost.class).size() >= times);
    }

    @Test
    void a_home_that_was_stopped_gets_what_was_published_meanwhile() throws Exception {
        publish(MANY);
        b.restart();
        publish(MANY);
        homes.meet();
        publish(MANY);
        a.restart();
        homes.meet();
        publish(MANY);
        try (Reading reading = back()) {
            gotAll(reading);
        }
    }

    @Test
    void a_crash_of_who_gets_it_loses_nothing_and_doubles_nothing() throws Exception {
        for (int i = 0; i < 4; i++) {
            publish(MANY);
            homes.between("a", "b").cut(); // wherever it is
            publish(5);
            b.crash();
            homes.between("a", "b").mend();
            publish(MANY);
            homes.meet();
        }
        try (Reading reading = back()) {
            gotAll(reading);
        }
    }

    @Test
    void a_crash_of_who_sends_it_loses_nothing_and_doubles_nothing() throws Exception {
        for (int i = 0; i < 4; i++) {
            publish(MANY);
            homes.between("a", "b").cut();
            publish(5);
            a.crash();
            homes.between("a", "b").mend();
            publish(MANY);
            homes.meet();
        }
        try (Reading reading = back()) {
            gotAll(reading);
        }
    }

    @Test
    void a_link_that_breaks_in_the_middle_loses_nothing_and_keeps_the_order() throws Exception {
        try (Reading reading = back()) {
            List<Throwable> failures = new ArrayList<>();
            Thread publishing =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    publish(600);
                                } catch (Throwable e) {
                                    failures.add(e);
                                }
                            });
            int breaks = 0;
            while (publishing.isAlive()) {
                int seen = reading.got().size();
                waitUntil(() -> !publishing.isAlive() || reading.got().size() > seen + 40);
                homes.between("a", "b").breakAll();
                breaks++;
            }
            publishing.join();
            assertThat(failures).isEmpty();
            assertThat(breaks).isGreaterThan(3);
            gotAll(reading);
        }
    }

    @Test
    void a_silent_link_is_noticed_and_loses_nothing() throws Exception {
        publish(5);
        homes.between("a", "b").stall(true);
        publish(MANY);
        lost("a", 1);
        lost("b", 1);
        assertThat(a.events.of(ConnectionEvent.PeerLost.class).getFirst().ending())
                .isEqualTo(Ending.KEEP_ALIVE_TIMEOUT);
        homes.between("a", "b").stall(false);
        homes.between("a", "b").breakAll();
        homes.meet();
        try (Reading reading = back()) {
            gotAll(reading);
        }
    }

    @Test
    void what_is_retained_survives_a_restart_of_both_with_its_stamp() throws Exception {
        try (RawClient publisher = a.connected("retaining")) {
            PeersTest.retain(publisher, "r", "first", 1);
            PeersTest.retain(publisher, "gone", "first", 1);
            PeersTest.retain(publisher, "gone", "", 1);
        }
        waitUntil(() -> homes.shared("b").retained().has("r"));
        b.settled();
        b.restart();
        a.restart();
        homes.meet();
        Stamp stamp = homes.shared("a").retained().all(0).getFirst().stamp();
        assertThat(stamp).isNotNull();
        assertThat(homes.shared("b").retained().all(0).getFirst().stamp()).isEqualTo(stamp);
        assertThat(homes.shared("b").retained().count()).isEqualTo(1);
        try (RawClient publisher = b.connected("retaining")) {
            PeersTest.retain(publisher, "r", "second", 0);
        }
        waitUntil(() ->
                new String(
                                homes.shared("a").retained().all(0).getFirst().payload(),
                                StandardCharsets.UTF_8)
                        .equals("second"));
    }
}
