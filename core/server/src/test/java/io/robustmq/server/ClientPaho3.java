package io.robustmq.server;

import java.util.concurrent.CompletableFuture;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;

/** Eclipse Paho, MQTT 3.1 and 3.1.1. */
final class ClientPaho3 implements ClientUnderTest {
    private final int port;
    private final int version;
    private final ClientInbox inbox = new ClientInbox();
    private final CompletableFuture<Void> lost = new CompletableFuture<>();
    private @Nullable MqttAsyncClient client;

    ClientPaho3(int port, int version) {
        this.port = port;
        this.version = version;
    }

    @Override
    public boolean connect(ClientSession session) throws Exception {
        MqttAsyncClient opened =
                new MqttAsyncClient(
                        "tcp://127.0.0.1:" + port, session.clientId(), new MemoryPersistence());
        client = opened;
        opened.setCallback(new Receiver());
        MqttConnectOptions options = new MqttConnectOptions();
        options.setMqttVersion(version);
        options.setCleanSession(!session.kept());
        options.setKeepAliveInterval(session.keepAliveSeconds());
        options.setMaxInflight(1000);
        ClientMessage will = session.will();
        if (will != null) {
            options.setWill(will.topic(), will.payload(), will.qos(), will.retained());
        }
        IMqttToken token = opened.connect(options);
        token.waitForCompletion(ClientInbox.LIMIT.toMillis());
        return token.getSessionPresent();
    }

    @Override
    public void subscribe(String filter, int qos) throws Exception {
        IMqttToken token = client().subscribe(filter, qos);
        token.waitForCompletion(ClientInbox.LIMIT.toMillis());
        if (token.getGrantedQos()[0] != qos) {
            throw new AssertionError("granted QoS " + token.getGrantedQos()[0]);
        }
    }

    @Override
    public void unsubscribe(String filter) throws Exception {
        client().unsubscribe(filter).waitForCompletion(ClientInbox.LIMIT.toMillis());
    }

    @Override
    public CompletableFuture<Void> publish(ClientMessage message) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        client().publish(
                        message.topic(),
                        message.payload(),
                        message.qos(),
                        message.retained(),
                        null,
                        new IMqttActionListener() {
                            @Override
                            public void onSuccess(IMqttToken token) {
                                done.complete(null);
                            }

                            @Override
                            public void onFailure(IMqttToken token, Throwable failure) {
                                done.completeExceptionally(failure);
                            }
                        });
        return done;
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
        client().disconnect().waitForCompletion(ClientInbox.LIMIT.toMillis());
    }

    @Override
    public void close() throws MqttException {
        if (client != null) {
            if (client.isConnected()) {
                try {
                    client.disconnect(0).waitForCompletion(ClientInbox.LIMIT.toMillis());
                } catch (MqttException e) {
                    // the broker was about to end it too
                }
            }
            client.close(true);
        }
    }

    private MqttAsyncClient client() {
        if (client == null) {
            throw new IllegalStateException("connect first");
        }
        return client;
    }

    private final class Receiver implements MqttCallback {
        @Override
        public void connectionLost(Throwable cause) {
            lost.complete(null);
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            inbox.add(
                    ClientMessage.of(
                            topic, message.getPayload(), message.getQos(), message.isRetained()));
        }

        @Override
        public void deliveryComplete(IMqttDeliveryToken token) {}
    }
}
