package io.robustmq.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.crash.Fact.Kind;
import io.robustmq.crash.Fact.Sending;
import io.robustmq.crash.Violation.Rule;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One rule at a time, on the smallest history that keeps it and the one that breaks it. */
final class CheckerTest {
    private static final long MILLI = 1_000_000;

    private final List<History.Entry> history = new ArrayList<>();
    private long nanos;

    // losses

    @Test
    void an_acknowledged_message_that_did_not_arrive_is_lost() {
        subscribed("s", "t/#", 1);
        published("p", 1, "t/a", 1);
        assertThat(rules()).containsExactly(Rule.LOST);
    }

    @Test
    void an_acknowledged_message_that_arrived_is_fine_before_its_acknowledgement_as_well() {
        subscribed("s", "t/#", 2);
        sent("p", 1, "t/a", 2);
        received("s", "p", 1, "t/a", 2, false);
        acknowledged("p", 1);
        assertThat(rules()).isEmpty();
    }

    @Test
    void what_was_not_acknowledged_may_be_lost() {
        subscribed("s", "t/#", 1);
        sent("p", 1, "t/a", 1);
        assertThat(rules()).isEmpty();
    }

    @Test
    void who_subscribed_too_late_or_left_before_the_acknowledgement_is_owed_nothing() {
        add(new Fact.Subscribing("late", "t/#", 1));
        subscribed("leaves", "t/#", 1);
        sent("p", 1, "t/a", 1);
        add(new Fact.Subscribed("late", "t/#", 1));
        add(new Fact.Unsubscribing("leaves", "t/#"));
        acknowledged("p", 1);
        assertThat(rules()).isEmpty();
    }

    @Test
    void what_was_acknowledged_before_unsubscribe_is_owed() {
        subscribed("leaves", "t/#", 1);
        published("p", 1, "t/a", 1);
        add(new Fact.Unsubscribing("leaves", "t/#"));
        assertThat(rules()).containsExactly(Rule.LOST);
    }

    @Test
    void to_subscribe_again_takes_nothing_away() {
        subscribed("s", "t/#", 1);
        add(new Fact.Subscribing("s", "t/#", 1));
        published("p", 1, "t/a", 1);
        assertThat(rules()).containsExactly(Rule.LOST);
    }

    @Test
    void a_filter_that_does_not_match_owes_nothing() {
        subscribed("s", "t/+/b", 1);
        published("p", 1, "t/a", 1);
        published("p", 2, "t/a/c", 1);
        published("p", 3, "t/a/b/c", 1);
        assertThat(rules()).isEmpty();
        published("p", 4, "t/a/b", 1);
        assertThat(rules()).containsExactly(Rule.LOST);
    }

    // doubles

    @Test
    void qos_2_twice_is_doubled_with_dup_as_well() {
        subscribed("s", "t/#", 2);
        published("p", 1, "t/a", 2);
        received("s", "p", 1, "t/a", 2, false);
        received("s", "p", 1, "t/a", 2, true);
        assertThat(rules()).containsExactly(Rule.DOUBLED);
    }

    @Test
    void qos_1_twice_needs_dup() {
        subscribed("s", "t/#", 1);
        published("p", 1, "t/a", 1);
        received("s", "p", 1, "t/a", 1, false);
        received("s", "p", 1, "t/a", 1, true);
        assertThat(rules()).isEmpty();
        received("s", "p", 1, "t/a", 1, false);
        assertThat(rules()).containsExactly(Rule.DUP_MISSING);
    }

    @Test
    void qos_1_sent_twice_may_arrive_twice() {
        subscribed("s", "t/#", 1);
        sent("p", 1, "t/a", 1);
        add(new Fact.Sent(new MessageId("p", 1), plain("t/a", 1), true));
        acknowledged("p", 1);
        received("s", "p", 1, "t/a", 1, false);
        received("s", "p", 1, "t/a", 1, false);
        assertThat(rules()).isEmpty();
    }

