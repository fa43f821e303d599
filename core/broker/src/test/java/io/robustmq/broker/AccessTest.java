package io.robustmq.broker;

import static io.robustmq.broker.RawClient.CONNACK;
import static io.robustmq.broker.RawClient.PUBLISH;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.Access.OnDeniedPublish;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.AuthenticationEvent;
import io.robustmq.telemetry.event.AuthenticationEvent.Method;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.SubscriptionEvent;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(ints = {1, 2})
class AccessTest {
    @Parameter int loops;

    /** Denies the topics and filters of a set, and lets in all users but those of another. */
    private static final class Rules implements Authorizer, Authenticator {
        private final Set<String> denied = ConcurrentHashMap.newKeySet();
        private final Set<String> removed = ConcurrentHashMap.newKeySet();
        private final AtomicInteger asked = new AtomicInteger();

        Rules denying(String... what) {
            denied.addAll(Set.of(what));
            return this;
        }

        @Override
        public Outcome authenticate(Credentials credentials) {
            String name = credentials.userName();
            return new Granted(
                    name == null
                            ? Identity.ANONYMOUS
                            : new Identity(Method.PASSWORD, name, false, ""));
        }

        @Override
        public boolean isStillGood(Identity identity) {
            return !removed.contains(identity.userName());
        }

        @Override
        public Rights rightsOf(Client client) {
            return new Rights() {
                @Override
                public Decision publish(String topic) {
                    return decide(topic);
                }

                @Override
                public Decision subscribe(String filter) {
                    return decide(filter);
                }
            };
        }

        private Decision decide(String what) {
            asked.incrementAndGet();
            return denied.contains(what) ? new Denied("rules:7") : ALLOWED;
        }

        Access access(OnDeniedPublish onDenied) {
            return new Access(this, this, onDenied);
        }
    }

    private TestBroker broker(Rules rules) throws Exception {
        return TestBroker.open(settings(loops), rules.access(OnDeniedPublish.IGNORE));
    }

    @Test
    void a_denied_publish_is_dropped_and_a_client_that_can_be_told_is_told() throws Exception {
        try (TestBroker broker = broker(new Rules().denying("no"));
                RawClient subscriber = broker.connected("s");
                RawClient five = broker.connected("five");
                RawClient three = broker.client(MqttVersion.V3_1_1)) {
            three.connect("three");
            assertThat(subscriber.subscribe("#", 2)).containsExactly(2);
            five.publish("no", "0", 0, 0);
            assertThat(five.published("no", "1", 1, 1)).isEqualTo(0x87);
            assertThat(five.published("no", "2", 2, 2)).isEqualTo(0x87);
            three.publish("no", "0", 0, 0);
            three.published("no", "1", 1, 1);
            three.published("no", "2", 2, 2);
            assertThat(five.published("yes", "last", 1, 3)).isZero();
            assertThat(subscriber.message().payload()).isEqualTo("last");
            assertThat(subscriber.untilPong()).isEmpty();
            assertThat(broker.events.of(AuthenticationEvent.PublishDenied.class))
                    .hasSize(6)
                    .allMatch(e -> e.rule().equals("rules:7"))
                    .allMatch(e -> e.topicName().equals("no"));
        }
    }

    @Test
    void whoever_publishes_what_is_denied_may_be_disconnected_instead() throws Exception {
        try (TestBroker broker =
                        TestBroker.open(
                                settings(loops),
                                new Rules().denying("no").access(OnDeniedPublish.DISCONNECT));
                RawClient five = broker.connected("five");
                RawClient three = broker.client(MqttVersion.V3_1_1)) {
            three.connect("three");
            five.publish("no", "0", 0, 0);
            assertThat(five.expectDisconnect()).isEqualTo(0x87);
            three.publish("no", "1", 1, 1);
            three.expectEnd();
            // told just after the connection is closed
            waitUntil(() -> broker.events.of(ConnectionEvent.Closed.class).size() == 2);
            assertThat(broker.events.of(ConnectionEvent.Closed.class))
                    .extracting(ConnectionEvent.Closed::ending)
                    .containsOnly(ConnectionEvent.Ending.NOT_AUTHORIZED);
        }
    }

