package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import io.robustmq.broker.Access;
import io.robustmq.broker.Authenticator;
import io.robustmq.broker.Broker;
import io.robustmq.broker.BrokerSettings;
import io.robustmq.broker.Credentials;
import io.robustmq.broker.Identity;
import io.robustmq.broker.ListenerSettings;
import io.robustmq.eventlog.EventSearch;
import io.robustmq.journal.Durability;
import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalSettings;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.Retention;
import io.robustmq.journal.ShardSettings;
import io.robustmq.telemetry.event.AuthenticationEvent.Method;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.SubscriptionEvent;
import io.robustmq.telemetry.event.Tracing;
import io.robustmq.testkit.RecordingEvents;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EventTopicsFeedTest {
    @TempDir private Path directory;
    private final RecordingEvents events = new RecordingEvents();
    private TestEventStore store;
    private Journal journal;
    private Broker broker;
    private EventTopicsFeed feed;

    /** Believes every password; ops is an admin. */
    private static final class Believing implements Authenticator {
        @Override
        public Outcome authenticate(Credentials credentials) {
            String name = credentials.userName();
            return new Granted(
                    name == null || credentials.password() == null
                            ? Identity.ANONYMOUS
                            : new Identity(Method.PASSWORD, name, name.equals("ops"), ""));
        }
    }

    @BeforeEach
    void open() throws Exception {
        store = new TestEventStore(directory);
        journal =
                new Journal(
                        new JournalSettings(
                                List.of(directory.resolve("journal")), Duration.ofMinutes(1)),
                        new LocalDisk(),
                        InstantSource.system(),
                        new SplittableRandom(1),
                        events);
        journal.open();
        broker =
                new Broker(
                        BrokerSettings.defaults()
                                .with(
                                        new BrokerSettings.Connections(
                                                List.of(
                                                        ListenerSettings.tcp(
                                                                new InetSocketAddress(
                                                                        "127.0.0.1", 0))),
                                                2,
                                                100,
                                                Duration.ofSeconds(10))),
                        journal.shard(
                                "mqtt",
                                new ShardSettings(
                                        1 << 20, Duration.ZERO, Durability.OS, Retention.TRIMMED)),
                        new Access(new Believing()),
                        events,
                        Tracing.OFF,
                        InstantSource.system());
        broker.open();
        feed = new EventTopicsFeed(new EventSearch(store.shard), broker.eventTopics());
        feed.open();
    }

    @AfterEach
    void close() {
        feed.close();
        broker.close();
        journal.close();
        store.close();
    }

    private Mqtt5BlockingClient client(String id, String user) {
        Mqtt5BlockingClient client =
                Mqtt5Client.builder()
                        .identifier(id)
                        .serverHost("127.0.0.1")
                        .serverPort(broker.localAddress().getPort())
                        .simpleAuth()
                        .username(user)
                        .password("secret".getBytes(StandardCharsets.UTF_8))
                        .applySimpleAuth()
                        .buildBlocking();
        client.connectWith().cleanStart(false).sessionExpiryInterval(600).send();
        return client;
    }

    private static String text(Mqtt5Publish publish) {
        return new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void an_admin_is_sent_each_event_that_happens_after_it_subscribed() throws Exception {
        store.add("session.created", "before");
        Mqtt5BlockingClient ops = client("ops-1", "ops");
        try (Mqtt5BlockingClient.Mqtt5Publishes got = ops.publishes(MqttGlobalPublishFilter.ALL)) {
            ops.subscribeWith().topicFilter("$SYS/events/+/connection/#").send();
            store.add("session.created", "other");
            store.add(Severity.WARN, "connection.refused", "a", ",\"reason_code\":135");
            store.add(
                    Severity.INFO,
                    "message.delivered",
                    "ops-1",
                    ",\"topic_name\":\"$SYS/events/n1/connection/refused\"");
            ops.subscribeWith().topicFilter("$SYS/events/n1/message/#").send();
            store.add(Severity.INFO, "message.delivered", "x", ",\"topic_name\":\"$SYS/events/y\"");
            store.add(Severity.INFO, "message.delivered", "x", ",\"topic_name\":\"home/y\"");

            Mqtt5Publish first = got.receive(20, TimeUnit.SECONDS).orElseThrow();
            assertThat(first.getTopic().toString()).isEqualTo("$SYS/events/n1/connection/refused");
            assertThat(text(first)).startsWith("{\"seq\":2,").contains("\"reason_code\":135");
            assertThat(first.isRetain()).isFalse();
            // what tells of the feed's own messages is not among them
            Mqtt5Publish second = got.receive(20, TimeUnit.SECONDS).orElseThrow();
            assertThat(second.getTopic().toString()).isEqualTo("$SYS/events/n1/message/delivered");
            assertThat(text(second)).contains("home/y");
        }
        ops.disconnect();
    }

    @Test
    void who_is_no_admin_is_refused_and_gets_nothing_by_a_wildcard_or_an_admins_session()
            throws Exception {
        Mqtt5BlockingClient joe = client("joe-1", "joe");
        assertThatThrownBy(() -> joe.subscribeWith().topicFilter("$SYS/events/#").send())
                .isInstanceOfSatisfying(
                        Mqtt5SubAckException.class,
                        refused ->
                                assertThat(refused.getMqttMessage().getReasonCodes())
                                        .containsExactly(Mqtt5SubAckReasonCode.NOT_AUTHORIZED));
        assertThat(events.of(SubscriptionEvent.Refused.class))
                .singleElement()
                .satisfies(refused -> assertThat(refused.detail()).contains("mqtt.admins"));
        joe.subscribeWith().topicFilter("$SYS/#").send();

        Mqtt5BlockingClient ops = client("shared", "ops");
        ops.subscribeWith().topicFilter("$SYS/events/#").send();
        ops.disconnect();
        Mqtt5BlockingClient heir = client("shared", "joe");

        Mqtt5BlockingClient witness = client("ops-2", "ops");
        try (Mqtt5BlockingClient.Mqtt5Publishes seen =
                        witness.publishes(MqttGlobalPublishFilter.ALL);
                Mqtt5BlockingClient.Mqtt5Publishes joes =
                        joe.publishes(MqttGlobalPublishFilter.ALL);
                Mqtt5BlockingClient.Mqtt5Publishes heirs =
                        heir.publishes(MqttGlobalPublishFilter.ALL)) {
            witness.subscribeWith().topicFilter("$SYS/#").send();
            joe.subscribeWith().topicFilter("end").send();
            heir.subscribeWith().topicFilter("end").send();
            store.add("session.created", "a");
            assertThat(seen.receive(20, TimeUnit.SECONDS)).isPresent();
            witness.publishWith().topic("end").send();
            assertThat(joes.receive(20, TimeUnit.SECONDS).orElseThrow().getTopic().toString())
                    .isEqualTo("end");
            assertThat(heirs.receive(20, TimeUnit.SECONDS).orElseThrow().getTopic().toString())
                    .isEqualTo("end");
        }
        joe.disconnect();
        heir.disconnect();
        witness.disconnect();
    }
}
