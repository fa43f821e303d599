package io.robustmq.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.Severity;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventQueryParserTest {
    private static final Instant NOW = Instant.parse("2026-11-25T14:00:00Z");

    private static EventQueryParser.Parsed parse(String name, String... values) {
        return new EventQueryParser(
                        Map.of(name, List.of(values)),
                        written -> "--" + written.replace('_', '-'),
                        NOW,
                        ZoneId.of("Europe/Berlin"),
                        1000)
                .parse();
    }

    private static EventQuery right(String name, String... values) {
        if (parse(name, values) instanceof EventQueryParser.Right(EventQuery query)) {
            return query;
        }
        throw new AssertionError(parse(name, values));
    }

    @ParameterizedTest
    @CsvSource({
        "90s, 2026-11-25T13:58:30Z",
        "10m, 2026-11-25T13:50:00Z",
        "2h, 2026-11-25T12:00:00Z",
        "7d, 2026-11-18T14:00:00Z",
        "2026-11-25T01:02:03.5Z, 2026-11-25T01:02:03.500Z",
        "2026-11-25T01:02:03+02:00, 2026-11-24T23:02:03Z",
        "2026-11-25T01:02, 2026-11-25T00:02:00Z",
        "2026-11-25, 2026-11-24T23:00:00Z"
    })
    void a_time_is_ago_or_absolute_and_without_a_zone_it_is_the_askers(String text, Instant time) {
        assertThat(right("since", text).since()).isEqualTo(time);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "since | yesterday | --since must be a time such as 2026-11-25T14:00:00Z or 2026-11-25, or a time ago such as 90s, 10m, 2h or 7d, was \"yesterday\"",
                "level | fatal | --level must be debug, info, warn or error, was \"fatal\"",
                "limit | 1001 | --limit must be a whole number from 1 to 1000, was \"1001\"",
                "limit | 0 | --limit must be a whole number from 1 to 1000, was \"0\"",
                "limit | x | --limit must be a whole number from 1 to 1000, was \"x\"",
                "connection | -3 | --connection must be a whole number from 0 on, was \"-3\"",
                "event | Connection! | --event must be an event's name such as connection.closed or connection.*, was \"Connection!\"",
                "trace | abc | --trace must be 32 hex digits in lower case, was \"abc\"",
                "topic | a/b# | --topic must be a topic, or a filter with + and # for whole levels, was \"a/b#\"",
                "order | up | --order must be newest or oldest, was \"up\""
            })
    void what_is_wrong_is_said_with_the_option_what_is_allowed_and_the_value(
            String name, String value, String line) {
        assertThat(parse(name, value)).isEqualTo(new EventQueryParser.Wrong(line));
    }

    @Test
    void an_option_that_is_not_there_and_one_given_twice_are_refused() {
        assertThat(parse("client", "x").toString())
                .contains("unknown --client, there are --event, --level, --client-id");
        assertThat(parse("client_id", "x", "y").toString())
                .contains("--client-id may be given once, was 2");
        assertThat(parse("client_id", "").toString()).contains("--client-id must be a text");
    }

    @Test
    void without_options_it_is_everything_newest_first() {
        assertThat(right("level", "debug")).isEqualTo(EventQuery.ALL);
        assertThat(right("level", "WARN").level()).isEqualTo(Severity.WARN);
    }

    @Test
    void keys_are_those_of_exact_values_and_of_whole_categories() {
        assertThat(right("event", "connection.*", "session.ended").keys()).hasSize(1);
        assertThat(right("event", "connection.*", "session.ended").keys().getFirst()).hasSize(2);
        assertThat(right("event", "*.ended").keys()).isEmpty();
        assertThat(right("event", "con*").keys()).isEmpty();
        assertThat(right("topic", "a/+").keys()).isEmpty();
        assertThat(right("topic", "a/b").keys()).hasSize(1);
        assertThat(right("address", "[::1]:4000").keys())
                .usingRecursiveComparison()
                .isEqualTo(right("address", "0:0:0:0:0:0:0:1").keys());
    }

    @ParameterizedTest
    @CsvSource({
        "a/+, a/b, true",
        "a/+, a/b/c, false",
        "a/#, a, true",
        "a/#, a/b/c, true",
        "#, a, true",
        "#, $SYS/a, false",
        "+/b, /b, true",
        "$SYS/#, $SYS/a, true",
        "a/b, a/b, true",
        "a/b/+, a/b, false"
    })
    void filters_match_topics_as_in_mqtt(String filter, String topic, boolean matches) {
        assertThat(TopicPattern.of(filter).matches(topic)).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.7, 10.0.0.7:1, true",
        "10.0.0.7:1, 10.0.0.7:1, true",
        "10.0.0.7:2, 10.0.0.7:1, false",
        "::1, 0:0:0:0:0:0:0:1:51234, true",
        "[::1]:51234, 0:0:0:0:0:0:0:1:51234, true",
        "[::1]:5, 0:0:0:0:0:0:0:1:51234, false",
        "9f86d081884c7d65, 9f86d081884c7d65, true"
    })
    void addresses_match_with_or_without_the_port(String asked, String remote, boolean matches) {
        assertThat(PeerAddress.of(asked).matches(remote)).isEqualTo(matches);
    }
}
