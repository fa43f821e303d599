package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.testkit.Mqtt3;
import io.robustmq.testkit.Mqtt5;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InFlightTest {
    private final InFlight inFlight = new InFlight();

    private static Delivery delivery() {
        Message message =
                new Message(
                        "t",
                        new byte[] {'t'},
                        new byte[0],
                        1,
                        false,
                        Message.NEVER,
                        new byte[0],
                        0);
        return new Delivery(message, 1, false, new int[0], true);
    }

    private List<Delivery> inOrder() {
        List<Delivery> found = new ArrayList<>();
        for (Delivery each = inFlight.first(); each != null; each = each.next) {
            found.add(each);
        }
        return found;
    }

    @Test
    @Mqtt3("MQTT-2.3.1-4")
    @Mqtt5("MQTT-2.2.1-4")
    void identifiers_are_unique_and_the_order_is_that_of_sending() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<Delivery> expected = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            if (expected.isEmpty() || random.nextInt(100) < 52) {
                Delivery added = delivery();
                inFlight.add(added);
                assertThat(added.packetId).isBetween(1, 65_535);
                expected.add(added);
            } else {
                Delivery removed = expected.remove(random.nextInt(expected.size()));
                assertThat(inFlight.get(removed.packetId)).isSameAs(removed);
                inFlight.remove(removed);
                assertThat(inFlight.get(removed.packetId)).isNull();
            }
            assertThat(inFlight.size()).isEqualTo(expected.size());
        }
        assertThat(inOrder()).isEqualTo(expected);
        assertThat(expected.stream().map(d -> d.packetId).distinct()).hasSameSizeAs(expected);
    }

    @Test
    void all_65535_identifiers_can_be_in_flight() {
        for (int i = 0; i < 65_535; i++) {
            inFlight.add(delivery());
        }
        assertThat(inOrder().stream().map(d -> d.packetId).distinct()).hasSize(65_535);
    }

    @Test
    void identifiers_that_nobody_has_are_not_found() {
        inFlight.add(delivery());

        assertThat(inFlight.get(0)).isNull();
        assertThat(inFlight.get(2)).isNull();
        assertThat(inFlight.get(65_535)).isNull();
    }
}
