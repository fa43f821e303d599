package io.robustmq.broker;

import static io.robustmq.broker.RawClient.CONNACK;
import static io.robustmq.broker.TestBroker.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.broker.RawClient.Options;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.AuthenticationEvent;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.MessageEvent.DropReason;
import io.robustmq.telemetry.event.SubscriptionEvent;
import io.robustmq.telemetry.event.SubscriptionEvent.Cause;
import io.robustmq.telemetry.event.Tracing;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(ints = {1, 2})
class TopicRulesTest {
    @Parameter int loops;
    private @Nullable TestBroker opened;

    private TestBroker broker(TopicRules rules) throws IOException {
        TestBroker made =
                TestBroker.open(
                        TestBroker.with(settings(loops), rules),
                        TopicRulesTest::believing,
                        Tracing.OFF);
        opened = made;
        return made;
    }

    private static Authenticator.Outcome believing(Credentials credentials) {
        String userName = credentials.userName();
        return new Authenticator.Granted(
                userName == null
                        ? Identity.ANONYMOUS
                        : new Identity(AuthenticationEvent.Method.PASSWORD, userName, false, ""));
    }

    private TestBroker rewriting(String... rules) throws IOException {
        return broker(
                new TopicRules(
                        Arrays.stream(rules).map(RewriteRule::parse).toList(),
                        List.of(),
                        List.of()));
    }

    private TestBroker subscribing(String... rules) throws IOException {
        return broker(
                new TopicRules(
                        List.of(),
                        Arrays.stream(rules).map(AutoSubscription::parse).toList(),
                        List.of()));
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
    }

    private static RawClient connected(TestBroker broker, String clientId, String user)
            throws IOException {
        RawClient client = broker.client();
        Options options = new Options();
        options.userName = user;
        client.connect(clientId, options);
        return client;
    }

    // rewriting

    @Test
    void what_is_published_and_subscribed_to_is_rewritten() throws Exception {
        TestBroker broker =
                rewriting(
                        "publish old/# ^old/(.+)$ new/$1",
                        "subscribe was/# ^was/(\\w+)/(.*)$ is/$2/$1",
                        "all both/+ ^both/(.)(.)$ both/$2$1");
        try (RawClient all = broker.connected("all");
                RawClient client = broker.connected("client")) {
            all.subscribe("#", 1);
            client.subscribe("was/x/y", 0);
            client.subscribe("both/ab", 0);
            client.publish("old/a/b", "1", 0, 0);
            assertThat(client.published("old/a/b", "2", 1, 1)).isZero();
            assertThat(client.published("old/a/b", "3", 2, 2)).isZero();
            client.publish("was/x/y", "only filters are", 0, 0);
            client.publish("both/ab", "back", 0, 0);
            assertThat(List.of(all.message().topic(), all.message().topic()))
                    .containsOnly("new/a/b");
            assertThat(all.message())
                    .matches(m -> m.topic().equals("new/a/b") && m.payload().equals("3"));
            assertThat(all.message().topic()).isEqualTo("was/x/y");
            assertThat(all.message().topic()).isEqualTo("both/ba");
            assertThat(client.message().topic()).isEqualTo("both/ba");
            assertThat(broker.events.of(SubscriptionEvent.Created.class))
                    .extracting(SubscriptionEvent.Created::topicFilter)
                    .containsExactly("#", "is/y/x", "both/ba");
        }
    }

    @Test
    void one_unsubscribes_with_the_filter_that_one_subscribed_with() throws Exception {
        TestBroker broker = rewriting("subscribe old/# ^old/(.+)$ new/$1");
        try (RawClient client = broker.connected("client")) {
            client.subscribe("old/t", 0);
            client.publish("new/t", "x", 0, 0);
            assertThat(client.message().topic()).isEqualTo("new/t");
            assertThat(client.unsubscribe("old/t")).containsExactly(0);
            assertThat(broker.events.await(SubscriptionEvent.Removed.class).topicFilter())
                    .isEqualTo("new/t");
        }
    }

    @Test
    void a_rule_may_name_the_client_and_its_user() throws Exception {
        TestBroker broker = rewriting("publish me/# ^me/(.*)$ %u/%c/$1");
        try (RawClient all = broker.connected("all");
                RawClient client = connected(broker, "c1", "alice");
                RawClient nobody = broker.connected("c2");
                RawClient bad = connected(broker, "c/#", "bob")) {
            all.subscribe("#", 0);
            client.publish("me/x", "1", 0, 0);
            assertThat(all.message().topic()).isEqualTo("alice/c1/x");
            nobody.publish("me/x", "2", 0, 0);
            assertThat(all.message().topic()).as("no user").isEqualTo("me/x");
            bad.publish("me/x", "3", 0, 0);
            assertThat(all.message().topic()).as("a name that does not fit").isEqualTo("me/x");
        }
    }

