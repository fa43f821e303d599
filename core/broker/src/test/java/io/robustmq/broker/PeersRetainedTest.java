package io.robustmq.broker;

import static io.robustmq.broker.PeersTest.retain;
import static io.robustmq.broker.TestBroker.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** All homes come to have the same retained messages. */
@SuppressWarnings("NullAway.Init")
class PeersRetainedTest {
    private TestHomes homes;

    @AfterEach
    void close() {
        homes.close();
    }

    private Map<String, String> at(String home) {
        Map<String, String> all = new TreeMap<>();
        for (Message each : homes.shared(home).retained().all(0)) {
            all.put(each.topic(), new String(each.payload(), StandardCharsets.UTF_8));
        }
        return all;
    }

    @Test
    void of_two_that_were_published_while_homes_were_cut_off_the_later_one_counts_at_both()
            throws Exception {
        homes = TestHomes.open(1, "a", "b");
        try (RawClient one = homes.at("a").connected("one");
                RawClient other = homes.at("b").connected("other")) {
            for (String topic : new String[] {"stored", "cleared-first", "cleared-last"}) {
                retain(one, topic, "old", 1);
            }
            waitUntil(() -> at("b").size() == 3);
            homes.between("a", "b").cut();
            // at b later than at a
            homes.at("a").clock.advance(Duration.ofSeconds(10));
            homes.at("b").clock.advance(Duration.ofSeconds(20));
            retain(other, "stored", "b", 0);
            retain(one, "stored", "a", 1);
            retain(one, "cleared-first", "", 2);
            retain(other, "cleared-first", "b", 1);
            retain(one, "cleared-last", "a", 1);
            retain(other, "cleared-last", "", 1);
            homes.between("a", "b").mend();
            Map<String, String> wanted = Map.of("stored", "b", "cleared-first", "b");
            waitUntil(() -> at("a").equals(wanted) && at("b").equals(wanted));
            homes.at("a").settled();
            homes.at("b").settled();
            assertThat(at("a")).isEqualTo(wanted);
            assertThat(at("b")).isEqualTo(wanted);
        }
        homes.at("a").restart();
        homes.at("b").restart();
        assertThat(at("a")).containsOnlyKeys("stored", "cleared-first");
        assertThat(at("b")).isEqualTo(at("a"));
    }

    @Test
    void what_is_published_after_another_homes_counts_though_its_clock_is_behind()
            throws Exception {
        homes = TestHomes.open(1, "a", "b");
        homes.at("b").clock.advance(Duration.ofHours(1));
        try (RawClient one = homes.at("a").connected("one");
                RawClient other = homes.at("b").connected("other")) {
            retain(other, "t", "before", 1);
            waitUntil(() -> at("a").containsValue("before"));
            retain(one, "t", "after", 1);
            waitUntil(() -> at("b").containsValue("after"));
            assertThat(at("a")).containsValue("after");
        }
    }

    @Test
    void a_new_home_gets_all_that_there_are() throws Exception {
        homes = TestHomes.open(1, "a", "b");
        try (RawClient one = homes.at("a").connected("one")) {
            for (int i = 0; i < 2000; i++) {
                retain(one, "many/" + i, "v" + i, i % 2);
            }
        }
        waitUntil(() -> at("b").size() == 2000);
        homes.add("c", TestBroker.settings(2));
        homes.meet();
        waitUntil(() -> at("c").equals(at("a")));
        homes.at("c").settled();
        homes.at("c").restart();
        homes.meet();
        assertThat(at("c")).isEqualTo(at("a"));
    }
}
