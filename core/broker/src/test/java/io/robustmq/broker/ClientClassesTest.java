package io.robustmq.broker;

import static io.robustmq.broker.RawClient.CONNACK;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Options;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.AuthenticationEvent;
import io.robustmq.telemetry.event.MessageEvent.DropReason;
import io.robustmq.telemetry.event.Tracing;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(ints = {1, 2})
class ClientClassesTest {
    private static final List<String> RULES =
            List.of(
                    "client=sensor-* user=eve class=rogues",
                    "client=sensor-* class=sensors",
                    "user=ann class=people",
                    "listener=wss class=browsers",
                    "client=door-1 class=sensors");

    @Parameter int loops;

    /** Lets everybody in as who they say they are, but for mallory. */
    private static final Authenticator BY_NAME =
            credentials -> {
                String name = Objects.requireNonNullElse(credentials.userName(), "");
                return name.equals("mallory")
                        ? new Authenticator.Refused(
                                ReasonCode.NOT_AUTHORIZED,
                                AuthenticationEvent.Method.PASSWORD,
                                "test",
                                "no")
                        : new Authenticator.Granted(
                                new Identity(AuthenticationEvent.Method.PASSWORD, name, false, ""));
            };

    private static ClientClasses classes(List<String> rules) {
        return new ClientClasses(
                rules.stream()
                        .map(rule -> Objects.requireNonNull(ClientClassRule.read(rule)))
                        .toList());
    }

    private TestBroker broker() throws Exception {
        return TestBroker.open(
                TestBroker.with(settings(loops), classes(RULES)), BY_NAME, Tracing.OFF);
    }

    @ParameterizedTest
    @CsvSource({
        "sensor-1,'',tcp,sensors",
        "sensor-,'',tcp,sensors",
        "sensor-1,eve,tcp,rogues",
        "sensor-1,ann,wss,sensors",
        "x,ann,wss,people",
        "x,anna,wss,browsers",
        "door-1,'',tcp,sensors",
        "door-11,'',tcp,other",
        "sensor,'',tcp,other",
        "'','',tcp,other",
    })
    void the_first_rule_that_fits_decides(
            String client, String user, String listener, String expected) {
        ClientClasses classes = classes(RULES);

        assertThat(classes.names().get(classes.of(client, user, listener))).isEqualTo(expected);
    }

    @Test
    void each_class_is_named_once_and_other_is_always_there() {
        assertThat(classes(RULES).names())
                .containsExactly("other", "rogues", "sensors", "people", "browsers");
        assertThat(ClientClasses.NONE.names()).containsExactly("other");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "client=a",
                "class=",
                "class=other",
                "class=overflow",
                "class=A",
                "class=a b",
                "class=abcdefghijabcdefghijabcdefghijabc",
                "client= class=a",
                "client=a client=b class=a",
                "host=a class=a",
                "client=a: a",
                "client=a,class=a",
            })
    void what_is_no_rule_is_none(String text) {
        assertThat(ClientClassRule.read(text)).isNull();
    }

    @Test
    void a_client_is_counted_in_its_class_from_connect_to_the_end() throws Exception {
        try (TestBroker broker = broker();
                RawClient sensor = broker.connected("sensor-1");
                RawClient nobody = broker.connected("x")) {
            ClassMeasures measures = broker.broker.measures().classes();
            int sensors = measures.names().indexOf("sensors");
            nobody.subscribe("t", 1);
            sensor.publish("t", "one", 0, 0);
            assertThat(sensor.published("t", "two", 1, 1)).isZero();
            nobody.message();
            nobody.message();

            waitUntil(() -> measures.delivered(ClientClasses.IS_OTHER) == 2);
            assertThat(measures.publishReceived(sensors)).isEqualTo(2);
            assertThat(measures.publishReceived(ClientClasses.IS_OTHER)).isZero();
            assertThat(measures.delivered(sensors)).isZero();
            assertThat(measures.connected(sensors)).isEqualTo(1);
            assertThat(measures.connected(ClientClasses.IS_OTHER)).isEqualTo(1);

            sensor.disconnect(0);
            waitUntil(() -> measures.connected(sensors) == 0);
            assertThat(measures.connected(ClientClasses.IS_OTHER)).isEqualTo(1);
        }
    }

    @Test
    void a_client_that_takes_its_session_over_is_counted_once_in_its_new_class() throws Exception {
        try (TestBroker broker = broker();
                RawClient first = broker.client();
                RawClient second = broker.client()) {
            ClassMeasures measures = broker.broker.measures().classes();
            int people = measures.names().indexOf("people");
            Options kept = new Options();
            kept.keepSession().expiry(100);
            first.connect("c", kept);
            waitUntil(() -> measures.connected(ClientClasses.IS_OTHER) == 1);

            kept.userName = "ann";
            second.connect("c", kept);
            waitUntil(() -> measures.connected(people) == 1);
            waitUntil(() -> measures.connected(ClientClasses.IS_OTHER) == 0);
        }
    }

    @Test
    void who_is_refused_is_counted_as_who_it_said_to_be() throws Exception {
        try (TestBroker broker = broker();
                RawClient wrong = broker.client()) {
            ClassMeasures measures = broker.broker.measures().classes();
            Options options = new Options();
            options.userName = "mallory";
            wrong.sendConnect("sensor-9", options);
            assertThat(wrong.expect(CONNACK).u8(1)).isEqualTo(ReasonCode.NOT_AUTHORIZED);

            assertThat(measures.refused(measures.names().indexOf("sensors"))).isEqualTo(1);
            assertThat(measures.refused(ClientClasses.IS_OTHER)).isZero();
        }
    }

    @Test
    void what_an_offline_client_loses_is_lost_in_the_class_it_had() throws Exception {
        try (TestBroker broker = broker();
                RawClient sensor = broker.client();
                RawClient other = broker.connected("x")) {
            ClassMeasures measures = broker.broker.measures().classes();
            int sensors = measures.names().indexOf("sensors");
            Options kept = new Options();
            kept.expiry(5);
            sensor.connect("sensor-1", kept);
            sensor.subscribe("t", 1);
            sensor.disconnect(0);
            waitUntil(() -> broker.broker.measures().sessionsOffline() == 1);
            assertThat(other.published("t", "lost", 1, 1)).isZero();
            broker.settled();
            broker.advance(Duration.ofSeconds(6));

            waitUntil(() -> broker.broker.measures().dropped(DropReason.SESSION_ENDED) == 1);
            assertThat(measures.dropped(sensors)).isEqualTo(1);
            assertThat(measures.dropped(ClientClasses.IS_OTHER)).isZero();
        }
    }
}
