package io.robustmq.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.dashboards.PromQl.Grouping;
import io.robustmq.dashboards.PromQl.LabelMatcher;
import io.robustmq.dashboards.PromQl.Selector;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromQlTest {
    private static Selector plain(String metric) {
        return new Selector(metric, List.of());
    }

    @Test
    void selectors_come_with_their_matchers() {
        PromQl.Reads reads = PromQl.read("rate(a_total{x=\"1\",y!~'b|c'}[5m] offset 1h) > 0.5");

        assertThat(reads.selectors())
                .containsExactly(
                        new Selector(
                                "a_total",
                                List.of(
                                        new LabelMatcher("x", "=", "1"),
                                        new LabelMatcher("y", "!~", "b|c"))));
        assertThat(reads.groupings()).isEmpty();
    }

    @Test
    void a_grouping_is_of_what_it_aggregates_only() {
        PromQl.Reads reads =
                PromQl.read("sum by (le, x) (rate(a[1m])) / sum(b) without (y) + count(c)");

        assertThat(reads.selectors()).containsExactly(plain("a"), plain("b"), plain("c"));
        assertThat(reads.groupings())
                .containsExactly(
                        new Grouping(List.of("le", "x"), List.of(plain("a"))),
                        new Grouping(List.of("y"), List.of(plain("b"))));
    }

    @Test
    void labels_that_sides_are_matched_by_are_of_both_sides() {
        PromQl.Reads reads = PromQl.read("a * on (x) group_left (y) b");

        assertThat(reads.groupings())
                .containsExactly(new Grouping(List.of("x", "y"), List.of(plain("a"), plain("b"))));
    }

    @Test
    void functions_operators_and_numbers_are_no_metrics() {
        PromQl.Reads reads =
                PromQl.read(
                        "topk(3, -sum(a) ^ 2e3) and on () absent(b) == bool Inf"
                                + " unless {__name__=\"c\"} or time() - d[5m:1m] @ end() # e");

        assertThat(reads.selectors())
                .containsExactly(
                        plain("a"),
                        plain("b"),
                        new Selector("", List.of(new LabelMatcher("__name__", "=", "c"))),
                        plain("d"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sum(a", "a{x=1}", "a b", "rate(a[5m)", "a + ", "a ? b"})
    void what_is_no_query_is_refused(String query) {
        assertThatThrownBy(() -> PromQl.read(query)).isInstanceOf(IllegalArgumentException.class);
    }
}
