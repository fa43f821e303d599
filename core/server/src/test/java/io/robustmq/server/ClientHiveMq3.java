package io.robustmq.server;

import com.hivemq.client.mqtt.MqttClientState;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.lifecycle.MqttDisconnectSource;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3Client;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3Connect;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3ConnectBuilder;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** HiveMQ's client, MQTT 3.1.1. */
final class ClientHiveMq3 implements ClientUnderTest {
    private final int port;
    private final ClientInbox inbox = new ClientInbox();
    private final CompletableFuture<Void> lost = new CompletableFuture<>();
    private @Nullable Mqtt3AsyncClient client;

    ClientHiveMq3(int port) {
        this.port = port;
    }

    @Override
    public boolean connect(ClientSession session) throws Exception {
        Mqtt3AsyncClient opened =
                Mqtt3Client.builder()
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
        Mqtt3ConnectBuilder connect =
                Mqtt3Connect.builder()
                        .cleanSession(!session.kept())
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
        if (granted.getReturnCodes().getFirst().getCode() != qos) {
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

    private Mqtt3AsyncClient client() {
        if (client == null) {
            throw new IllegalStateException("connect first");
        }
        return client;
    }

    private static Mqtt3Publish publishOf(ClientMessage message) {
        return Mqtt3Publish.builder()
                .topic(message.topic())
                .payload(message.payload())
                .qos(Objects.requireNonNull(MqttQos.fromCode(message.qos())))
                .retain(message.retained())
                .build();
    }
}