    @Test
    void delayed_messages_and_wills_are_rewritten_too() throws Exception {
        TestBroker broker = rewriting("publish old/# ^old/(.+)$ new/$1");
        try (RawClient all = broker.connected("all")) {
            all.subscribe("new/#", 0);
            try (RawClient client = broker.client()) {
                client.connect("client", new Options().will("old/will", 0));
                assertThat(client.published("$delayed/0/old/late", "x", 1, 1)).isZero();
            }
            assertThat(all.message().topic()).isEqualTo("new/will");
            broker.broker.sweep();
            assertThat(all.message().topic()).isEqualTo("new/late");
        }
    }

    @Test
    void a_topic_that_a_rule_makes_unusable_is_refused() throws Exception {
        TestBroker broker =
                rewriting(
                        "publish a/# ^a/(.*)$ $1",
                        "publish sys/# ^sys/(.*)$ $SYS/$1",
                        "subscribe a/# ^a/(.*)$ x#$1");
        try (RawClient client = broker.connected("client")) {
            assertThat(client.published("a/", "x", 1, 1)).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
            assertThat(broker.events.await(MessageEvent.Rejected.class).detail())
                    .isEqualTo("a rule rewrites its topic to , which is none");
            assertThat(client.published("sys/x", "x", 1, 2)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(client.subscribe("a/b", 0)).containsExactly(ReasonCode.TOPIC_FILTER_INVALID);
        }
        try (RawClient client = broker.client()) {
            client.sendConnect("client", new Options().will("sys/x", 0));
            assertThat(client.expect(CONNACK).u8(1)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
        try (RawClient client = broker.client()) {
            client.sendConnect("client", new Options().will("a/", 0));
            assertThat(client.expect(CONNACK).u8(1)).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
        }
    }

    @Test
    void a_pattern_that_would_backtrack_for_ever_does_not() throws Exception {
        TestBroker broker = rewriting("publish # ^(a+)+(b|a*)+$ found");
        try (RawClient client = broker.connected("client")) {
            for (int i = 0; i < 20; i++) {
                client.publish("a".repeat(5000 + i) + "!", "x", 0, 0);
            }
            assertThat(client.untilPong()).isEmpty();
        }
    }

    @Test
    void a_rule_that_is_wrong_says_why() {
        assertThatThrownBy(() -> RewriteRule.parse("publish a/# ^a$"))
                .hasMessage("has 3 parts, not action, filter, pattern and destination");
        assertThatThrownBy(() -> RewriteRule.parse("send a/# ^a$ b"))
                .hasMessage("send is not publish, subscribe or all");
        assertThatThrownBy(() -> RewriteRule.parse("all a/#/b ^a$ b"))
                .hasMessage("a/#/b is no topic filter");
        assertThatThrownBy(() -> RewriteRule.parse("all a/# ^(a$ b"))
                .hasMessageStartingWith("^(a$ is no pattern: ");
        assertThatThrownBy(() -> RewriteRule.parse("all a/# ^(a)$ $2"))
                .hasMessage("$2 where the pattern has 1 groups");
        assertThatThrownBy(() -> AutoSubscription.parse("a/# qos=3"))
                .hasMessage("qos=3 is not qos=, no-local, retain-as-published or retain-handling=");
        assertThatThrownBy(() -> AutoSubscription.parse("a/#/b"))
                .hasMessage("a/#/b is no topic filter");
    }

    // subscriptions by the operator

    @Test
    void a_client_has_its_subscriptions_as_soon_as_it_is_connected() throws Exception {
        TestBroker broker =
                subscribing("clients/%c/in qos=1", "users/%u/# no-local", "all retain-handling=2");
        try (RawClient other = broker.connected("other");
                RawClient client = connected(broker, "c1", "alice")) {
            assertThat(client.untilPong()).isEmpty();
            other.publish("clients/c1/in", "1", 1 << 1, 1, new Bytes());
            RawClient.Message message = client.message();
            assertThat(message.topic()).isEqualTo("clients/c1/in");
            assertThat(message.qos()).isEqualTo(1);
            client.publish("users/alice/x", "own", 0, 0);
            other.publish("users/alice/x", "other", 0, 0);
            assertThat(client.message().payload()).isEqualTo("other");
            assertThat(broker.events.of(SubscriptionEvent.Created.class))
                    .extracting(e -> e.peer().clientId() + " " + e.topicFilter() + " " + e.qos())
                    .contains("c1 clients/c1/in 1", "c1 users/alice/# 0", "c1 all 0");
            assertThat(broker.events.of(SubscriptionEvent.Created.class))
                    .allMatch(e -> e.subscriptionCause() == Cause.AUTO_SUBSCRIBE);
            assertThat(broker.events.await(SubscriptionEvent.Refused.class).topicFilter())
                    .as("other has no user name")
                    .isEqualTo("users/%u/#");
        }
    }

    @Test
    void nobody_reaches_others_by_choosing_a_name() throws Exception {
        TestBroker broker = subscribing("clients/%c/in");
        for (String name : List.of("#", "+", "c1/in", "a/b")) {
            try (RawClient client = broker.connected(name)) {
                assertThat(client.untilPong()).isEmpty();
            }
        }
        assertThat(broker.events.of(SubscriptionEvent.Created.class)).isEmpty();
        assertThat(broker.events.of(SubscriptionEvent.Refused.class))
                .extracting(SubscriptionEvent.Refused::detail)
                .hasSize(4)
                .containsOnly("its client id, user name or address is empty or has /, + or #");
    }

    @Test
    void a_session_that_is_resumed_gets_what_it_lacks_and_keeps_what_it_has() throws Exception {
        TestBroker broker = subscribing("clients/%c/in qos=1", "news");
        Options keep = new Options().keepSession().expiry(3600);
        try (RawClient client = broker.client()) {
            client.connect("c1", keep);
            assertThat(client.unsubscribe("news")).containsExactly(0);
            assertThat(client.subscribe("clients/c1/in", 2)).containsExactly(2);
            client.disconnect(0);
            client.expectEnd();
        }
        broker.restart();
        int before = broker.events.of(SubscriptionEvent.Created.class).size();
        try (RawClient client = broker.client()) {
            assertThat(client.connect("c1", keep)).isTrue();
            assertThat(client.untilPong()).isEmpty();
            assertThat(broker.events.of(SubscriptionEvent.Created.class).stream().skip(before))
                    .extracting(SubscriptionEvent.Created::topicFilter)
                    .containsExactly("news");
            client.publish("clients/c1/in", "x", 2, 1);
            RawClient.Message message = client.message();
            assertThat(message.qos()).as("the client's own choice").isEqualTo(2);
        }
    }

    @Test
    void retained_messages_come_with_the_subscription() throws Exception {
        TestBroker broker = subscribing("state/# qos=1", "other/# retain-handling=2");
        try (RawClient publisher = broker.connected("publisher")) {
            publisher.publish("state/a", "kept", 1, 0, new Bytes());
            publisher.publish("other/a", "kept", 1, 0, new Bytes());
            assertThat(publisher.untilPong()).hasSize(2);
        }
        try (RawClient client = broker.client(MqttVersion.V3_1_1)) {
            client.connect("c1");
            RawClient.Message message = client.message();
            assertThat(message.topic()).isEqualTo("state/a");
            assertThat(message.retain()).isTrue();
            assertThat(client.untilPong()).isEmpty();
        }
    }

    // messages for those who are away

    @Test
    void what_matches_is_not_kept_for_who_is_away() throws Exception {
        TestBroker broker = broker(new TopicRules(List.of(), List.of(), List.of("telemetry/#")));
        Options keep = new Options().keepSession().expiry(3600);
        try (RawClient client = broker.client()) {
            client.connect("c1", keep);
            client.subscribe("telemetry/#", 1);
            client.subscribe("alarm/#", 2);
            client.disconnect(0);
            client.expectEnd();
        }
        try (RawClient publisher = broker.connected("publisher")) {
            assertThat(publisher.published("telemetry/t", "lost", 1, 1)).isZero();
            assertThat(publisher.published("telemetry/t", "lost", 2, 2)).isZero();
            assertThat(publisher.published("alarm/t", "kept", 2, 3)).isZero();
        }
        MessageEvent.Dropped dropped = broker.events.await(MessageEvent.Dropped.class);
        assertThat(dropped.reason()).isEqualTo(DropReason.OFFLINE_OFF);
        assertThat(dropped.clientId()).isEqualTo("c1");
        assertThat(broker.broker.measures().dropped(DropReason.OFFLINE_OFF)).isEqualTo(2);
        assertThat(broker.broker.measures().queuedMessages()).isEqualTo(1);
        broker.settled();
        broker.crash();
        try (RawClient client = broker.client();
                RawClient publisher = broker.connected("publisher")) {
            assertThat(client.connect("c1", keep)).isTrue();
            RawClient.Message message = client.message();
            assertThat(message.payload()).isEqualTo("kept");
            publisher.publish("telemetry/t", "now it is here", 1, 4);
            assertThat(client.message().payload()).isEqualTo("now it is here");
        }
    }
}
