package io.robustmq.broker;

import static io.robustmq.broker.RawClient.CONNACK;
import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.robustmq.broker.PayloadSchema.OnMismatch;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.MessageEvent.SchemaViolation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused or reported because a schema says so; here a payload is good if it says so. */
@ParameterizedClass
@ValueSource(ints = {1, 2})
@SuppressWarnings("NullAway.Init")
class PayloadSchemaTest {
    private static final int FORMAT_INVALID = 0x99;

    @Parameter int loops;
    private final Access access = new Access(Authenticator.ANYBODY);
    private final AtomicInteger checked = new AtomicInteger();
    private TestBroker broker;
    private RawClient subscriber;
    private RawClient five;
    private RawClient three;

    @BeforeEach
    void open() throws Exception {
        broker = TestBroker.open(settings(loops), access);
        subscriber = broker.connected("s");
        five = broker.connected("five");
        three = broker.client(MqttVersion.V3_1_1);
        three.connect("three");
        subscriber.subscribe("#", 2);
    }

    @AfterEach
    void close() throws Exception {
        three.close();
        five.close();
        subscriber.close();
        broker.close();
    }

    private PayloadSchema schema(String name, OnMismatch onMismatch, String... filters) {
        return new PayloadSchema(
                name,
                List.of(filters),
                onMismatch,
                payload -> {
                    checked.incrementAndGet();
                    return new String(payload, StandardCharsets.UTF_8).startsWith("good")
                            ? null
                            : new PayloadCheck.Mismatch(SchemaViolation.MISMATCH, "/a", "/" + name);
                });
    }

    private void inForce(PayloadSchema... schemas) {
        access.use(new PayloadSchemas(List.of(schemas)));
    }

    private List<MessageEvent.SchemaViolated> told() {
        return broker.events.of(MessageEvent.SchemaViolated.class);
    }

    /** What comes next, when nothing may come before it. */
    private void expectNext(String payload) throws Exception {
        assertThat(five.published("else", payload, 1, 99)).isLessThan(0x80);
        assertThat(subscriber.message().payload()).isEqualTo(payload);
    }

    @Test
    void what_is_not_as_the_schema_says_is_refused_and_who_can_be_told_is_told() throws Exception {
        inForce(schema("one", OnMismatch.REFUSE, "t/+"));
        five.publish("t/1", "bad 0", 0, 0);
        assertThat(five.published("t/1", "bad 1", 1, 1)).isEqualTo(FORMAT_INVALID);
        assertThat(five.published("t/1", "bad 2", 2, 2)).isEqualTo(FORMAT_INVALID);
        three.publish("t/1", "bad 0", 0, 0);
        three.published("t/1", "bad 1", 1, 1);
        three.published("t/1", "bad 2", 2, 2);
        assertThat(three.untilPong()).isEmpty();
        expectNext("nothing before it");
        assertThat(told())
                .hasSize(6)
                .allMatch(e -> e.schema().equals("one") && e.topicName().equals("t/1"))
                .allMatch(e -> e.violation() == SchemaViolation.MISMATCH && e.refused())
                .allMatch(e -> e.location().equals("/a") && e.rule().equals("/one"));
        assertThat(broker.broker.measures().schemaViolations(SchemaViolation.MISMATCH))
                .isEqualTo(6);
    }

    @Test
    void what_is_as_the_schema_says_is_published() throws Exception {
        inForce(schema("one", OnMismatch.REFUSE, "t/+"));
        five.publish("t/1", "good 0", 0, 0);
        assertThat(subscriber.message().payload()).isEqualTo("good 0");
        assertThat(five.published("t/1", "good 1", 1, 1)).isZero();
        assertThat(subscriber.message().payload()).isEqualTo("good 1");
        assertThat(five.published("t/1", "good 2", 2, 2)).isZero();
        assertThat(told()).isEmpty();
        assertThat(checked).hasValue(3);
    }

    @Test
    void a_packet_identifier_that_was_refused_may_be_used_again() throws Exception {
        inForce(schema("one", OnMismatch.REFUSE, "t"));
        five.publish("t", "bad", 2, 7);
        assertThat(RawClient.reason(five.expect(RawClient.PUBREC))).isEqualTo(FORMAT_INVALID);
        assertThat(five.published("t", "good", 2, 7)).isZero();
        assertThat(subscriber.message().payload()).isEqualTo("good");
    }

    @Test
    void a_client_is_told_the_schema_and_the_place_in_words() throws Exception {
        inForce(schema("one", OnMismatch.REFUSE, "t"));
        five.publish("t", "bad", 1, 7);
        RawClient.Packet answer = five.expect(PUBACK);
        assertThat(new String(answer.body(), StandardCharsets.UTF_8))
                .endsWith("the payload is not as schema one says at /a, see /one");
    }

    @Test
    void what_is_only_reported_is_published() throws Exception {
        inForce(schema("one", OnMismatch.REPORT, "#"));
        assertThat(five.published("t", "bad", 1, 1)).isZero();
        assertThat(subscriber.message().payload()).isEqualTo("bad");
        assertThat(told()).singleElement().matches(e -> !e.refused());
        assertThat(broker.broker.measures().schemaViolations(SchemaViolation.MISMATCH)).isOne();
    }

    @Test
    void several_schemas_all_count_and_each_is_asked_once() throws Exception {
        inForce(
                schema("a", OnMismatch.REPORT, "t/#", "t/+", "t/1"),
                schema("b", OnMismatch.REFUSE, "+/1"),
                schema("c", OnMismatch.REFUSE, "other"));
        assertThat(five.published("t/1", "bad", 1, 1)).isEqualTo(FORMAT_INVALID);
        assertThat(checked).hasValue(2);
        assertThat(told())
                .extracting(
                        MessageEvent.SchemaViolated::schema, MessageEvent.SchemaViolated::refused)
                .containsExactly(tuple("a", false), tuple("b", true));
    }

