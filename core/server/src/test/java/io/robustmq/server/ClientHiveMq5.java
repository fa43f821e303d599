package io.robustmq.server;

import com.hivemq.client.mqtt.MqttClientState;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.lifecycle.MqttDisconnectSource;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** HiveMQ's client, MQTT 5. */
final class ClientHiveMq5 implements ClientUnderTest {
    private final int port;
    private final ClientInbox inbox = new ClientInbox();
    private final CompletableFuture<Void> lost = new CompletableFuture<>();
    private @Nullable Mqtt5AsyncClient client;

    ClientHiveMq5(int port) {
        this.port = port;
    }

    @Override
    public boolean connect(ClientSession session) throws Exception {
        Mqtt5AsyncClient opened =
                Mqtt5Client.builder()
                        .identifier(session.clientId())
                        .serverHost("127.0.0.1")
                        .serverPort(port)
                        .addDisconnectedListener(context -> {
                            if (context.getSource() != MqttDisconnectSource.USER) {
                                lost.complete(null);
                            }
                        })
                        .buildAsync();
        client = opened;
        opened.publishes(
                MqttGlobalPublishFilter.ALL,
                publish ->
                        inbox.add(
                                ClientMessage.of(
                                        publish.getTopic().toString(),
                                        publish.getPayloadAsBytes(),
                                        publish.getQos().getCode(),
                                        publish.isRetain())));
        Mqtt5ConnectBuilder connect =
                Mqtt5Connect.builder()
                        .cleanStart(!session.kept())
                        .sessionExpiryInterval(session.kept() ? 3600 : 0)
                        .keepAlive(session.keepAliveSeconds());
        ClientMessage will = session.will();
        if (will != null) {
            connect = connect.willPublish(publishOf(will));
        }
        return ClientInbox.get(opened.connect(connect.build())).isSessionPresent();
    }

    @Override
    public void subscribe(String filter, int qos) throws Exception {
        var granted =
                ClientInbox.get(
                        client().subscribeWith()
                                .topicFilter(filter)
                                .qos(Objects.requireNonNull(MqttQos.fromCode(qos)))
                                .send());
        if (granted.getReasonCodes().getFirst().getCode() != qos) {
            throw new AssertionError(granted.toString());
        }
    }

    @Override
    public void unsubscribe(String filter) throws Exception {
        ClientInbox.get(client().unsubscribeWith().topicFilter(filter).send());
    }

    @Override
    public CompletableFuture<Void> publish(ClientMessage message) {
        return client().publish(publishOf(message)).thenAccept(result -> {});
    }

    @Override
    public ClientInbox inbox() {
        return inbox;
    }

    @Override
    public CompletableFuture<Void> lost() {
        return lost;
    }

    @Override
    public void disconnect() throws Exception {
        ClientInbox.get(client().disconnect());
    }

    @Override
    public void close() throws Exception {
        if (client != null && client.getState() != MqttClientState.DISCONNECTED) {
            // the broker may be about to end it too
            ClientInbox.get(client.disconnect().exceptionally(alreadyGone -> null));
        }
    }

    private Mqtt5AsyncClient client() {
        if (client == null) {
            throw new IllegalStateException("connect first");
        }
        return client;
    }

    private static Mqtt5Publish publishOf(ClientMessage message) {
        return Mqtt5Publish.builder()
                .topic(message.topic())
                .payload(message.payload())
                .qos(Objects.requireNonNull(MqttQos.fromCode(message.qos())))
                .retain(message.retained())
                .build();
    }
}
