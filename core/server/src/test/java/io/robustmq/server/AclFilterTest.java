package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.protocol.Topics;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class AclFilterTest {
    private static final List<String> NAMES = List.of("a", "b", "", "$s");

    /** Of one to three levels. */
    private static final List<String> FILTERS = filters();

    /**
     * Of one to four levels, with a name that no filter has. The empty topic is among them, which
     * nobody can publish to: as if one could, {@code /#} is more than {@code /+/#}.
     */
    private static final List<String> TOPICS = topics();

    @Test
    void a_rule_covers_a_filter_if_it_matches_every_topic_that_the_filter_matches() {
        compare(
                (matchedByRule, matchedByFilter) -> {
                    BitSet left = (BitSet) matchedByFilter.clone();
                    left.andNot(matchedByRule);
                    return left.isEmpty();
                },
                AclFilter::covers);
    }

    @Test
    void a_rule_overlaps_a_filter_if_there_is_a_topic_that_both_match() {
        compare(BitSet::intersects, AclFilter::overlaps);
    }

    @Test
    void a_topic_is_covered_by_the_filters_that_match_it() {
        for (String topic : TOPICS) {
            AclFilter taken = AclFilter.ofTopic(topic);
            for (String filter : FILTERS) {
                boolean matches = Topics.matches(filter, topic);
                assertThat(AclFilter.of(filter).covers(taken))
                        .as("%s covers %s", filter, topic)
                        .isEqualTo(matches);
                assertThat(AclFilter.of(filter).overlaps(taken))
                        .as("%s overlaps %s", filter, topic)
                        .isEqualTo(matches);
            }
        }
    }

    @Test
    void of_a_shared_or_exclusive_subscription_the_filter_inside_counts() {
        assertThat(covers("jobs/#", "$share/g/jobs/+")).isTrue();
        assertThat(covers("jobs/#", "$share/g/other")).isFalse();
        assertThat(covers("jobs/#", "$share/g/#")).isFalse();
        assertThat(covers("jobs/#", "$exclusive/jobs/1")).isTrue();
        assertThat(covers("jobs/#", "$exclusive/other")).isFalse();
        assertThat(AclFilter.of("secret/#").overlaps(AclFilter.of("$share/g/#"))).isTrue();
    }

    @Test
    void a_rule_for_a_group_is_for_members_of_it_only() {
        assertThat(covers("$share/g/jobs/#", "$share/g/jobs/1")).isTrue();
        assertThat(covers("$share/g/jobs/#", "$share/h/jobs/1")).isFalse();
        assertThat(covers("$share/g/jobs/#", "jobs/1")).isFalse();
        assertThat(covers("$share/+/jobs/#", "$share/h/jobs/1")).isTrue();
        assertThat(covers("$share/+/jobs/#", "jobs/1")).isFalse();
    }

    private static boolean covers(String rule, String filter) {
        return AclFilter.of(rule).covers(AclFilter.of(filter));
    }

    private interface Naive {
        boolean of(BitSet matchedByRule, BitSet matchedByFilter);
    }

    private interface Ours {
        boolean of(AclFilter rule, AclFilter filter);
    }

    /** Every pair of filters, with every topic that could make a difference. */
    private static void compare(Naive naive, Ours ours) {
        List<BitSet> matched = FILTERS.stream().map(AclFilterTest::matchedBy).toList();
        int agreed = 0;
        for (int rule = 0; rule < FILTERS.size(); rule++) {
            for (int filter = 0; filter < FILTERS.size(); filter++) {
                String one = FILTERS.get(rule);
                String other = FILTERS.get(filter);
                assertThat(ours.of(AclFilter.of(one), AclFilter.of(other)))
                        .as("rule %s, filter %s", one, other)
                        .isEqualTo(naive.of(matched.get(rule), matched.get(filter)));
                agreed++;
            }
        }
        assertThat(agreed).isGreaterThan(10_000);
    }

    private static BitSet matchedBy(String filter) {
        BitSet matched = new BitSet(TOPICS.size());
        for (int i = 0; i < TOPICS.size(); i++) {
            matched.set(i, Topics.matches(filter, TOPICS.get(i)));
        }
        return matched;
    }

    private static List<String> filters() {
        List<String> inner = new ArrayList<>(NAMES);
        inner.add("+");
        List<String> last = new ArrayList<>(inner);
        last.add("#");
        List<String> all = new ArrayList<>(last);
        for (String first : inner) {
            for (String second : last) {
                all.add(first + "/" + second);
            }
            for (String second : inner) {
                for (String third : last) {
                    all.add(first + "/" + second + "/" + third);
                }
            }
        }
        all.removeIf(String::isEmpty);
        return all;
    }

    private static List<String> topics() {
        List<String> names = new ArrayList<>(NAMES);
        names.add("other");
        names.add("$other");
        List<String> all = new ArrayList<>();
        List<String> longest = names;
        for (int levels = 1; levels <= 4; levels++) {
            all.addAll(longest);
            List<String> longer = new ArrayList<>();
            for (String topic : longest) {
                for (String name : names) {
                    longer.add(topic + "/" + name);
                }
            }
            longest = longer;
        }
        return all;
    }
}
