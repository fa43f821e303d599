package io.robustmq.broker;

import static io.robustmq.broker.TestBroker.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Options;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.AuthenticationEvent;
import io.robustmq.telemetry.event.Tracing;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(ints = {1, 2})
class SysTopicsTest {
    private static final String NODE = "$SYS/brokers/n1/";

    @Parameter int loops;
    private @Nullable TestBroker opened;

    private TestBroker broker(Duration interval) throws IOException {
        SysSettings sys = new SysSettings(interval, "n1", "1.2.3");
        Authenticator believing =
                credentials -> {
                    String given = credentials.userName();
                    String userName = given == null ? "" : given;
                    return new Authenticator.Granted(
                            new Identity(
                                    AuthenticationEvent.Method.PASSWORD,
                                    userName,
                                    userName.equals("admin"),
                                    ""));
                };
        TestBroker made =
                TestBroker.open(TestBroker.with(settings(loops), sys), believing, Tracing.OFF);
        opened = made;
        return made;
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
    }

    private static Map<String, String> told(RawClient client) throws IOException {
        Map<String, String> told = new HashMap<>();
        for (RawClient.Packet each : client.untilPong()) {
            RawClient.Message message = client.message(each);
            told.put(message.topic(), message.payload());
        }
        return told;
    }

    @Test
    void the_last_figures_come_with_the_subscription_and_new_ones_each_interval() throws Exception {
        TestBroker broker = broker(Duration.ofSeconds(60));
        try (RawClient client = broker.connected("c1");
                RawClient publisher = broker.connected("p")) {
            publisher.published("t", "x", 1, 1);
            client.subscribe("$SYS/#", 1);
            assertThat(told(client))
                    .containsEntry("$SYS/brokers", "n1")
                    .containsEntry(NODE + "version", "1.2.3")
                    .containsEntry(NODE + "uptime", "0")
                    .containsEntry(NODE + "datetime", "2026-01-01T00:00:00Z")
                    .containsEntry(NODE + "metrics/messages/received", "0");
            broker.advance(Duration.ofSeconds(59));
            assertThat(told(client)).isEmpty();
            broker.advance(Duration.ofSeconds(1));
            assertThat(told(client))
                    .containsEntry(NODE + "uptime", "60")
                    .containsEntry(NODE + "stats/live_connections/count", "2")
                    .containsEntry(NODE + "stats/subscriptions/count", "1")
                    .containsEntry(NODE + "metrics/messages/received", "1")
                    .containsEntry(NODE + "metrics/messages/qos1/received", "1");
            client.subscribe(NODE + "stats/+/count", 0);
            assertThat(client.untilPong())
                    .hasSize(7)
                    .allMatch(each -> client.message(each).retain());
        }
    }

    @Test
    void they_are_not_for_who_subscribes_to_everything_and_may_be_off() throws Exception {
        TestBroker broker = broker(Duration.ZERO);
        try (RawClient client = broker.connected("c1")) {
            client.subscribe("#", 0);
            client.subscribe("$SYS/brokers/#", 0);
            broker.advance(Duration.ofDays(1));
            assertThat(client.untilPong()).isEmpty();
        }
    }

    @Test
    void nobody_publishes_there_and_nothing_of_it_is_kept() throws Exception {
        TestBroker broker = broker(Duration.ofSeconds(60));
        try (RawClient client = broker.connected("c1")) {
            assertThat(client.published(NODE + "version", "9", 1, 1))
                    .isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(broker.broker.measures().retainedMessages()).isZero();
        }
    }

    @Test
    void who_comes_and_goes_is_told_to_admins_only() throws Exception {
        TestBroker broker = broker(Duration.ofSeconds(60));
        try (RawClient admin = broker.client();
                RawClient other = broker.connected("other")) {
            Options options = new Options();
            options.userName = "admin";
            options.password = "x";
            admin.connect("admin", options);
            admin.subscribe("$SYS/brokers/+/clients/#", 0);
            assertThat(other.subscribe("$SYS/brokers/+/clients/#", 0))
                    .containsExactly(ReasonCode.NOT_AUTHORIZED);
            assertThat(other.subscribe("$exclusive/$SYS/brokers/n1/clients/#", 0))
                    .containsExactly(ReasonCode.NOT_AUTHORIZED);
            assertThat(other.subscribe("$share/g/$SYS/brokers/n1/#", 0))
                    .as("everybody gets all of them")
                    .containsExactly(ReasonCode.NOT_AUTHORIZED);
            assertThat(other.subscribe("$SYS/brokers/n1/#", 0)).containsExactly(0);
            assertThat(other.untilPong()).as("figures").isNotEmpty();
            try (RawClient client = broker.connected("c\"1")) {
                RawClient.Message came = admin.message();
                assertThat(came.topic()).isEqualTo(NODE + "clients/c\"1/connected");
                assertThat(came.payload())
                        .startsWith(
                                "{\"clientid\":\"c\\\"1\",\"username\":\"\",\"ipaddress\":\"127.0.0.1\"");
                client.disconnect(0);
                client.expectEnd();
            }
            RawClient.Message went = admin.message();
            assertThat(went.topic()).isEqualTo(NODE + "clients/c\"1/disconnected");
            assertThat(went.payload()).contains("\"reason\":\"client_disconnect\"");
            assertThat(other.untilPong()).isEmpty();
        }
    }
}
