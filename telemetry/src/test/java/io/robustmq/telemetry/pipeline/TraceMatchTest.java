package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.telemetry.event.TraceTarget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceMatchTest {
    @ParameterizedTest
    @CsvSource({
        "a/b, a/b, true",
        "a/b, a/b/c, false",
        "a/b, a, false",
        "a/b, a/, false",
        "a/+, a/b, true",
        "a/+, a/, true",
        "a/+, a, false",
        "a/+, a/b/c, false",
        "+/b, a/b, true",
        "a/#, a, true",
        "a/#, a/, true",
        "a/#, a/b/c, true",
        "a/#, ab, false",
        "#, a/b, true",
        "#, $SYS/x, false",
        "+/x, $SYS/x, false",
        "$SYS/#, $SYS/x, true",
        "+/+, /a, true",
        "+, a, true",
        "+, a/b, false",
        "a/+/c, a//c, true",
    })
    void a_filter_takes_the_topics_that_mqtt_says(String filter, String topic, boolean takes) {
        TraceMatch match = TraceMatch.of(TraceTarget.TOPIC, filter);
        assertThat(match.isTopic(topic)).isEqualTo(takes);
    }

    @Test
    void a_subscription_is_about_it_if_it_asks_for_no_more() {
        TraceMatch match = TraceMatch.of(TraceTarget.TOPIC, "a/#");
        assertThat(match.isFilterWithin("a/#")).isTrue();
        assertThat(match.isFilterWithin("a/+/c")).isTrue();
        assertThat(match.isFilterWithin("#")).isFalse();
        assertThat(match.isTopic("")).as("no topic").isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.7, 10.0.0.7:4711, true",
        "10.0.0.7, 10.0.0.70:4711, false",
        "10.0.0.7:4711, 10.0.0.7:4711, true",
        "10.0.0.7:4711, 10.0.0.7:4712, false",
        "::1, 0:0:0:0:0:0:0:1:4711, true",
        "[::1]:4711, 0:0:0:0:0:0:0:1:4711, true",
        "[::1], 0:0:0:0:0:0:0:1:4712, true",
        "10.0.0.7, '', false",
    })
    void an_address_is_with_or_without_port(String asked, String address, boolean is) {
        TraceMatch match = TraceMatch.of(TraceTarget.ADDRESS, asked);
        assertThat(match.isAddress(address)).isEqualTo(is);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/#/b", "a+", "#a", "a/b#", ""})
    void what_is_no_filter_is_refused(String text) {
        assertThatThrownBy(() -> TraceMatch.of(TraceTarget.TOPIC, text))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "10.0.0.256", "10.0.0.7:", "10.0.0.7:x", "a:1"})
    void what_is_no_address_is_refused_and_not_looked_up(String text) {
        assertThatThrownBy(() -> TraceMatch.of(TraceTarget.ADDRESS, text))
                .hasMessageContaining("must be an IP address");
    }
}
