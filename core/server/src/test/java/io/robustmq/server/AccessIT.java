package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import io.robustmq.testkit.ChildProcess;
import io.robustmq.testkit.MosquittoClients;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.Repository;
import io.robustmq.testkit.RobustMq;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may connect and what they may do, with the real process, its commands, and real clients. */
@NeedsPart(Part.MOSQUITTO)
class AccessIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int NOT_AUTHORIZED = 0x87;

    @TempDir Path folder;

    private Path passwords;
    private Path acl;

    @BeforeEach
    void files() {
        passwords = folder.resolve("passwords");
        acl = folder.resolve("acl");
    }

    @Test
    void users_are_managed_and_all_clients_are_held_to_the_rules_while_these_change()
            throws Exception {
        addAtOnce("ann", "bob", "cat", "dan");
        writeAcl(
                """
                user ann
                topic readwrite ann/#
                topic read public/#
                user bob
                topic readwrite #
                topic deny ann/secret
                pattern write in/%c
                """);
        try (RobustMq node =
                RobustMq.in(folder.resolve("data"))
                        .set("mqtt.password-file", passwords.toString())
                        .set("mqtt.access.acl-file", acl.toString())
                        .set("mqtt.allow-anonymous", "never")
                        .start()) {
            node.awaitRecord("authentication.passwords_loaded", r -> r.path("users").asInt() == 4);
            node.awaitRecord("authentication.acl_loaded", r -> r.path("rules").asInt() == 5);
            mosquitto(node);
            hiveMq(node);
            paho(node);
            assertThat(node.records().toString()).doesNotContain("password of");
        }
    }

    private static void mosquitto(RobustMq node) throws Exception {
        assertThat(publish(node, "ann", "password of ann", "ann/1").exitCode()).isZero();
        assertThat(publish(node, "ann", "password of bob", "ann/1").exitCode()).isNotZero();
        assertThat(publish(node, "eve", "password of eve", "ann/1").exitCode()).isNotZero();
        assertThat(node.mosquitto().publish("-t", "ann/1", "-m", "x").exitCode()).isNotZero();
        node.awaitRecord(
                "authentication.failed", r -> r.path("rule").asText().equals("mqtt.password-file"));
        JsonNode anonymous =
                node.awaitRecord(
                        "authentication.failed",
                        r -> r.path("rule").asText().equals("mqtt.allow-anonymous"));
        assertThat(anonymous.path("method").asText()).isEqualTo("anonymous");

        assertThat(publish(node, "ann", "password of ann", "bob/1").output())
                .contains("Not authorized");
        JsonNode denied =
                node.awaitRecord(
                        "authentication.publish_denied",
                        r -> r.path("topic_name").asText().equals("bob/1"));
        assertThat(denied.path("rule").asText()).endsWith("acl (no rule allows it)");
        publish(node, "bob", "password of bob", "ann/secret");
        node.awaitRecord(
                "authentication.publish_denied", r -> r.path("rule").asText().endsWith("acl:6"));
        try (MosquittoClients.Subscriber subscriber =
                node.mosquitto()
                        .subscribe("-u", "ann", "-P", "password of ann", "-t", "public/#")) {
            assertThat(publish(node, "bob", "password of bob", "public/news").exitCode()).isZero();
            assertThat(subscriber.await(1).getFirst().topic()).isEqualTo("public/news");
        }
    }

    private static MosquittoClients.Published publish(
            RobustMq node, String user, String password, String topic) throws Exception {
        return node.mosquitto()
                .publish("-V", "5", "-q", "1", "-u", user, "-P", password, "-t", topic, "-m", "x");
    }

    /** Its rules change while it is connected. */
    private void hiveMq(RobustMq node) throws Exception {
        ClientInbox inbox = new ClientInbox();
        Mqtt5AsyncClient client =
                Mqtt5Client.builder()
                        .identifier("hive")
                        .serverHost("127.0.0.1")
                        .serverPort(node.mqttPort())
                        .simpleAuth()
                        .username("ann")
                        .password("password of ann".getBytes(StandardCharsets.UTF_8))
                        .applySimpleAuth()
                        .buildAsync();
        client.publishes(
                MqttGlobalPublishFilter.ALL,
                publish ->
                        inbox.add(
                                ClientMessage.of(
                                        publish.getTopic().toString(),
                                        publish.getPayloadAsBytes(),
                                        publish.getQos().getCode(),
                                        publish.isRetain())));
        ClientInbox.get(client.connect());
        ClientInbox.get(
                client.subscribeWith().topicFilter("ann/#").qos(MqttQos.AT_LEAST_ONCE).send());
        ClientInbox.get(
                client.subscribeWith().topicFilter("public/#").qos(MqttQos.AT_LEAST_ONCE).send());
        assertThatThrownBy(() -> publish(client, "public/x"))
                .hasCauseInstanceOf(Mqtt5PubAckException.class);
        assertThat(publish(client, "in/hive").getError()).isEmpty();

        Files.writeString(acl.resolveSibling("acl.wrong"), "topik x\n");
        Files.move(acl.resolveSibling("acl.wrong"), acl, StandardCopyOption.REPLACE_EXISTING);
        try (ChildProcess reload = robustmq("", command(node, "reload"))) {
            assertThat(reload.awaitExit(LIMIT)).isEqualTo(78);
            assertThat(String.join("\n", reload.stderr())).contains("acl:1: a line begins with");
        }
        node.awaitRecord("authentication.reload_failed");
        assertThat(publish(client, "in/hive").getError()).isEmpty();

        writeAcl("user ann\ntopic read public/#\nuser bob\ntopic #\n");
        JsonNode revoked = node.awaitRecord("subscription.revoked"); // within some seconds
        assertThat(revoked.path("topic_filter").asText()).isEqualTo("ann/#");
        assertThat(revoked.path("rule").asText()).endsWith("acl (no rule allows it)");
        assertThatThrownBy(() -> publish(client, "in/hive"))
                .hasCauseInstanceOf(Mqtt5PubAckException.class);
        publish(node, "bob", "password of bob", "ann/1");
        publish(node, "bob", "password of bob", "public/last");
        assertThat(inbox.await(1).getFirst().topic()).isEqualTo("public/last");
        ClientInbox.get(client.disconnect());
    }

    private static Mqtt5PublishResult publish(Mqtt5AsyncClient client, String topic)
            throws Exception {
        return ClientInbox.get(
                client.publishWith()
                        .topic(topic)
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(new byte[] {1})
                        .send());
    }

    /** Its user is removed while it is connected. */
    private void paho(RobustMq node) throws Exception {
        CompletableFuture<Integer> ended = new CompletableFuture<>();
        MqttAsyncClient client =
                new MqttAsyncClient(
                        "tcp://127.0.0.1:" + node.mqttPort(), "paho", new MemoryPersistence());
        client.setCallback(new Ended(ended));
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setUserName("bob");
        options.setPassword("password of bob".getBytes(StandardCharsets.UTF_8));
        options.setAutomaticReconnect(false);
        client.connect(options).waitForCompletion(LIMIT.toMillis());
        IMqttToken subscribed = client.subscribe("ann/#", 1);
        subscribed.waitForCompletion(LIMIT.toMillis());
        assertThat(subscribed.getReasonCodes()).containsExactly(1);

        try (ChildProcess removed = users("", "remove", "bob")) {
            assertThat(removed.awaitExit(LIMIT)).isZero();
        }
        assertThat(ClientInbox.get(ended)).isEqualTo(NOT_AUTHORIZED);
        node.awaitRecord("authentication.revoked", r -> r.path("user_name").asText().equals("bob"));
        assertThat(publish(node, "bob", "password of bob", "x").exitCode()).isNotZero();
        client.close(true);
        try (ChildProcess again = robustmq("", command(node, "reload"))) {
            assertThat(again.awaitExit(LIMIT)).isZero();
        }
        node.awaitRecord("audit.access_reloaded");
    }

    private static final class Ended implements MqttCallback {
        private final CompletableFuture<Integer> ended;

        Ended(CompletableFuture<Integer> ended) {
            this.ended = ended;
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            ended.complete(response.getReturnCode());
        }

        @Override
        public void mqttErrorOccurred(MqttException exception) {}

        @Override
        public void messageArrived(String topic, MqttMessage message) {}

        @Override
        public void deliveryComplete(IMqttToken token) {}

        @Override
        public void connectComplete(boolean reconnect, String serverUri) {}

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {}
    }

    // the commands

    /** Each by a process of its own, all at the same time. */
    private void addAtOnce(String... names) throws Exception {
        List<ChildProcess> adding = new ArrayList<>();
        try {
            for (String name : names) {
                adding.add(users("password of " + name + "\n", "add", name, "--password-stdin"));
            }
            for (ChildProcess each : adding) {
                assertThat(each.awaitExit(LIMIT)).isZero();
            }
        } finally {
            adding.forEach(ChildProcess::close);
        }
        try (ChildProcess listed = users("", "list")) {
            assertThat(listed.awaitExit(LIMIT)).isZero();
            assertThat(listed.stdout()).containsExactly(names);
        }
        assertThat(Files.readString(passwords)).doesNotContain("password of");
    }

    private ChildProcess users(String stdin, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("users"));
        all.addAll(List.of(arguments));
        all.add("--file=" + passwords);
        return robustmq(stdin, all);
    }

    private static List<String> command(RobustMq node, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.add("--url=http://127.0.0.1:" + node.httpPort());
        all.add("--token-file=" + node.data().resolve(AdminToken.FILE));
        return all;
    }

    private ChildProcess robustmq(String stdin, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(arguments);
        command.addFirst(Repository.root().resolve("bin").resolve("robustmq").toString());
        return ChildProcess.start(
                "robustmq", folder, Map.of("ROBUSTMQ_BUILD", "never"), command, stdin);
    }

    private void writeAcl(String text) throws Exception {
        Path next = Files.writeString(acl.resolveSibling("acl.next"), text);
        Files.move(next, acl, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
