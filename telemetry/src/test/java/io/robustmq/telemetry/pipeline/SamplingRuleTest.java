package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SamplingRuleTest {
    private static final int ANY = SamplingRule.ANY_QOS;

    @Test
    void what_is_not_said_fits_all() {
        assertThat(SamplingRule.read("ratio=0.25"))
                .isEqualTo(new SamplingRule(null, null, ANY, 0.25));
        assertThat(SamplingRule.read(" client=meter-*  topic=a/+ qos=2 ratio=1 "))
                .isEqualTo(new SamplingRule("a/+", "meter-*", 2, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "topic=a",
                "ratio",
                "ratio=",
                "ratio=2",
                "ratio=-1",
                "ratio=NaN",
                "ratio=1 ratio=1",
                "qos=3 ratio=1",
                "topic=a/#/b ratio=1",
                "client= ratio=1",
                "user=x ratio=1"
            })
    void what_is_written_otherwise_is_none(String text) {
        assertThat(SamplingRule.read(text)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ratio=0",
                "ratio=0.00001",
                "client=c ratio=0.25",
                "topic=a/+ client=meter-* qos=2 ratio=1"
            })
    void as_text_it_is_as_it_was_written(String text) {
        SamplingRule rule = Objects.requireNonNull(SamplingRule.read(text));
        assertThat(rule.text()).isEqualTo(text);
    }

    @Test
    void all_of_it_must_fit() {
        SamplingRule rule = new SamplingRule("a/+", "meter-*", 1, 1);
        assertThat(rule.fits("meter-1", "a/b", 1)).isTrue();
        assertThat(rule.fits("meter-", "a/b", 1)).isTrue();
        assertThat(rule.fits("meter", "a/b", 1)).isFalse();
        assertThat(rule.fits("meter-1", "b/b", 1)).isFalse();
        assertThat(rule.fits("meter-1", "a/b", 2)).isFalse();
        assertThat(new SamplingRule(null, "c", ANY, 1).fits("c", "", ANY)).isTrue();
        assertThat(new SamplingRule("#", null, ANY, 1).fits("c", "", ANY))
                .as("a connect has no topic")
                .isFalse();
        assertThat(new SamplingRule(null, null, 0, 1).fits("c", "", ANY)).isFalse();
    }
}
