package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.grpc.InsecureChannelCredentials;
import io.robustmq.placement.Author;
import io.robustmq.placement.Content;
import io.robustmq.placement.DocumentAnswer;
import io.robustmq.placement.DocumentChange;
import io.robustmq.placement.DocumentKind;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.RecordingEvents;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of three placement centers, three journal servers and brokers, each a process. */
@SuppressWarnings("NullAway.Init")
class MqttServerIT {
    private static final Duration LIMIT = TestCluster.LIMIT;
    private static final String[] CENTERS = TestCluster.CENTERS.toArray(String[]::new);
    private static final String[] JOURNALS = {"js-1", "js-2", "js-3"};

    @TempDir Path folder;
    private TestCluster cluster;
    private final List<Mqtt5BlockingClient> clients = new ArrayList<>();

    @BeforeEach
    void begin() {
        cluster = new TestCluster(folder);
    }

    @AfterEach
    void close() {
        clients.stream()
                .filter(each -> each.getState().isConnected())
                .forEach(each -> {
                    each.disconnect();
                });
        cluster.close();
    }

    /** Brokers first: they wait for the others. */
    private void start(String... brokers) throws Exception {
        for (String broker : brokers) {
            cluster.launchBroker(broker);
        }
        for (String journal : JOURNALS) {
            cluster.launchJournal(journal);
        }
        cluster.launchCenters();
        cluster.awaitReady(CENTERS);
        cluster.awaitReady(JOURNALS);
        cluster.awaitReady(brokers);
    }

    private Mqtt5BlockingClient client(String broker, String clientId) {
        Mqtt5BlockingClient client =
                Mqtt5Client.builder()
                        .identifier(clientId)
                        .serverHost("127.0.0.1")
                        .serverPort(cluster.node(broker).mqttPort())
                        .buildBlocking();
        clients.add(client);
        return client;
    }

    private static Mqtt5ConnAck connect(Mqtt5BlockingClient client, boolean clean, long expiry) {
        return client.connectWith().cleanStart(clean).sessionExpiryInterval(expiry).send();
    }

    private Mqtt5BlockingClient connected(String broker, String clientId) {
        Mqtt5BlockingClient client = client(broker, clientId);
        connect(client, true, 0);
        return client;
    }

    private static void publish(Mqtt5BlockingClient by, String topic, String payload, MqttQos qos) {
        by.publishWith()
                .topic(topic)
                .qos(qos)
                .payload(payload.getBytes(StandardCharsets.UTF_8))
                .send();
    }

    private static String text(Optional<Mqtt5Publish> received) {
        return received.map(each -> new String(each.getPayloadAsBytes(), StandardCharsets.UTF_8))
                .orElse("nothing");
    }

    private static String next(Mqtt5BlockingClient.Mqtt5Publishes of) throws InterruptedException {
        return text(of.receive(LIMIT.toSeconds(), TimeUnit.SECONDS));
    }

    @Test
    void clients_of_three_brokers_are_clients_of_one() throws Exception {
        start("m-1", "m-2", "m-3");
        Mqtt5BlockingClient subscriber = connected("m-1", "subscriber");
        try (Mqtt5BlockingClient.Mqtt5Publishes received =
                subscriber.publishes(MqttGlobalPublishFilter.ALL)) {
            subscriber.subscribeWith().topicFilter("t/#").qos(MqttQos.EXACTLY_ONCE).send();
            Mqtt5BlockingClient two = connected("m-2", "two");
            Mqtt5BlockingClient three = connected("m-3", "three");
            Await.untilTrue(
                    "m-2 knows of it",
                    LIMIT,
                    () -> {
                        publish(two, "t/known", "known", MqttQos.AT_MOST_ONCE);
                        return !text(received.receive(100, TimeUnit.MILLISECONDS))
                                .equals("nothing");
                    });
            Await.untilTrue(
                    "m-3 knows of it",
                    LIMIT,
                    () -> {
                        publish(three, "t/known", "known, too", MqttQos.AT_MOST_ONCE);
                        return text(received.receive(100, TimeUnit.MILLISECONDS))
                                .equals("known, too");
                    });
            for (MqttQos qos : MqttQos.values()) {
                publish(two, "t/2", "two " + qos, qos);
                assertThat(awaited(received, "two")).isEqualTo("two " + qos);
                publish(three, "t/3", "three " + qos, qos);
                assertThat(awaited(received, "three ")).isEqualTo("three " + qos);
            }
            // one client identifier, one connection
            Mqtt5BlockingClient duel = client("m-2", "subscriber");
            connect(duel, true, 0);
            Await.untilTrue(
                    "the first is disconnected", LIMIT, () -> !subscriber.getState().isConnected());
        }
    }

