package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.protocol.Topics;
import io.robustmq.testkit.Mqtt5;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class FilterTrieTest {
    /** What a client has; a client has one value per filter. */
    private record Value(String client, String filter, int number) {}

    private final FilterTrie<Value> trie = new FilterTrie<>(Value::client);

    private List<Value> match(String topic) {
        List<Value> found = new ArrayList<>();
        trie.match(topic, found);
        return found;
    }

    private List<String> filtersFor(String topic) {
        return match(topic).stream().map(Value::filter).sorted().toList();
    }

    private void put(String filter) {
        trie.put(filter, new Value("c", filter, 0));
    }

    @Test
    void wildcards_match_as_the_specification_says() {
        List.of("sport/#", "sport/tennis/+", "+/+", "#", "/+", "sport/+", "+").forEach(this::put);

        assertThat(filtersFor("sport")).containsExactly("#", "+", "sport/#");
        assertThat(filtersFor("sport/")).containsExactly("#", "+/+", "sport/#", "sport/+");
        assertThat(filtersFor("sport/tennis/x")).containsExactly("#", "sport/#", "sport/tennis/+");
        assertThat(filtersFor("/finance")).containsExactly("#", "+/+", "/+");
    }

    @Test
    @Mqtt5("MQTT-4.7.2-1")
    void wildcards_at_the_first_level_do_not_match_topics_of_the_broker() {
        List.of("#", "+/monitor", "$SYS/#", "$SYS/+").forEach(this::put);

        assertThat(filtersFor("$SYS/monitor")).containsExactly("$SYS/#", "$SYS/+");
    }

    @Test
    void a_second_value_of_the_same_owner_replaces_the_first() {
        assertThat(trie.put("a/b", new Value("c", "a/b", 1))).isNull();

        assertThat(trie.put("a/b", new Value("c", "a/b", 2))).isEqualTo(new Value("c", "a/b", 1));
        assertThat(match("a/b")).containsExactly(new Value("c", "a/b", 2));
    }

    @Test
    void every_write_changes_the_version_and_a_vain_removal_does_not() {
        long before = trie.version();
        put("a");
        assertThat(trie.version()).isNotEqualTo(before);
        long then = trie.version();
        trie.remove("a", "somebody else");
        trie.remove("b", "c");
        assertThat(trie.version()).isEqualTo(then);
        trie.remove("a", "c");
        assertThat(trie.version()).isNotEqualTo(then);
    }

    @Test
    @Mqtt5("MQTT-3.3.2-3")
    void any_mix_of_writes_matches_as_the_naive_way_does() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Map<String, Value> all = new HashMap<>();
        for (int step = 0; step < 20_000; step++) {
            String filter = name(random, new String[] {"a", "b", "+", "", "$SYS", "c"}, true);
            String client = "c" + random.nextInt(40);
            if (random.nextInt(3) > 0) {
                Value value = new Value(client, filter, step);
                assertThat(trie.put(filter, value)).isEqualTo(all.put(client + filter, value));
            } else {
                assertThat(trie.remove(filter, client)).isEqualTo(all.remove(client + filter));
            }
            if (step % 10 == 0) {
                String topic = name(random, new String[] {"a", "b", "", "$SYS", "c"}, false);
                assertThat(match(topic))
                        .as(topic)
                        .containsExactlyInAnyOrderElementsOf(
                                all.values().stream()
                                        .filter(v -> Topics.matches(v.filter(), topic))
                                        .toList());
            }
        }
        for (Value value : all.values()) {
            trie.remove(value.filter(), value.client());
        }
        assertThat(match("a/b/c")).isEmpty();
    }

    private static String name(Random random, String[] levels, boolean filter) {
        StringBuilder name = new StringBuilder(levels[random.nextInt(levels.length)]);
        int more = random.nextInt(4);
        for (int i = 0; i < more; i++) {
            name.append('/').append(levels[random.nextInt(levels.length)]);
        }
        if (filter && random.nextInt(4) == 0) {
            name.append("/#");
        }
        return name.isEmpty() ? "a" : name.toString();
    }

    @Test
    void readers_see_what_stays_while_others_come_and_go() throws Exception {
        Value stays = new Value("stays", "a/+/c", 0);
        trie.put("a/+/c", stays);
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread reader =
                new Thread(() -> {
                    while (!done.get()) {
                        if (!match("a/b/c").contains(stays)) {
                            failure.set(new AssertionError("lost for a moment"));
                        }
                    }
                });
        reader.start();
        for (int i = 0; i < 200_000; i++) {
            String client = "c" + i % 70;
            String filter = i % 2 == 0 ? "a/b/c" : "a/+/c";
            if (i / 70 % 2 == 0) {
                trie.put(filter, new Value(client, filter, i));
            } else {
                trie.remove(filter, client);
            }
        }
        done.set(true);
        reader.join();
        assertThat(failure.get()).isNull();
    }

    @Test
    void many_owners_of_one_filter_are_all_found() {
        TreeSet<String> clients = new TreeSet<>();
        for (int i = 0; i < 1000; i++) {
            clients.add("c" + i);
            trie.put("a", new Value("c" + i, "a", i));
        }
        assertThat(match("a").stream().map(Value::client))
                .containsExactlyInAnyOrderElementsOf(clients);
        clients.forEach(client -> trie.remove("a", client));
        assertThat(match("a")).isEmpty();
    }
}
