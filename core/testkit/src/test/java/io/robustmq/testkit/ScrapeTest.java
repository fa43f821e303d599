package io.robustmq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class ScrapeTest {
    private final Scrape scrape =
            new Scrape(
                    """
                    # HELP a_total Help with {braces} 3
                    # TYPE a_total counter
                    a_total{event="x",path="a\\"b, c=\\"d"} 2.0
                    a_total{event="y",path=""} 3 1700000000
                    plain +Inf
                    """);

    @Test
    void series_are_summed_over_the_labels_not_asked_for() {
        assertThat(scrape.sum("a_total")).isEqualTo(5);
        assertThat(scrape.sum("a_total", "event", "y")).isEqualTo(3);
        assertThat(scrape.sum("plain")).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void a_label_may_hold_quotes_and_commas() {
        assertThat(scrape.series().getFirst().labels()).containsEntry("path", "a\\\"b, c=\\\"d");
    }

    @Test
    void a_series_that_is_not_there_is_an_error_and_not_0() {
        assertThatThrownBy(() -> scrape.sum("a_total", "event", "z"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("no a_total");
    }
}