    @Test
    void qos_2_sent_twice_is_one_message_for_a_qos_1_subscriber_too() {
        subscribed("s", "t/#", 1);
        sent("p", 1, "t/a", 2);
        add(new Fact.Sent(new MessageId("p", 1), plain("t/a", 2), true));
        acknowledged("p", 1);
        received("s", "p", 1, "t/a", 1, false);
        received("s", "p", 1, "t/a", 1, false);
        assertThat(rules()).containsExactly(Rule.DUP_MISSING);
    }

    @Test
    void a_will_twice_is_doubled_and_none_is_fine_unless_it_was_owed() {
        subscribed("s", "w/#", 2);
        MessageId will = new MessageId("w", 1);
        add(new Fact.Sent(will, new Sending("w/1", 2, Kind.WILL, 0), false));
        assertThat(rules()).isEmpty();
        add(new Fact.Acknowledged(will));
        assertThat(rules()).containsExactly(Rule.LOST);
        received("s", "w", 1, "w/1", 2, false);
        assertThat(rules()).isEmpty();
        received("s", "w", 1, "w/1", 2, false);
        assertThat(rules()).containsExactly(Rule.DOUBLED);
    }

    // order

    @Test
    void first_deliveries_out_of_order_are_seen_and_later_ones_do_not_count() {
        subscribed("s", "t/#", 1);
        published("p", 1, "t/a", 1);
        published("p", 2, "t/a", 1);
        received("s", "p", 1, "t/a", 1, false);
        received("s", "p", 2, "t/a", 1, false);
        received("s", "p", 1, "t/a", 1, true);
        assertThat(rules()).isEmpty();
        published("p", 3, "t/a", 1);
        published("p", 4, "t/a", 1);
        received("s", "p", 4, "t/a", 1, false);
        received("s", "p", 3, "t/a", 1, false);
        assertThat(rules()).containsExactly(Rule.REORDERED);
    }

    @Test
    void other_topics_and_other_qos_may_overtake() {
        subscribed("s", "t/#", 1);
        published("p", 1, "t/a", 2);
        published("p", 2, "t/b", 1);
        published("p", 3, "t/a", 1);
        received("s", "p", 3, "t/a", 1, false);
        received("s", "p", 2, "t/b", 1, false);
        received("s", "p", 1, "t/a", 1, false);
        assertThat(rules()).isEmpty();
    }

    // strays

    @Test
    void what_nobody_sent_or_subscribed_to_is_a_stray() {
        subscribed("s", "t/#", 1);
        received("s", "p", 1, "t/a", 1, false);
        assertThat(rules()).containsExactly(Rule.STRAY);
        published("p", 2, "u/a", 1);
        received("s", "p", 2, "u/a", 1, false);
        assertThat(rules()).containsExactly(Rule.STRAY, Rule.STRAY);
    }

    @Test
    void a_message_after_unsuback_is_a_stray() {
        subscribed("s", "t/#", 1);
        add(new Fact.Unsubscribing("s", "t/#"));
        add(new Fact.Unsubscribed("s", "t/#"));
        published("p", 1, "t/a", 1);
        received("s", "p", 1, "t/a", 1, false);
        assertThat(rules()).containsExactly(Rule.STRAY);
    }

    @Test
    void a_message_of_qos_2_may_be_given_to_who_subscribes_before_it_is_complete() {
        published("p", 1, "t/a", 2);
        subscribed("s", "t/#", 2);
        add(new Fact.Completed(new MessageId("p", 1)));
        received("s", "p", 1, "t/a", 2, false);
        assertThat(rules()).isEmpty();
        published("p", 2, "u/a", 2);
        add(new Fact.Completed(new MessageId("p", 2)));
        subscribed("s", "u/#", 2);
        received("s", "p", 2, "u/a", 2, false);
        assertThat(rules()).containsExactly(Rule.STRAY);
    }

    @Test
    void the_lower_qos_counts() {
        subscribed("s", "t/#", 1);
        published("p", 1, "t/a", 2);
        received("s", "p", 1, "t/a", 2, false);
        assertThat(rules()).containsExactly(Rule.WRONG_QOS);
    }

    // sessions

