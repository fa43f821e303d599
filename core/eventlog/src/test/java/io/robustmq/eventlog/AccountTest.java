package io.robustmq.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AccountTest {
    private static final Instant BEGIN = Instant.parse("2026-11-25T10:00:00Z");
    private static final Evidence WHOLE =
            new Evidence(new Evidence.Kept(0, BEGIN), "", false, null);

    private final List<EventFields> events = new ArrayList<>();

    private void add(String event, String level, String more) throws IOException {
        String json =
                "{\"seq\":%d,\"time\":\"%s\",\"event\":\"%s\",\"level\":\"%s\",\"suppressed\":0,\"protocol\":\"mqtt/5.0\",\"client_id\":\"kitchen\"%s}"
                        .formatted(
                                events.size(),
                                BEGIN.plusSeconds(events.size()),
                                event,
                                level,
                                more);
        events.add(EventFields.of(json.getBytes(StandardCharsets.UTF_8)));
    }

    private static String text(Account account) {
        return String.join("\n", account.lines());
    }

    @Test
    void a_clients_life_is_told_in_order_with_the_reason_of_each_end() throws Exception {
        add(
                "connection.accepted",
                "info",
                ",\"connection_id\":7,\"remote_addr\":\"10.0.0.1:4\",\"keep_alive_seconds\":60,\"session_present\":false");
        add(
                "subscription.refused",
                "warn",
                ",\"topic_filter\":\"$SYS/events/#\",\"reason_code\":135,\"detail\":\"only admins\"");
        add(
                "message.dropped",
                "warn",
                ",\"topic_name\":\"a/b\",\"qos\":0,\"reason\":\"slow_consumer\"");
        add(
                "message.dropped",
                "warn",
                ",\"topic_name\":\"a/b\",\"qos\":0,\"reason\":\"slow_consumer\"");
        add(
                "connection.keep_alive_expired",
                "warn",
                ",\"connection_id\":7,\"keep_alive_seconds\":60,\"idle_millis\":90012");
        add(
                "connection.closed",
                "info",
                ",\"connection_id\":7,\"ending\":\"keep_alive_timeout\",\"reason_code\":141,\"connected_millis\":1210000");

        String text = text(ClientAccount.of("kitchen", events, WHOLE, ZoneOffset.UTC));

        assertThat(text)
                .startsWith("Client kitchen, 2026-11-25 10:00:00.000 to 2026-11-25 10:00:05.000:\n")
                .contains(
                        "  1 connection accepted; ended because nothing came within its keep alive (1)\n")
                .contains("  messages for it dropped, at least: slow consumer (2)\n")
                .contains(
                        "10:00:00.000   connection 7 from 10.0.0.1:4 was accepted (mqtt/5.0, keep alive 60 s, session new)\n")
                .contains(
                        "10:00:01.000 ! its subscription to $SYS/events/# was refused (reason code 0x87): only admins\n")
                .contains(
                        "10:00:02.000 ! a message on a/b for kitchen was dropped: slow consumer, and 1 more like this\n")
                .contains(
                        "10:00:04.000 ! connection 7: nothing came for 1 min 30 s, its keep alive is 60 s\n")
                .contains(
                        "cause: Nothing came from the client for one and a half times its keep alive.\n")
                .contains("to do: Check the client and the network between")
                .contains(
                        "10:00:05.000   connection 7 ended after 20 min 10 s: nothing came within its keep alive (reason code 0x8D)\n")
                .contains("What is not known:\n- each single message")
                .doesNotContain("retention", "suppressed", "how connection");
    }

    @Test
    void it_says_what_evidence_is_missing() throws Exception {
        add(
                "connection.closed",
                "info",
                ",\"connection_id\":3,\"ending\":\"peer_closed\",\"connected_millis\":5");
        for (int i = 0; i < 3; i++) {
            add(
                    "connection.taken_over",
                    "warn",
                    ",\"connection_id\":%d,\"new_connection_id\":%d".formatted(i, i + 1));
        }
        add(
                "connection.accepted",
                "info",
                ",\"connection_id\":9,\"remote_addr\":\"10.0.0.1:4\",\"keep_alive_seconds\":0,\"session_present\":true");
        EventFields last = events.removeLast();
        Map<String, String> all = new LinkedHashMap<>(last.all());
        all.put("suppressed", "14");
        events.add(new EventFields(all, last.texts()));
        Evidence evidence = new Evidence(new Evidence.Kept(100, BEGIN), "120-123", true, null);

        String text = text(ClientAccount.of("kitchen", events, evidence, ZoneOffset.UTC));

        assertThat(text)
                .contains("it looks as if two clients share this identifier")
                .contains("- how these connections began: 3\n")
                .contains("- how connection 9 ends: it is open, or the node was killed\n")
                .contains("- what was before 2026-11-25 10:00:00.000: retention removed it\n")
                .contains("- what was before the events above: there are more, ask with --since\n")
                .contains("- events 120-123 cannot be read: damaged, or removed\n")
                .contains("- 14 more occurrences of these events were left out (suppressed)");
    }

    @Test
    void of_a_client_that_no_event_names_it_says_so() {
        String text = text(ClientAccount.of("a\nb", List.of(), WHOLE, ZoneOffset.UTC));
        assertThat(text)
                .startsWith("Client \"a\\nb\": no event names it.\n")
                .contains("events.hash-identities");
    }

    @Test
    void a_message_is_followed_to_each_subscriber_and_what_is_missing_is_counted()
            throws Exception {
        add(
                "message.published",
                "info",
                ",\"topic_name\":\"a/b\",\"qos\":1,\"payload_bytes\":12,\"deliveries\":3");
        add(
                "message.delivered",
                "info",
                ",\"topic_name\":\"a/b\",\"qos\":1,\"latency_micros\":841");
        List<EventFields> trace = List.copyOf(events);
        add(
                "message.dropped",
                "warn",
                ",\"topic_name\":\"a/b\",\"qos\":1,\"reason\":\"queue_full\"");
        List<EventFields> drops = List.of(events.getLast());

        String text = text(MessageAccount.of("4bf9", trace, drops, WHOLE, ZoneOffset.UTC));

        assertThat(text)
                .contains("kitchen published to a/b (QoS 1, 12 bytes), for 3 clients at once\n")
                .contains("it was sent to kitchen on a/b (QoS 1) after 841 µs\n")
                .contains("perhaps this message:\n")
                .contains("was dropped: queue full\n")
                .contains("- what became of 2 of 3 deliveries");
        assertThat(text(MessageAccount.of("4bf9", List.of(), List.of(), WHOLE, ZoneOffset.UTC)))
                .contains("no event belongs to it")
                .contains("tracing.ratio");
    }
}