    @Test
    void a_denied_filter_is_refused_alone_and_the_rule_named() throws Exception {
        try (TestBroker broker = broker(new Rules().denying("no"));
                RawClient five = broker.connected("five");
                RawClient three = broker.client(MqttVersion.V3_1_1)) {
            three.connect("three");
            assertThat(five.subscribe("no", 1)).containsExactly(0x87);
            assertThat(five.subscribe("yes", 1)).containsExactly(1);
            assertThat(three.subscribe("no", 1)).containsExactly(0x80);
            assertThat(broker.events.of(SubscriptionEvent.Refused.class))
                    .hasSize(2)
                    .allMatch(e -> e.detail().equals("denied by rules:7"));
        }
    }

    @Test
    void a_client_whose_will_is_denied_is_not_let_in() throws Exception {
        try (TestBroker broker = broker(new Rules().denying("no"));
                RawClient client = broker.client()) {
            client.sendConnect("c", new Options().will("no", 0));
            assertThat(client.expect(CONNACK).u8(1)).isEqualTo(0x87);
            client.expectEnd();
            assertThat(broker.events.await(AuthenticationEvent.PublishDenied.class).rule())
                    .isEqualTo("rules:7");
        }
    }

    @Test
    void a_delayed_message_is_judged_by_the_topic_behind_the_delay() throws Exception {
        try (TestBroker broker = broker(new Rules().denying("a/no"));
                RawClient client = broker.connected("c")) {
            assertThat(client.published("$delayed/5/a/no", "x", 1, 1)).isEqualTo(0x87);
            assertThat(client.published("$delayed/5/a/yes", "x", 1, 2)).isLessThan(0x80);
        }
    }

    @Test
    void the_same_topic_is_judged_once_until_the_rules_change() throws Exception {
        Rules rules = new Rules();
        try (TestBroker broker = broker(rules);
                RawClient client = broker.connected("c")) {
            for (int i = 0; i < 10; i++) {
                client.publish("a", "x", 0, 0);
                client.publish("b", "x", 0, 0);
            }
            client.untilPong();
            assertThat(rules.asked).hasValue(2);
            rules.denying("a");
            broker.broker.accessChanged();
            assertThat(client.published("a", "x", 1, 1)).isEqualTo(0x87);
            assertThat(client.published("b", "x", 1, 2)).isLessThan(0x80);
            assertThat(rules.asked).hasValue(4);
        }
    }

    @Test
    void when_the_rules_change_a_denied_subscription_ends_and_the_others_go_on() throws Exception {
        Rules rules = new Rules();
        try (TestBroker broker = broker(rules);
                RawClient subscriber = broker.connected("s");
                RawClient publisher = broker.connected("p")) {
            subscriber.subscribe("no", 0);
            subscriber.subscribe("yes", 0);
            rules.denying("no");
            broker.broker.accessChanged();
            SubscriptionEvent.Revoked revoked =
                    broker.events.await(SubscriptionEvent.Revoked.class);
            assertThat(revoked.topicFilter()).isEqualTo("no");
            assertThat(revoked.rule()).isEqualTo("rules:7");
            rules.denied.clear(); // or the publisher would be denied, too
            broker.broker.accessChanged();
            publisher.published("no", "1", 1, 1);
            publisher.published("yes", "2", 1, 2);
            assertThat(subscriber.message().payload()).isEqualTo("2");
            assertThat(broker.broker.measures().subscriptions()).isEqualTo(1);
        }
    }

    @Test
    void an_ended_subscription_of_a_kept_session_stays_ended_after_a_crash() throws Exception {
        Rules rules = new Rules();
        try (TestBroker broker = broker(rules)) {
            Options kept = new Options().keepSession().expiry(1000);
            try (RawClient subscriber = broker.client()) {
                subscriber.connect("s", kept);
                subscriber.subscribe("no", 1);
                subscriber.subscribe("yes", 1);
                rules.denying("no");
                broker.broker.accessChanged();
                broker.events.await(SubscriptionEvent.Revoked.class);
                broker.settled();
            }
            rules.denied.clear();
            broker.crash();
            assertThat(broker.broker.measures().subscriptions()).isEqualTo(1);
        }
    }

