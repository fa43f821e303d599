package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RetainedStore.Result;
import io.robustmq.protocol.Topics;
import io.robustmq.testkit.Mqtt3;
import io.robustmq.testkit.Mqtt5;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetainedStoreTest {
    private final RetainedStore store = new RetainedStore(new BrokerSettings.Retained(100, 10_000));

    private static Message message(String topic, String payload, long expiresAtMillis) {
        return new Message(
                topic,
                topic.getBytes(StandardCharsets.UTF_8),
                payload.getBytes(StandardCharsets.UTF_8),
                0,
                true,
                expiresAtMillis,
                new byte[0],
                0);
    }

    private static Message message(String topic, String payload) {
        return message(topic, payload, Message.NEVER);
    }

    private Result store(Message message) {
        return store.store(message, () -> {}).result();
    }

    private boolean clear(String topic) {
        return store.clear(topic, () -> {}).result() == Result.DONE;
    }

    private List<String> topics(String filter) {
        return topics(filter, 0);
    }

    private List<String> topics(String filter, long nowMillis) {
        List<Message> found = new ArrayList<>();
        store.match(filter, nowMillis, found);
        return found.stream().map(Message::topic).sorted().toList();
    }

    @Test
    void a_filter_finds_what_it_matches() {
        List.of("a", "a/b", "a/b/c", "x/b", "$SYS/b").forEach(t -> store(message(t, "1")));

        assertThat(topics("#")).containsExactly("a", "a/b", "a/b/c", "x/b");
        assertThat(topics("a/#")).containsExactly("a", "a/b", "a/b/c");
        assertThat(topics("+/b")).containsExactly("a/b", "x/b");
        assertThat(topics("$SYS/+")).containsExactly("$SYS/b");
        assertThat(topics("a/b")).containsExactly("a/b");
        assertThat(topics("nothing")).isEmpty();
    }

    @Test
    @Mqtt3("MQTT-3.3.1-5")
    @Mqtt5("MQTT-3.3.1-5")
    void a_new_message_takes_the_place_of_the_old_one() {
        store(message("a", "12345"));
        store(message("a", "1"));

        assertThat(store.count()).isEqualTo(1);
        assertThat(store.bytes()).isEqualTo(2);
        assertThat(clear("a")).isTrue();
        assertThat(clear("a")).isFalse();
        assertThat(store.bytes()).isZero();
    }

    @Test
    void when_full_a_new_topic_is_refused_and_a_known_one_is_not() {
        for (int i = 0; i < 100; i++) {
            assertThat(store(message("t" + i, "x"))).isEqualTo(Result.DONE);
        }
        assertThat(store(message("one more", "x"))).isEqualTo(Result.FULL);
        assertThat(store(message("t5", "y"))).isEqualTo(Result.DONE);
        clear("t1");
        assertThat(store(message("one more", "x"))).isEqualTo(Result.DONE);
    }

    @Test
    void bytes_are_limited_too() {
        assertThat(store(message("a", "x".repeat(9_990)))).isEqualTo(Result.DONE);
        assertThat(store(message("b", "x".repeat(100)))).isEqualTo(Result.FULL);
        assertThat(store(message("a", "x"))).isEqualTo(Result.DONE);
        assertThat(store(message("b", "x".repeat(100)))).isEqualTo(Result.DONE);
    }

    @Test
    void what_has_expired_is_not_found_and_then_gone() {
        store(message("a", "1", 1000));
        store(message("b", "1"));

        assertThat(topics("#", 999)).containsExactly("a", "b");
        assertThat(topics("#", 1000)).containsExactly("b");
        assertThat(store.count()).isEqualTo(2);
        assertThat(store.removeExpired(1000)).isEqualTo(1);
        assertThat(store.count()).isEqualTo(1);
    }

    @Test
    void a_message_that_replaces_an_expiring_one_stays() {
        store(message("a", "1", 1000));
        store(message("a", "2"));

        assertThat(store.removeExpired(2000)).isZero();
        assertThat(topics("a", 2000)).containsExactly("a");
    }

    @Test
    void any_mix_of_writes_matches_as_the_naive_way_does() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Map<String, Message> all = new HashMap<>();
        String[] levels = {"a", "b", "", "$x"};
        String[] filters = {"#", "+", "+/+", "a/#", "a/+/b", "+/b/#", "/+", "$x/#", "a/b", "+/#"};
        for (int step = 0; step < 5_000; step++) {
            StringBuilder topic = new StringBuilder("a");
            topic.setCharAt(0, "abc".charAt(random.nextInt(3)));
            for (int i = random.nextInt(3); i > 0; i--) {
                topic.append('/').append(levels[random.nextInt(levels.length)]);
            }
            String name = topic.toString();
            if (random.nextInt(3) > 0) {
                Message message = message(name, "" + step);
                store(message);
                all.put(name, message);
            } else {
                assertThat(clear(name)).isEqualTo(all.remove(name) != null);
            }
            String filter = filters[random.nextInt(filters.length)];
            assertThat(topics(filter))
                    .as(filter)
                    .isEqualTo(
                            all.keySet().stream()
                                    .filter(t -> Topics.matches(filter, t))
                                    .sorted()
                                    .toList());
        }
        assertThat(store.count()).isEqualTo(all.size());
        assertThat(store.bytes()).isEqualTo(all.values().stream().mapToLong(Message::bytes).sum());
    }
}