    @Test
    void a_kept_session_must_be_present_from_the_second_connack_on() {
        add(new Fact.Connected("c", false, false));
        add(new Fact.Connected("c", false, true));
        assertThat(rules()).isEmpty();
        add(new Fact.Connected("c", false, false));
        add(new Fact.Connected("clean", true, true));
        assertThat(rules()).containsExactly(Rule.SESSION_LOST, Rule.SESSION_STRAY);
    }

    // retained messages

    @Test
    void a_retained_message_older_than_the_acknowledged_one_is_wrong() {
        retained("p", 1, Kind.RETAINED);
        retained("p", 2, Kind.RETAINED);
        add(new Fact.Sent(new MessageId("p", 3), retain(Kind.RETAINED), false));
        asked("a", 2);
        asked("b", 3);
        assertThat(rules()).isEmpty();
        asked("c", 1);
        asked("d", 0);
        asked("e", 4);
        assertThat(rules())
                .containsExactly(Rule.RETAINED_WRONG, Rule.RETAINED_WRONG, Rule.RETAINED_WRONG);
    }

    @Test
    void a_cleared_topic_has_no_retained_message() {
        retained("p", 1, Kind.RETAINED);
        retained("p", 2, Kind.CLEARING);
        asked("a", 0);
        assertThat(rules()).isEmpty();
        asked("b", 1);
        assertThat(rules()).containsExactly(Rule.RETAINED_WRONG);
    }

    @Test
    void while_it_is_being_cleared_both_are_right() {
        retained("p", 1, Kind.RETAINED);
        add(new Fact.Sent(new MessageId("p", 2), retain(Kind.CLEARING), false));
        asked("a", 0);
        asked("b", 1);
        assertThat(rules()).isEmpty();
    }

    // delays

    @Test
    void a_delayed_message_may_come_late_but_not_early_and_not_never() {
        subscribed("s", "d/#", 2);
        delayed("p", 1);
        assertThat(rules()).containsExactly(Rule.LOST);
        nanos += 2_100 * MILLI;
        received("s", "p", 1, "d/a", 2, false);
        assertThat(rules()).isEmpty();
        delayed("p", 2);
        nanos += 1_900 * MILLI;
        received("s", "p", 2, "d/a", 2, false);
        assertThat(rules()).containsExactly(Rule.EARLY);
    }

    // steps

    private void add(Fact fact) {
        history.add(new History.Entry(nanos, fact));
    }

    private List<Rule> rules() {
        return Checker.check(history).stream().map(Violation::rule).toList();
    }

    private void subscribed(String client, String filter, int qos) {
        add(new Fact.Subscribing(client, filter, qos));
        add(new Fact.Subscribed(client, filter, qos));
    }

    private static Sending plain(String topic, int qos) {
        return new Sending(topic, qos, Kind.PLAIN, 0);
    }

    private void sent(String publisher, long number, String topic, int qos) {
        add(new Fact.Sent(new MessageId(publisher, number), plain(topic, qos), false));
    }

    private void acknowledged(String publisher, long number) {
        add(new Fact.Acknowledged(new MessageId(publisher, number)));
    }

    private void published(String publisher, long number, String topic, int qos) {
        sent(publisher, number, topic, qos);
        acknowledged(publisher, number);
    }

    private void delayed(String publisher, long number) {
        Sending how = new Sending("d/a", 2, Kind.DELAYED, 2_000);
        add(new Fact.Sent(new MessageId(publisher, number), how, false));
        acknowledged(publisher, number);
    }

    private static Sending retain(Kind kind) {
        return new Sending("r/1", 1, kind, 0);
    }

    private void retained(String publisher, long number, Kind kind) {
        add(new Fact.Sent(new MessageId(publisher, number), retain(kind), false));
        acknowledged(publisher, number);
    }

    private void asked(String client, long seen) {
        add(new Fact.RetainedAsked(client, "r/1"));
        add(new Fact.RetainedSeen(client, "r/1", seen));
    }

    private void received(
            String client, String publisher, long number, String topic, int qos, boolean dup) {
        add(new Fact.Received(client, new MessageId(publisher, number), topic, qos, dup, false));
    }
}
