package io.robustmq.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.testkit.Mqtt3;
import io.robustmq.testkit.Mqtt5;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#",
                "+",
                "/",
                "a",
                "a/#",
                "a/+",
                "+/a/#",
                "/#",
                "a//b",
                "+/+",
                " ",
                "$SYS/#",
                "$share/g/#",
                "$share/g//finance",
                "$share/g/a/+/b",
                "$shared"
            })
    @Mqtt3({"MQTT-4.7.1-2", "MQTT-4.7.1-3"})
    @Mqtt5({"MQTT-4.7.1-1", "MQTT-4.7.1-2", "MQTT-4.8.2-1", "MQTT-4.8.2-2"})
    void is_a_filter(String filter) {
        assertThat(Topics.isValidFilter(filter)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a#",
                "a/#/b",
                "#/a",
                "a+",
                "+a",
                "a/+b/c",
                "a/b+",
                "##",
                "a\0",
                "$share/",
                "$share/g",
                "$share/g/",
                "$share//a",
                "$share/g+/a",
                "$share/#/a",
                "$share/g/a#"
            })
    @Mqtt3({"MQTT-4.7.1-2", "MQTT-4.7.1-3"})
    @Mqtt5({"MQTT-4.7.1-1", "MQTT-4.7.1-2", "MQTT-4.8.2-1", "MQTT-4.8.2-2"})
    void is_not_a_filter(String filter) {
        assertThat(Topics.isValidFilter(filter)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "/", "a//", " ", "$SYS/a", "sport/tennis"})
    void is_a_topic(String topic) {
        assertThat(Topics.isValidTopic(topic)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/+", "#", "a\0b"})
    @Mqtt3({"MQTT-4.7.1-1", "MQTT-4.7.3-2"})
    @Mqtt5({"MQTT-4.7.0-1", "MQTT-4.7.3-2"})
    void is_not_a_topic(String topic) {
        assertThat(Topics.isValidTopic(topic)).isFalse();
    }

    @Test
    @Mqtt3("MQTT-4.7.3-3")
    @Mqtt5("MQTT-4.7.3-3")
    void a_topic_has_at_most_65535_bytes() {
        assertThat(Topics.isValidTopic("a".repeat(65_535))).isTrue();
        assertThat(Topics.isValidTopic("a".repeat(65_536))).isFalse();
        assertThat(Topics.isValidTopic("€".repeat(21_845))).isTrue();
        assertThat(Topics.isValidTopic("€".repeat(21_846))).isFalse();
    }

    /** The examples of MQTT 5, 4.7. */
    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource({
        "sport/tennis/player1/#, sport/tennis/player1, true",
        "sport/tennis/player1/#, sport/tennis/player1/ranking, true",
        "sport/tennis/player1/#, sport/tennis/player1/score/wimbledon, true",
        "sport/#, sport, true",
        "#, a/b, true",
        "sport/tennis/+, sport/tennis/player1, true",
        "sport/tennis/+, sport/tennis/player1/ranking, false",
        "sport/+, sport, false",
        "sport/+, sport/, true",
        "+/+, /finance, true",
        "/+, /finance, true",
        "+, /finance, false",
        "#, $SYS/a, false",
        "+/monitor/Clients, $SYS/monitor/Clients, false",
        "$SYS/#, $SYS/a, true",
        "$SYS/monitor/+, $SYS/monitor/Clients, true",
        "ACCOUNTS, Accounts, false",
        "a/b, a/b/c, false",
        "a/b/c, a/b, false"
    })
    void matches(String filter, String topic, boolean expected) {
        assertThat(Topics.matches(filter, topic)).isEqualTo(expected);
    }
}