    @Test
    void a_client_that_comes_back_loses_the_subscriptions_that_were_denied_meanwhile()
            throws Exception {
        Rules rules = new Rules();
        try (TestBroker broker = broker(rules)) {
            Options kept = new Options().keepSession().expiry(1000);
            try (RawClient subscriber = broker.client()) {
                subscriber.connect("s", kept);
                subscriber.subscribe("no", 1);
                subscriber.disconnect(0);
                subscriber.expectEnd();
            }
            rules.denying("no");
            broker.broker.accessChanged();
            try (RawClient subscriber = broker.client()) {
                assertThat(subscriber.connect("s", kept)).isTrue();
                assertThat(broker.events.await(SubscriptionEvent.Revoked.class).topicFilter())
                        .isEqualTo("no");
                assertThat(subscriber.untilPong()).noneMatch(p -> p.type() == PUBLISH);
            }
        }
    }

    @Test
    void a_client_whose_user_is_gone_is_disconnected_and_nobody_else() throws Exception {
        Rules rules = new Rules();
        try (TestBroker broker = broker(rules);
                RawClient ann = broker.client();
                RawClient bob = broker.client()) {
            Options options = new Options();
            options.password = "x";
            options.userName = "ann";
            ann.connect("a", options);
            options.userName = "bob";
            bob.connect("b", options);
            rules.removed.add("ann");
            broker.broker.accessChanged();
            assertThat(ann.expectDisconnect()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            assertThat(bob.untilPong()).isEmpty();
            assertThat(broker.events.await(AuthenticationEvent.Revoked.class).userName())
                    .isEqualTo("ann");
        }
    }

    @Test
    void a_will_that_is_denied_by_the_time_it_is_due_is_not_published() throws Exception {
        Rules rules = new Rules();
        try (TestBroker broker = broker(rules);
                RawClient subscriber = broker.connected("s");
                RawClient other = broker.connected("o");
                RawClient client = broker.client()) {
            subscriber.subscribe("#", 0);
            client.connect("c", new Options().will("no", 0));
            rules.denying("no");
            broker.broker.accessChanged();
            client.reset();
            broker.events.await(AuthenticationEvent.PublishDenied.class);
            other.published("yes", "last", 1, 1);
            assertThat(subscriber.message().payload()).isEqualTo("last");
        }
    }

    @Test
    void nobody_is_warned_of_who_is_let_in_from_this_machine_only() throws Exception {
        Authenticator local =
                credentials ->
                        credentials.origin().isLocal()
                                ? new Authenticator.Granted(Identity.ANONYMOUS)
                                : new Authenticator.Passed();
        try (TestBroker broker =
                        TestBroker.open(
                                settings(loops),
                                new Access(new AuthenticatorChain(List.of(local))));
                RawClient client = broker.connected("c")) {
            assertThat(client.untilPong()).isEmpty();
            assertThat(broker.events.of(AuthenticationEvent.AnonymousAllowed.class)).isEmpty();
        }
    }

    @Test
    void what_the_operators_rules_make_of_a_topic_is_what_must_be_allowed() throws Exception {
        TopicRules rules =
                new TopicRules(
                        List.of(
                                RewriteRule.parse("all was/# ^was/(.+)$ $1"),
                                RewriteRule.parse("publish no ^no$ yes")),
                        List.of(AutoSubscription.parse("no"), AutoSubscription.parse("own")),
                        List.of());
        try (TestBroker broker =
                        TestBroker.open(
                                TestBroker.with(settings(loops), rules),
                                new Rules().denying("no").access(OnDeniedPublish.IGNORE));
                RawClient client = broker.connected("client");
                RawClient will = broker.client()) {
            assertThat(client.published("was/no", "x", 1, 1)).isEqualTo(0x87);
            assertThat(broker.events.await(AuthenticationEvent.PublishDenied.class).topicName())
                    .isEqualTo("no");
            assertThat(client.published("no", "x", 1, 2)).as("is yes").isLessThan(0x80);
            assertThat(client.subscribe("was/no", 0)).containsExactly(0x87);
            will.sendConnect("will", new Options().will("was/no", 0));
            assertThat(will.expect(CONNACK).u8(1)).isEqualTo(0x87);
            assertThat(broker.events.of(SubscriptionEvent.Created.class))
                    .extracting(SubscriptionEvent.Created::topicFilter)
                    .containsExactly("own");
        }
    }
}
