package io.robustmq.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class EventLinesTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final byte[] EVENT =
            ("{\"seq\":7,\"time\":\"2026-11-25T10:00:00.123456Z\",\"event\":\"connection.refused\",\"level\":\"warn\","
                            + "\"service\":\"mqtt-broker\",\"node_id\":\"n1\",\"suppressed\":3,\"protocol\":\"mqtt/5.0\","
                            + "\"connection_id\":4,\"client_id\":\"a b\\n\\u001b[31m\\u202e\",\"reason_code\":135}")
                    .getBytes(StandardCharsets.UTF_8);

    private static String line(EventLines.Format format, boolean colours) throws IOException {
        return new EventLines(format, colours, BERLIN).line(EVENT);
    }

    @Test
    void a_table_has_local_time_level_event_and_what_is_of_its_own() throws Exception {
        assertThat(line(EventLines.Format.TABLE, false))
                .isEqualTo(
                        "11-25 11:00:00.123 WARN  connection.refused             client_id=\"a b\\n\\u001b[31m\\u202e\""
                                + " suppressed=3 connection_id=4 reason_code=135");
    }

    @Test
    void a_level_is_coloured_if_asked_for_and_what_a_client_sent_never_is() throws Exception {
        String line = line(EventLines.Format.TABLE, true);
        assertThat(line).contains("\u001b[33mWARN\u001b[0m").doesNotContain("\u001b[31m");
    }

    @Test
    void logfmt_has_every_field_and_json_is_as_it_was() throws Exception {
        assertThat(line(EventLines.Format.LOGFMT, true))
                .startsWith(
                        "seq=7 time=2026-11-25T10:00:00.123456Z event=connection.refused level=warn")
                .endsWith("reason_code=135")
                .contains("client_id=\"a b\\n\\u001b[31m\\u202e\"");
        assertThat(line(EventLines.Format.JSON, true))
                .isEqualTo(new String(EVENT, StandardCharsets.UTF_8));
    }
}
