package io.robustmq.broker;

import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.BrokerSettings.ShareStrategy;
import io.robustmq.broker.BrokerSettings.Sharing;
import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.broker.RawClient.Packet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Which member of a group gets a message. */
@ParameterizedClass
@ValueSource(ints = {1, 2})
@SuppressWarnings("NullAway.Init")
class ShareStrategyTest {
    private static final String FILTER = "$share/g/t/#";

    @Parameter int loops;

    private TestBroker broker;
    private final List<RawClient> members = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (RawClient each : members) {
            each.close();
        }
        broker.close();
    }

    private void open(ShareStrategy strategy, int count, int qos) throws IOException {
        open(new Sharing(strategy, Map.of()), count, qos);
    }

    private void open(Sharing sharing, int count, int qos) throws IOException {
        broker = TestBroker.open(TestBroker.with(settings(loops), sharing));
        for (int i = 0; i < count; i++) {
            RawClient member = broker.connected("member-" + i);
            assertThat(member.subscribe(FILTER, qos)).containsExactly(qos);
            members.add(member);
        }
    }

    /** Payloads that have come to each member. */
    private List<List<String>> received() throws IOException {
        List<List<String>> all = new ArrayList<>();
        for (RawClient member : members) {
            List<String> payloads = new ArrayList<>();
            for (Packet packet : member.untilPong()) {
                Message message = member.message(packet);
                payloads.add(message.payload());
                if (message.qos() == 1) {
                    member.ack(PUBACK, message.packetId());
                }
            }
            all.add(payloads);
        }
        return all;
    }

    private void publish(String clientId, String topic, int from, int to, int qos)
            throws Exception {
        long before = broker.broker.measures().shared(strategy());
        try (RawClient publisher = broker.connected(clientId)) {
            for (int i = from; i < to; i++) {
                publisher.publish(topic, "" + i, qos, i + 1);
            }
            publisher.untilPong();
            waitUntil(() -> broker.broker.measures().shared(strategy()) == before + to - from);
        }
    }

    private ShareStrategy strategy() {
        Subscriptions all = broker.broker.loops().getFirst().shared().subscriptions();
        return Objects.requireNonNull(all.group(FILTER)).strategy();
    }

    @Test
    void round_robin_gives_each_the_same_in_turn() throws Exception {
        open(ShareStrategy.ROUND_ROBIN, 3, 0);
        publish("publisher", "t/1", 0, 9, 0);

        assertThat(received())
                .containsExactly(
                        List.of("0", "3", "6"), List.of("1", "4", "7"), List.of("2", "5", "8"));
    }

    @Test
    void round_robin_goes_on_from_topic_to_topic() throws Exception {
        open(ShareStrategy.ROUND_ROBIN, 3, 1);
        try (RawClient publisher = broker.connected("publisher")) {
            for (int i = 0; i < 6; i++) {
                assertThat(publisher.published("t/" + i, "" + i, 1, 1)).isZero();
            }
        }
        // the member's loop may have it a moment after the publisher has its acknowledgement
        waitUntil(() -> broker.broker.measures().shared(strategy()) == 6);
        assertThat(received())
                .containsExactly(List.of("0", "3"), List.of("1", "4"), List.of("2", "5"));
    }

    @Test
    void random_gives_each_about_as_much() throws Exception {
        open(ShareStrategy.RANDOM, 4, 0);
        publish("publisher", "t/1", 0, 2000, 0);

        List<List<String>> all = received();
        assertThat(all.stream().mapToInt(List::size).sum()).isEqualTo(2000);
        assertThat(all).allMatch(each -> each.size() > 400 && each.size() < 600);
    }

    @Test
    void sticky_gives_one_all_until_it_goes() throws Exception {
        open(ShareStrategy.STICKY, 3, 1);
        publish("one", "t/1", 0, 10, 1);
        publish("other", "t/2", 10, 20, 1);

        List<List<String>> all = received();
        assertThat(all).filteredOn(List::isEmpty).hasSize(2);
        int favourite = all.indexOf(all.stream().filter(each -> !each.isEmpty()).findAny().get());
        assertThat(all.get(favourite)).hasSize(20);

        members.remove(favourite).close();
        waitUntil(() -> broker.broker.measures().sessionsConnected() == 2);
        publish("one", "t/1", 20, 30, 1);
        assertThat(received()).filteredOn(List::isEmpty).hasSize(1);
    }

    /** To the same one as before, of which each gets something. */
    private void assertEachGoesToOneMember(Map<String, Integer> memberOf) throws Exception {
        List<List<String>> all = received();
        for (int m = 0; m < 3; m++) {
            assertThat(all.get(m)).isNotEmpty();
            for (String payload : all.get(m)) {
                assertThat(memberOf.merge(payload, m, (one, other) -> one)).isEqualTo(m);
            }
        }
    }

    @Test
    void hash_by_client_gives_all_of_one_publisher_to_one_member() throws Exception {
        open(ShareStrategy.HASH_CLIENT, 3, 0);
        Map<String, Integer> memberOf = new HashMap<>();
        for (int round = 0; round < 2; round++) {
            for (int p = 0; p < 20; p++) {
                publish("publisher-" + p, "t/" + round, p, p + 1, 0);
            }
            assertEachGoesToOneMember(memberOf);
        }
    }

    @Test
    void hash_by_topic_gives_all_of_one_topic_to_one_member() throws Exception {
        open(ShareStrategy.HASH_TOPIC, 3, 0);
        Map<String, Integer> memberOf = new HashMap<>();
        for (int round = 0; round < 2; round++) {
            for (int t = 0; t < 20; t++) {
                publish("publisher-" + round, "t/" + t, t, t + 1, 0);
            }
            assertEachGoesToOneMember(memberOf);
        }
    }

    @Test
    void least_in_flight_spares_who_does_not_acknowledge() throws Exception {
        open(ShareStrategy.LEAST_IN_FLIGHT, 3, 1);
        RawClient slow = members.removeFirst();
        try (RawClient publisher = broker.connected("publisher")) {
            for (int i = 0; i < 30; i++) {
                publisher.published("t/1", "" + i, 1, 1);
                received(); // and acknowledged, by all but the slow one
                waitUntil(() -> broker.broker.measures().queuedMessages() == 0);
            }
        }
        assertThat(slow.untilPong()).hasSizeBetween(1, 2);
        slow.close();
    }

    @Test
    void least_in_flight_counts_what_is_on_its_way() throws Exception {
        open(ShareStrategy.LEAST_IN_FLIGHT, 3, 1);
        publish("publisher", "t/1", 0, 30, 1);

        assertThat(received()).allMatch(each -> each.size() == 10);
    }

    @Test
    void a_group_may_have_a_strategy_of_its_own() throws Exception {
        open(new Sharing(ShareStrategy.ROUND_ROBIN, Map.of("g", ShareStrategy.STICKY)), 3, 0);
        publish("publisher", "t/1", 0, 30, 0);

        assertThat(received()).filteredOn(List::isEmpty).hasSize(2);
    }

    @Test
    void whose_window_is_full_gets_nothing_while_others_have_room() throws Exception {
        open(ShareStrategy.ROUND_ROBIN, 1, 1);
        RawClient narrow = broker.client();
        narrow.connect("narrow", new Options().receiveMaximum(2));
        narrow.subscribe(FILTER, 1);
        try (RawClient publisher = broker.connected("publisher")) {
            for (int i = 0; i < 20; i++) {
                publisher.published("t/1", "" + i, 1, 1);
                received();
            }
        }
        assertThat(narrow.untilPong()).hasSize(2);
        assertThat(broker.broker.measures().queuedMessages()).isZero();
        narrow.close();
    }
}
