package io.robustmq.server;

import java.util.concurrent.CompletableFuture;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

/** Eclipse Paho, MQTT 5. */
final class ClientPaho5 implements ClientUnderTest {
    private final int port;
    private final ClientInbox inbox = new ClientInbox();
    private final CompletableFuture<Void> lost = new CompletableFuture<>();
    private @Nullable MqttAsyncClient client;

    ClientPaho5(int port) {
        this.port = port;
    }

    @Override
    public boolean connect(ClientSession session) throws Exception {
        MqttAsyncClient opened =
                new MqttAsyncClient(
                        "tcp://127.0.0.1:" + port, session.clientId(), new MemoryPersistence());
        client = opened;
        opened.setCallback(new Receiver());
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setCleanStart(!session.kept());
        options.setSessionExpiryInterval(session.kept() ? 3600L : 0L);
        options.setKeepAliveInterval(session.keepAliveSeconds());
        options.setAutomaticReconnect(false);
        ClientMessage will = session.will();
        if (will != null) {
            options.setWill(
                    will.topic(),
                    new MqttMessage(
                            will.payload(), will.qos(), will.retained(), new MqttProperties()));
        }
        IMqttToken token = opened.connect(options);
        token.waitForCompletion(ClientInbox.LIMIT.toMillis());
        return token.getSessionPresent();
    }

    @Override
    public void subscribe(String filter, int qos) throws Exception {
        IMqttToken token = client().subscribe(filter, qos);
        token.waitForCompletion(ClientInbox.LIMIT.toMillis());
        if (token.getReasonCodes()[0] != qos) {
            throw new AssertionError("SUBACK " + token.getReasonCodes()[0]);
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
                        new MqttActionListener() {
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
        public void disconnected(MqttDisconnectResponse response) {
            lost.complete(null);
        }

        @Override
        public void mqttErrorOccurred(MqttException exception) {}

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            inbox.add(
                    ClientMessage.of(
                            topic, message.getPayload(), message.getQos(), message.isRetained()));
        }

        @Override
        public void deliveryComplete(IMqttToken token) {}

        @Override
        public void connectComplete(boolean reconnect, String serverUri) {}

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {}
    }
}
