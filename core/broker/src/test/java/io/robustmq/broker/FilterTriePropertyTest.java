package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.protocol.Topics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The tree of filters against the plainest reading of MQTT 5, 4.7 and 4.8.2. */
class FilterTriePropertyTest {
    private record Value(String client, String filter) {}

    /** One client subscribes, or takes it back. */
    record Step(String client, String filter, boolean adds) {}

    @Provide
    Arbitrary<String> topics() {
        return levels("a", "b", "", "$SYS", "$share", "$exclusive", "é", " ", "a b")
                .filter(Topics::isValidTopic);
    }

    @Provide
    Arbitrary<String> filters() {
        Arbitrary<String> plain =
                Combinators.combine(
                                levels("a", "b", "+", "", "$SYS", "+", "é", " ", "a b"),
                                Arbitraries.of("", "", "/#"))
                        .as((levels, end) -> levels + end);
        Arbitrary<String> all =
                Arbitraries.oneOf(plain, Arbitraries.of("#", "+/#", "/#", "$SYS/#"));
        Arbitrary<String> prefix =
                Arbitraries.of("", "", "", "$share/g/", "$share/h/", "$exclusive/");
        return Combinators.combine(prefix, all)
                .as((before, filter) -> before + filter)
                .filter(Topics::isValidFilter)
                .filter(filter -> FilterForm.problem(filter) == null);
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.of("c1", "c2", "c3"),
                        filters(),
                        Arbitraries.of(true, true, false))
                .as(Step::new)
                .list()
                .ofMaxSize(60);
    }

    private static Arbitrary<String> levels(String... names) {
        return Arbitraries.of(names)
                .list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .map(levels -> String.join("/", levels));
    }

    @Property(tries = 3000)
    void whoever_comes_and_goes_those_are_found_whose_filters_match(
            @ForAll("steps") List<Step> steps, @ForAll("topics") String topic) {
        FilterTrie<Value> trie = new FilterTrie<>(value -> value.client() + value.filter());
        Map<String, Value> all = new LinkedHashMap<>();
        for (Step step : steps) {
            String owner = step.client + step.filter;
            String topics = FilterForm.of(step.filter).topics();
            if (step.adds) {
                Value value = new Value(step.client, step.filter);
                assertThat(trie.put(topics, value)).isEqualTo(all.put(owner, value));
            } else {
                assertThat(trie.remove(topics, owner)).isEqualTo(all.remove(owner));
            }
        }
        List<Value> found = new ArrayList<>();
        trie.match(topic, found);

        assertThat(found)
                .containsExactlyInAnyOrderElementsOf(
                        all.values().stream().filter(each -> matches(each.filter, topic)).toList());
    }

    @Property(tries = 3000)
    void a_filter_is_its_prefix_and_its_topics(@ForAll("filters") String filter) {
        Map<String, String> prefixes = new HashMap<>();
        switch (FilterForm.of(filter)) {
            case FilterForm.Ordinary(String topics) -> prefixes.put("", topics);
            case FilterForm.Exclusive(String topics) -> prefixes.put("$exclusive/", topics);
            case FilterForm.Group(String name, String topics) ->
                    prefixes.put("$share/" + name + "/", topics);
        }
        prefixes.forEach((prefix, topics) -> assertThat(prefix + topics).isEqualTo(filter));
        assertThat(FilterForm.groupOf(filter))
                .isEqualTo(filter.startsWith("$share/") ? filter.split("/", -1)[1] : "");
    }

    /** Level by level, from the specification's words. */
    private static boolean matches(String filter, String topic) {
        List<String> wanted = Arrays.asList(filter.split("/", -1));
        if (wanted.getFirst().equals("$share")) {
            wanted = wanted.subList(2, wanted.size());
        } else if (wanted.getFirst().equals("$exclusive")) {
            wanted = wanted.subList(1, wanted.size());
        }
        boolean wildcardFirst = wanted.getFirst().equals("+") || wanted.getFirst().equals("#");
        return !(topic.startsWith("$") && wildcardFirst)
                && matches(wanted, Arrays.asList(topic.split("/", -1)));
    }

    private static boolean matches(List<String> wanted, List<String> levels) {
        if (wanted.isEmpty()) {
            return levels.isEmpty();
        }
        String first = wanted.getFirst();
        if (first.equals("#")) {
            return true; // the parent level too
        }
        return !levels.isEmpty()
                && (first.equals("+") || first.equals(levels.getFirst()))
                && matches(wanted.subList(1, wanted.size()), levels.subList(1, levels.size()));
    }
}
