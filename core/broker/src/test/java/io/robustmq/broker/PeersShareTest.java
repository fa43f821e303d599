package io.robustmq.broker;

import static io.robustmq.broker.TestBroker.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.BrokerSettings.ShareStrategy;
import io.robustmq.broker.RawClient.Options;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A group whose members are at several homes: each message goes to one of all of them. */
@SuppressWarnings("NullAway.Init")
class PeersShareTest {
    private static final String FILTER = "$share/g/t/#";
    private static final String[] HOMES = {"a", "b", "c"};

    private TestHomes homes;
    private final Map<String, Reading> members = new LinkedHashMap<>();
    private int published;

    @AfterEach
    void close() throws IOException {
        for (Reading each : members.values()) {
            each.close();
        }
        homes.close();
    }

    private void open(ShareStrategy strategy) throws Exception {
        homes = new TestHomes();
        for (String home : HOMES) {
            homes.add(
                    home,
                    TestBroker.with(
                            TestBroker.settings(2),
                            new BrokerSettings.Sharing(strategy, Map.of())));
        }
        homes.meet();
    }

    private void join(String home, String clientId, boolean kept) throws Exception {
        RawClient client = homes.at(home).client();
        Options options = new Options();
        client.connect(clientId, kept ? options.keepSession().expiry(1000) : options);
        client.subscribe(FILTER, 2);
        members.put(clientId, new Reading(client));
    }

    private void leave(String clientId) throws IOException {
        Reading member = Objects.requireNonNull(members.remove(clientId));
        member.close();
        gone.addAll(member.payloads());
    }

    private final List<String> gone = new ArrayList<>();

    private void publishEverywhere(int count, int qos) throws IOException {
        for (String home : HOMES) {
            try (RawClient publisher = homes.at(home).connected("p-" + home)) {
                for (int i = 0; i < count; i++) {
                    published++;
                    String topic = "t/" + published % 50;
                    PeersTest.publish(publisher, topic, "m" + published, qos, 1 + i);
                }
            }
        }
    }

    private List<String> got() {
        List<String> all = new ArrayList<>(gone);
        members.values().forEach(each -> all.addAll(each.payloads()));
        return all;
    }

    private void gotEachOnce() throws InterruptedException {
        waitUntil(() -> got().stream().distinct().count() == published);
        assertThat(got()).hasSize(published);
    }

    @ParameterizedTest
    @EnumSource(ShareStrategy.class)
    void each_message_goes_to_one_member_of_all_homes(ShareStrategy strategy) throws Exception {
        open(strategy);
        for (String home : HOMES) {
            join(home, "kept-" + home, true);
            join(home, "other-" + home, false);
        }
        for (String home : HOMES) {
            homes.routed(home, "t/1", others(home));
        }
        present(6);
        publishEverywhere(50, 1);
        publishEverywhere(50, 2);
        gotEachOnce();
        if (strategy == ShareStrategy.ROUND_ROBIN || strategy == ShareStrategy.RANDOM) {
            for (Reading each : members.values()) {
                assertThat(each.got()).hasSizeBetween(20, 90); // 50 of 300 each
            }
        }
    }

    private static String[] others(String home) {
        return List.of(HOMES).stream().filter(each -> !each.equals(home)).toArray(String[]::new);
    }

    /** Waits until all homes know of so many. */
    private void present(int count) throws InterruptedException {
        for (String home : HOMES) {
            waitUntil(() -> {
                ShareGroup group = homes.shared(home).subscriptions().group(FILTER);
                return group != null && group.present() == count;
            });
        }
    }

    @Test
    void what_a_member_that_leaves_had_is_given_to_one_at_another_home() throws Exception {
        open(ShareStrategy.ROUND_ROBIN);
        join("a", "stays", true);
        join("b", "leaves", false);
        join("c", "kept", true);
        present(3);
        leave("kept");
        present(2);
        publishEverywhere(40, 1);
        leave("leaves");
        publishEverywhere(40, 1);
        waitUntil(() -> got().stream().distinct().count() == published);
    }

    @Test
    void while_a_home_is_cut_off_its_members_get_nothing_new_and_nothing_is_lost()
            throws Exception {
        open(ShareStrategy.ROUND_ROBIN);
        join("a", "one", true);
        join("b", "two", true);
        present(2);
        homes.between("a", "b").cut();
        try (RawClient publisher = homes.at("a").connected("publisher")) {
            for (int i = 0; i < 100; i++) {
                published++;
                PeersTest.publish(publisher, "t/x", "m" + published, 2, 1 + i);
            }
        }
        waitUntil(() -> Objects.requireNonNull(members.get("one")).got().size() > 90);
        homes.between("a", "b").mend();
        gotEachOnce();
    }
}
