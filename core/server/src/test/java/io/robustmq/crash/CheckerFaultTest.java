package io.robustmq.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.crash.Fact.Kind;
import io.robustmq.crash.Fact.Received;
import io.robustmq.crash.Fact.Sending;
import io.robustmq.crash.Violation.Rule;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** A long history of a broker that keeps its word, and the same with one fault anywhere in it. */
final class CheckerFaultTest {
    private static final int MESSAGES = 2_000;
    private static final int TRIES = 50;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);
    private final List<History.Entry> good = goodHistory();

    @Test
    void the_good_history_has_no_fault() {
        assertThat(Checker.check(good)).as("seed " + seed).isEmpty();
        assertThat(good).hasSizeGreaterThan(3 * MESSAGES);
    }

    @Test
    void one_message_lost_anywhere_is_found() {
        for (int i = 0; i < TRIES; i++) {
            Received lost = (Received) good.get(any(CheckerFaultTest::isFirst)).fact();
            List<History.Entry> bad = new ArrayList<>(good);
            bad.removeIf(entry ->
                    entry.fact() instanceof Received r
                            && r.message().equals(lost.message())
                            && r.client().equals(lost.client()));
            assertThat(rules(bad)).as("seed " + seed + " " + lost).containsExactly(Rule.LOST);
        }
    }

    @Test
    void one_message_doubled_anywhere_is_found() {
        for (int i = 0; i < TRIES; i++) {
            int at = any(CheckerFaultTest::isFirst);
            List<History.Entry> bad = new ArrayList<>(good);
            bad.add(at + 1 + random.nextInt(good.size() - at), good.get(at));
            assertThat(rules(bad))
                    .as("seed " + seed + " " + good.get(at))
                    .containsAnyOf(Rule.DOUBLED, Rule.DUP_MISSING)
                    .hasSize(1);
        }
    }

    @Test
    void two_messages_in_the_wrong_order_anywhere_are_found() {
        for (int i = 0; i < TRIES; i++) {
            int later = any(fact -> isFirst(fact) && previous((Received) fact) >= 0);
            int earlier = previous((Received) good.get(later).fact());
            List<History.Entry> bad = new ArrayList<>(good);
            bad.set(later, good.get(earlier));
            bad.set(earlier, good.get(later));
            assertThat(rules(bad)).as("seed " + seed + " " + later).contains(Rule.REORDERED);
        }
    }

    @Test
    void one_session_lost_anywhere_is_found() {
        int at =
                any(fact -> fact instanceof Fact.Connected connected && connected.sessionPresent());
        Fact.Connected connected = (Fact.Connected) good.get(at).fact();
        List<History.Entry> bad = new ArrayList<>(good);
        bad.set(
                at,
                new History.Entry(
                        good.get(at).nanos(),
                        new Fact.Connected(connected.client(), false, false)));
        assertThat(rules(bad)).as("seed " + seed).containsExactly(Rule.SESSION_LOST);
    }

    private static Set<Rule> rules(List<History.Entry> history) {
        Set<Rule> rules = new HashSet<>();
        Checker.check(history).forEach(violation -> rules.add(violation.rule()));
        return rules;
    }

    private static boolean isFirst(Fact fact) {
        return fact instanceof Received received && !received.dup();
    }

    private int any(Predicate<Fact> wanted) {
        int at;
        do {
            at = random.nextInt(good.size());
        } while (!wanted.test(good.get(at).fact()));
        return at;
    }

    /** The first delivery before this one of the same subscriber, publisher, topic and QoS. */
    private int previous(Received received) {
        int previous = -1;
        for (int i = 0; i < good.size(); i++) {
            if (good.get(i).fact() instanceof Received other
                    && !other.dup()
                    && other.client().equals(received.client())
                    && other.topic().equals(received.topic())
                    && other.message().publisher().equals(received.message().publisher())
                    && other.message().number() % 2 == received.message().number() % 2) {
                if (other.equals(received)) {
                    return previous;
                }
                previous = i;
            }
        }
        return -1;
    }

    /** QoS of odd numbers is 1, of even ones 2. */
    private List<History.Entry> goodHistory() {
        List<History.Entry> facts = new ArrayList<>();
        Map<String, Integer> subscribers = new LinkedHashMap<>();
        subscribers.put("one", 1);
        subscribers.put("two", 2);
        Map<String, Deque<Received>> waiting = new LinkedHashMap<>();
        subscribers.forEach((client, qos) -> {
            waiting.put(client, new ArrayDeque<>());
            add(facts, new Fact.Connected(client, false, false));
            add(facts, new Fact.Subscribing(client, "t/#", qos));
            add(facts, new Fact.Subscribed(client, "t/#", qos));
        });
        for (int number = 1; number <= MESSAGES; number++) {
            MessageId message = new MessageId("p" + random.nextInt(3), number);
            Sending how = new Sending("t/" + random.nextInt(3), 2 - number % 2, Kind.PLAIN, 0);
            add(facts, new Fact.Sent(message, how, false));
            add(facts, new Fact.Acknowledged(message));
            subscribers.forEach((client, granted) ->
                    Objects.requireNonNull(waiting.get(client))
                            .add(
                                    new Received(
                                            client,
                                            message,
                                            how.topic(),
                                            Math.min(how.qos(), granted),
                                            false,
                                            false)));
            waiting.values().forEach(queue -> deliver(facts, queue, random.nextInt(3)));
            if (random.nextInt(50) == 0) {
                add(facts, new Fact.Connected(random.nextBoolean() ? "one" : "two", false, true));
            }
        }
        waiting.values().forEach(queue -> deliver(facts, queue, queue.size()));
        return facts;
    }

    private void deliver(List<History.Entry> facts, Deque<Received> queue, int most) {
        for (int i = 0; i < most && !queue.isEmpty(); i++) {
            Received next = queue.removeFirst();
            add(facts, next);
            if (next.qos() == 1 && random.nextInt(10) == 0) {
                add(
                        facts,
                        new Received(next.client(), next.message(), next.topic(), 1, true, false));
            }
        }
    }

    private static void add(List<History.Entry> facts, Fact fact) {
        facts.add(new History.Entry(facts.size(), fact));
    }
}