    @Test
    void a_schema_is_for_its_topics_only_and_while_it_is_in_force() throws Exception {
        inForce(schema("one", OnMismatch.REFUSE, "t"));
        assertThat(five.published("u", "bad", 1, 1)).isZero();
        assertThat(five.published("t", "bad", 1, 1)).isEqualTo(FORMAT_INVALID);
        inForce(schema("one", OnMismatch.REFUSE, "u"));
        assertThat(five.published("u", "bad", 1, 1)).isEqualTo(FORMAT_INVALID);
        assertThat(five.published("t", "bad", 1, 1)).isZero();
        access.use(null);
        assertThat(five.published("u", "bad", 1, 1)).isZero();
        assertThat(checked).hasValue(2);
    }

    @Test
    void a_delayed_message_is_checked_when_it_is_published_by_its_topic() throws Exception {
        inForce(schema("one", OnMismatch.REFUSE, "t"));
        assertThat(five.published("$delayed/5/t", "bad", 1, 1)).isEqualTo(FORMAT_INVALID);
        assertThat(told()).singleElement().matches(e -> e.topicName().equals("$delayed/5/t"));
        assertThat(five.published("$delayed/5/t", "good", 1, 2)).isLessThan(0x80);
        waitUntil(() -> broker.broker.measures().delayedMessages() == 1);
        inForce(schema("none", OnMismatch.REFUSE, "nowhere"));
        broker.advance(Duration.ofSeconds(5));
        assertThat(subscriber.message().payload()).isEqualTo("good");
    }

    @Test
    void an_empty_message_removes_what_is_retained_whatever_a_schema_says() throws Exception {
        inForce(schema("one", OnMismatch.REFUSE, "t"));
        five.publish("t", "good", 1 << 1 | 1, 1, new Bytes());
        assertThat(RawClient.reason(five.expect(PUBACK))).isZero();
        five.publish("t", "bad", 1 << 1 | 1, 1, new Bytes());
        assertThat(RawClient.reason(five.expect(PUBACK))).isEqualTo(FORMAT_INVALID);
        assertThat(broker.broker.measures().retainedMessages()).isOne();
        five.publish("t", "", 1 << 1 | 1, 2, new Bytes());
        assertThat(RawClient.reason(five.expect(PUBACK))).isZero();
        waitUntil(() -> broker.broker.measures().retainedMessages() == 0);
        assertThat(five.published("t", "", 1, 3)).isEqualTo(FORMAT_INVALID);
    }

    @Test
    void a_client_whose_will_is_not_as_the_schema_says_is_not_let_in() throws Exception {
        inForce(schema("one", OnMismatch.REFUSE, "w"));
        try (RawClient client = broker.client()) {
            client.sendConnect("c", new Options().will("w", 0));
            assertThat(client.expect(CONNACK).u8(1)).isEqualTo(FORMAT_INVALID);
            client.expectEnd();
        }
        assertThat(told()).singleElement().matches(e -> e.peer().clientId().equals("c"));
    }

    @Test
    void a_will_is_held_against_the_schemas_of_when_it_is_due() throws Exception {
        try (RawClient bad = broker.client();
                RawClient good = broker.client()) {
            bad.connect("bad", new Options().will("w", 1 << 3));
            Options options = new Options().will("w", 1 << 3);
            options.willPayload = "good bye";
            good.connect("good", options);
            inForce(schema("one", OnMismatch.REFUSE, "w"));
            bad.reset();
            waitUntil(() -> told().size() == 1);
            good.reset();
            assertThat(subscriber.message().payload()).isEqualTo("good bye");
            assertThat(broker.events.of(MessageEvent.WillPublished.class)).hasSize(1);
        }
    }

    @Test
    void a_will_that_is_only_reported_is_published() throws Exception {
        inForce(schema("one", OnMismatch.REPORT, "w"));
        try (RawClient bad = broker.client()) {
            bad.connect("bad", new Options().will("w", 0));
            bad.reset();
            assertThat(subscriber.message().payload()).isEqualTo("gone");
        }
    }

    @Test
    void what_the_operators_rules_make_of_a_topic_is_what_is_checked() throws Exception {
        TopicRules rules =
                new TopicRules(
                        List.of(RewriteRule.parse("all was/# ^was/(.+)$ $1")),
                        List.of(),
                        List.of());
        inForce(schema("one", OnMismatch.REFUSE, "t"));
        try (TestBroker rewriting =
                        TestBroker.open(TestBroker.with(settings(loops), rules), access);
                RawClient client = rewriting.connected("c")) {
            assertThat(client.published("was/t", "bad", 1, 1)).isEqualTo(FORMAT_INVALID);
        }
    }

    @Test
    void filters_that_no_client_can_publish_to_are_refused() {
        assertThat(PayloadSchema.filterProblem("a/+/#")).isNull();
        assertThat(PayloadSchema.filterProblem("a/#/b")).contains("is no topic filter");
        assertThat(PayloadSchema.filterProblem("")).contains("is no topic filter");
        assertThat(PayloadSchema.filterProblem("$share/g/a")).contains("subscription");
        assertThat(PayloadSchema.filterProblem("$delayed/5/a")).contains("behind the delay");
        assertThat(PayloadSchema.filterProblem("a/".repeat(128) + "b")).contains("129 levels");
    }
}
