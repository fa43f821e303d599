package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.testkit.Mqtt5;
import org.junit.jupiter.api.Test;

class ReasonStringsTest {
    private static final int PACKET = 10;

    /** Property length in two bytes at most, identifier, length: and so 6 with the text's own. */
    private static final int OVERHEAD = 6;

    @Test
    @Mqtt5({"MQTT-3.11.2-1", "MQTT-3.11.2-2"})
    void one_that_does_not_fit_is_left_out_of_any_packet() {
        ReasonStrings strings = new ReasonStrings(true, PACKET + OVERHEAD + 4);
        assertThat(strings.answer("four", PACKET)).isEqualTo("four");
        assertThat(strings.answer("seven", PACKET)).isNull();
        assertThat(strings.answer("éé", PACKET)).isEqualTo("éé");
        assertThat(strings.answer("ééé", PACKET)).isNull();
    }

    @Test
    void who_wants_none_in_answers_has_them_with_connack_and_disconnect() {
        ReasonStrings strings = new ReasonStrings(false, Long.MAX_VALUE);
        assertThat(strings.answer("why", PACKET)).isNull();
        assertThat(strings.farewell("why", PACKET)).isEqualTo("why");
    }

    @Test
    void long_ones_are_shortened() {
        ReasonStrings strings = new ReasonStrings(true, Long.MAX_VALUE);
        assertThat(strings.answer("x".repeat(1000), PACKET)).hasSize(120);
        assertThat(strings.answer("", PACKET)).isNull();
        assertThat(strings.answer(null, PACKET)).isNull();
    }
}