    /** The next that begins so; what was sent to find the way may still come. */
    private static String awaited(Mqtt5BlockingClient.Mqtt5Publishes of, String prefix)
            throws InterruptedException {
        String text = next(of);
        while (!text.startsWith(prefix) && text.startsWith("known")) {
            text = next(of);
        }
        return text;
    }

    @Test
    void a_broker_that_is_killed_loses_nothing_and_its_sessions_go_on_elsewhere() throws Exception {
        start("m-1", "m-2");
        Mqtt5BlockingClient keeper = client("m-1", "keeper");
        connect(keeper, false, 1000);
        keeper.subscribeWith().topicFilter("k/#").qos(MqttQos.EXACTLY_ONCE).send();
        keeper.disconnect();
        Mqtt5BlockingClient mortal = client("m-1", "mortal");
        mortal.connectWith()
                .willPublish()
                .topic("w")
                .payload("gone".getBytes(StandardCharsets.UTF_8))
                .qos(MqttQos.AT_LEAST_ONCE)
                .applyWillPublish()
                .send();
        Mqtt5BlockingClient mourner = connected("m-2", "mourner");
        try (Mqtt5BlockingClient.Mqtt5Publishes wills =
                mourner.publishes(MqttGlobalPublishFilter.ALL)) {
            mourner.subscribeWith().topicFilter("w").qos(MqttQos.AT_LEAST_ONCE).send();
            Mqtt5BlockingClient atOne = connected("m-1", "publisher-1");
            publish(atOne, "k/1", "one", MqttQos.AT_LEAST_ONCE);
            cluster.kill("m-1");
            Mqtt5BlockingClient atTwo = connected("m-2", "publisher-2");
            publish(atTwo, "k/2", "two", MqttQos.EXACTLY_ONCE);
            assertThat(next(wills)).isEqualTo("gone");
        }
        Mqtt5BlockingClient again = client("m-2", "keeper");
        try (Mqtt5BlockingClient.Mqtt5Publishes received =
                again.publishes(MqttGlobalPublishFilter.ALL)) {
            assertThat(connect(again, false, 1000).isSessionPresent()).isTrue();
            assertThat(List.of(next(received), next(received)))
                    .containsExactlyInAnyOrder("one", "two");
        }
        cluster.node("m-2")
                .awaitRecord("placement.home_served", e -> e.path("home").asText().equals("m-1"));
        // its own process takes it back
        cluster.launchBroker("m-1");
        cluster.awaitReady("m-1");
        Mqtt5BlockingClient back = client("m-1", "keeper");
        assertThat(connect(back, false, 1000).isSessionPresent()).isTrue();
    }

    @Test
    void all_at_once_killed_and_started_again_have_everything() throws Exception {
        start("m-1");
        Mqtt5BlockingClient keeper = client("m-1", "keeper");
        connect(keeper, false, 1000);
        keeper.subscribeWith().topicFilter("k/#").qos(MqttQos.AT_LEAST_ONCE).send();
        keeper.disconnect();
        Mqtt5BlockingClient publisher = connected("m-1", "publisher");
        for (int i = 0; i < 100; i++) {
            publish(publisher, "k/1", "" + i, MqttQos.AT_LEAST_ONCE);
        }
        cluster.kill("m-1");
        for (String each : JOURNALS) {
            cluster.kill(each);
        }
        for (String each : CENTERS) {
            cluster.kill(each);
        }
        start("m-1");
        Mqtt5BlockingClient again = client("m-1", "keeper");
        try (Mqtt5BlockingClient.Mqtt5Publishes received =
                again.publishes(MqttGlobalPublishFilter.ALL)) {
            assertThat(connect(again, false, 1000).isSessionPresent()).isTrue();
            for (int i = 0; i < 100; i++) {
                assertThat(next(received)).isEqualTo("" + i);
            }
        }
    }

