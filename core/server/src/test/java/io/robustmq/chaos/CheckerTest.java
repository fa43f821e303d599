package io.robustmq.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the checker of a chaos run finds, in histories made by hand. */
class CheckerTest {
    private static final Cast CAST =
            new Cast(
                    List.of("kept-s"),
                    List.of("free-s"),
                    List.of("kept-g1", "kept-g2"),
                    List.of("kept-p"),
                    List.of("kept-r"));

    private final List<Happening> history = new ArrayList<>();
    private long now;

    private long next() {
        now += TimeUnit.MILLISECONDS.toNanos(1);
        return now;
    }

    private static Message message(int number, int qos) {
        return new Message("kept-p", number, 1, qos, "t/kept-p/0");
    }

    private void offered(Message message) {
        history.add(new Happening.Offered(next(), message));
    }

    private void acknowledged(Message message) {
        offered(message);
        history.add(new Happening.Acknowledged(next(), message));
    }

    private void came(String client, Message message) {
        history.add(
                new Happening.Came(
                        next(), client, message.topic(), message.payload(), message.qos(), false));
    }

    private void cameToAll(Message message) {
        came("kept-s", message);
        came("kept-g1", message);
    }

    private List<String> rules() {
        return new Checker(CAST, history).check().stream().map(Violation::rule).toList();
    }

    @Test
    void what_came_as_it_should_is_no_violation() {
        acknowledged(message(1, 1));
        acknowledged(message(2, 2));
        cameToAll(message(1, 1));
        cameToAll(message(1, 1));
        cameToAll(message(2, 2));
        came("free-s", message(2, 2));
        offered(message(3, 2));
        assertThat(rules()).isEmpty();
        assertThat(new Checker(CAST, history).missing()).isZero();
    }

    @Test
    void an_acknowledged_message_that_did_not_come_is_found() {
        acknowledged(message(1, 1));
        assertThat(new Checker(CAST, history).missing()).isEqualTo(2);
        assertThat(rules())
                .containsExactly(
                        "an acknowledged message reaches each kept subscriber",
                        "an acknowledged message reaches a group");
    }

    @Test
    void qos_2_that_comes_twice_is_found_though_it_was_not_acknowledged() {
        offered(message(1, 2));
        cameToAll(message(1, 2));
        came("kept-s", message(1, 2));
        came("kept-g2", message(1, 2));
        assertThat(rules()).containsExactly("QoS 2 comes at most once", "QoS 2 comes at most once");
    }

    @Test
    void a_message_that_nobody_sent_is_found() {
        came("free-s", message(1, 1));
        assertThat(rules()).containsExactly("what comes was sent so");
    }

    @Test
    void first_occurrences_out_of_order_are_found_and_repetitions_are_none() {
        acknowledged(message(1, 1));
        acknowledged(message(2, 1));
        cameToAll(message(1, 1));
        cameToAll(message(2, 1));
        cameToAll(message(1, 1));
        assertThat(rules()).isEmpty();
        came("free-s", message(2, 1));
        came("free-s", message(1, 1));
        assertThat(rules()).containsExactly("messages of a publisher and topic come in order");
    }

    @Test
    void a_kept_session_that_is_not_there_is_found() {
        history.add(new Happening.Connected(next(), "kept-s", "broker-1", false, false, 0));
        history.add(new Happening.Connected(next(), "free-s", "broker-1", false, true, 0));
        assertThat(rules()).isEmpty();
        history.add(new Happening.Connected(next(), "kept-s", "broker-2", false, true, 0));
        assertThat(rules()).containsExactly("a kept session is found again");
    }

    @Test
    void an_older_retained_value_and_different_ones_are_found() {
        Message first = new Message("kept-r", 1, 1, 1, "r/kept-r");
        Message last = new Message("kept-r", 2, 1, 1, "r/kept-r");
        acknowledged(first);
        acknowledged(last);
        for (Message each : List.of(first, last)) {
            came("kept-s", each);
        }
        history.add(new Happening.Found(next(), "broker-1", "r/kept-r", last.payload()));
        assertThat(rules()).isEmpty();
        history.add(new Happening.Found(next(), "broker-2", "r/kept-r", first.payload()));
        assertThat(rules())
                .containsExactly(
                        "the last acknowledged value is retained", "all brokers retain the same");
    }

    @Test
    void who_was_taken_over_and_is_served_nevertheless_is_found() {
        history.add(new Happening.Won(next(), "d", 0, "broker-1"));
        history.add(new Happening.Won(next(), "d", 1, "broker-2"));
        history.add(new Happening.Served(next(), "d", 0, now));
        assertThat(rules()).isEmpty();
        long late = now + TimeUnit.MILLISECONDS.toNanos(2 * Duels.BOUND_MILLIS);
        history.add(new Happening.Served(late, "d", 0, late));
        assertThat(rules()).containsExactly("a client is served on one connection");
    }

    @Test
    void a_will_that_does_not_come_or_comes_twice_is_found() {
        history.add(new Happening.Willed(next(), "w-1", "broker-1"));
        history.add(new Happening.Willed(next(), "w-2", "broker-1"));
        history.add(new Happening.Parted(next(), "w-2"));
        assertThat(rules()).containsExactly("a will is published");
        for (int i = 0; i < 2; i++) {
            history.add(new Happening.Came(next(), "kept-s", "will/w-1", "w-1", 2, false));
        }
        assertThat(rules()).containsExactly("a will comes at most once");
    }
}