    @Test
    void users_and_rules_are_the_clusters() throws Exception {
        cluster.set("cluster.access=placement", "mqtt.allow-anonymous=false");
        cluster.launchBroker("m-1");
        cluster.unset();
        start();
        cluster.awaitReady("m-1");
        assertThat(isAdmitted("m-1", "wrong")).isFalse();
        agreed(DocumentKind.USER, "ada", line("ada", "right"));
        Await.untilTrue("ada is known", LIMIT, () -> isAdmitted("m-1", "right"));
        assertThat(isAdmitted("m-1", "wrong")).isFalse();

        agreed(DocumentKind.ACL, AgreedAccess.ACL, "user ada\ntopic write mine/#\n");
        cluster.node("m-1").awaitRecord("authentication.acl_loaded");
        Mqtt5BlockingClient ada = client("m-1", "ada");
        connect(ada, "right");
        assertThatThrownBy(() ->
                        ada.subscribeWith().topicFilter("theirs").qos(MqttQos.AT_MOST_ONCE).send())
                .isInstanceOf(Mqtt5SubAckException.class);
    }

    @Test
    void schemas_are_the_clusters_and_the_same_on_all_brokers() throws Exception {
        start("m-1", "m-2");
        agreed(
                DocumentKind.SCHEMA,
                "numbers",
                "{\"topics\":[\"n/#\"],\"schema\":{\"type\":\"number\"}}");
        for (String broker : List.of("m-1", "m-2")) {
            cluster.node(broker).awaitRecord("message.schemas_loaded");
            Mqtt5BlockingClient client = connected(broker, "at-" + broker);
            publish(client, "n/1", "3", MqttQos.AT_LEAST_ONCE);
            publish(client, "m", "x", MqttQos.AT_LEAST_ONCE);
            assertThatThrownBy(() -> publish(client, "n/1", "x", MqttQos.AT_LEAST_ONCE))
                    .isInstanceOf(Mqtt5PubAckException.class);
        }
    }

    private static String line(String user, String password) {
        byte[] secret = password.getBytes(StandardCharsets.UTF_8);
        return user + ":" + PasswordHash.of(secret, 101, new SplittableRandom()).text();
    }

    private boolean isAdmitted(String broker, String password) {
        Mqtt5BlockingClient client = client(broker, "ada");
        try {
            connect(client, password);
            client.disconnect();
            return true;
        } catch (Mqtt5ConnAckException refused) {
            return false;
        }
    }

    private static void connect(Mqtt5BlockingClient client, String password) {
        client.connectWith()
                .simpleAuth()
                .username("ada")
                .password(password.getBytes(StandardCharsets.UTF_8))
                .applySimpleAuth()
                .send();
    }

    private void agreed(DocumentKind kind, String name, String content) {
        try (RemotePlacement placement =
                new RemotePlacement(
                        cluster.addresses(),
                        InsecureChannelCredentials.create(),
                        ThreadLocalRandom.current().nextInt(),
                        RemotePlacement.PATIENCE,
                        new SplittableRandom(),
                        new RecordingEvents())) {
            placement.open();
            DocumentAnswer answer =
                    placement
                            .change(
                                    List.of(
                                            DocumentChange.create(
                                                    kind,
                                                    name,
                                                    Content.of(
                                                            content.getBytes(
                                                                    StandardCharsets.UTF_8)))),
                                    new Author("test", Admin.NODE),
                                    "a test")
                            .join();
            assertThat(answer).isInstanceOf(DocumentAnswer.Changed.class);
        }
    }
}
