package io.robustmq.chaos;

import com.hivemq.client.mqtt.MqttClientExecutorConfig;
import com.hivemq.client.mqtt.MqttClientTransportConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.lifecycle.MqttClientConnectedContext;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.lifecycle.MqttDisconnectSource;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.lifecycle.Mqtt5ClientConnectedContext;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client of HiveMQ's library that connects again to some broker whenever it is disconnected, and
 * keeps what it has in flight while its session is kept.
 */
final class Line implements AutoCloseable {
    static final int KEEP_ALIVE_SECONDS = 1;
    private static final MqttClientExecutorConfig THREADS =
            MqttClientExecutorConfig.builder().nettyThreads(2).build();
    private static final int CONNECT_MILLIS = 1_000;

    /** A broker may hold a client back until a home is served. */
    private static final int CONNACK_MILLIS = 12_000;

    private static final int AGAIN_MILLIS = 100;

    private final String id;
    private final boolean kept;
    private final List<InetSocketAddress> brokers;
    private final SplittableRandom chance;
    private final History history;
    private final Mqtt5AsyncClient client;

    // guarded by this
    private int broker;
    private boolean closing;
    private boolean isConnected;
    private int connections;
    private long downSince = System.nanoTime();
    private volatile int life = 1;

    Line(
            String id,
            boolean kept,
            List<InetSocketAddress> brokers,
            SplittableRandom chance,
            History history) {
        this.id = id;
        this.kept = kept;
        this.brokers = brokers;
        this.chance = chance;
        this.history = history;
        this.broker = chance.nextInt(brokers.size());
        this.client =
                Mqtt5Client.builder()
                        .identifier(id)
                        .executorConfig(THREADS)
                        .transportConfig(transport())
                        .addConnectedListener(this::connected)
                        .addDisconnectedListener(this::lost)
                        .buildAsync();
        client.publishes(
                MqttGlobalPublishFilter.ALL,
                publish ->
                        history.add(
                                new Happening.Came(
                                        System.nanoTime(),
                                        id,
                                        publish.getTopic().toString(),
                                        new String(
                                                publish.getPayloadAsBytes(),
                                                StandardCharsets.UTF_8),
                                        publish.getQos().getCode(),
                                        publish.isRetain())));
    }

    String id() {
        return id;
    }

    /** How many sessions it has had. */
    int life() {
        return life;
    }

    /** Without a kept session the library takes nothing while there is no connection. */
    boolean takesPublishes() {
        return kept || client.getState().isConnected();
    }

    private MqttClientTransportConfig transport() {
        InetSocketAddress address = brokers.get(broker);
        return MqttClientTransportConfig.builder()
                .serverAddress(address)
                .socketConnectTimeout(CONNECT_MILLIS, TimeUnit.MILLISECONDS)
                .mqttConnectTimeout(CONNACK_MILLIS, TimeUnit.MILLISECONDS)
                .build();
    }

    private synchronized void connected(MqttClientConnectedContext context) {
        boolean present = ((Mqtt5ClientConnectedContext) context).getConnAck().isSessionPresent();
        long now = System.nanoTime();
        if (connections > 0 && !present) {
            life++;
        }
        history.add(
                new Happening.Connected(
                        now, id, name(), present, connections > 0, now - downSince));
        connections++;
        isConnected = true;
    }

    private String name() {
        return Role.BROKER.node(broker + 1);
    }

    private synchronized void lost(MqttClientDisconnectedContext context) {
        long now = System.nanoTime();
        if (isConnected || context.getSource() != MqttDisconnectSource.CLIENT) {
            history.add(
                    new Happening.Lost(
                            now, id, name(), String.valueOf(context.getCause().getMessage())));
        }
        if (isConnected) {
            isConnected = false;
            downSince = now;
        }
        if (!closing) {
            broker = (broker + 1 + chance.nextInt(brokers.size() - 1)) % brokers.size();
            context.getReconnector()
                    .reconnect(true)
                    .delay(1 + chance.nextInt(AGAIN_MILLIS), TimeUnit.MILLISECONDS)
                    .transportConfig(transport());
        }
    }

    /** Done when it is connected for the first time. */
    CompletableFuture<?> open() {
        return client.connect(
                Mqtt5Connect.builder()
                        .cleanStart(!kept)
                        .sessionExpiryInterval(kept ? 24 * 3600 : 0)
                        .keepAlive(KEEP_ALIVE_SECONDS)
                        .build());
    }

    /** In order, and then at another broker. */
    void move() {
        var unused = client.disconnect().exceptionally(wasNotConnected -> null);
    }

    CompletableFuture<?> subscribe(String filter) {
        return client.subscribeWith().topicFilter(filter).qos(MqttQos.EXACTLY_ONCE).send();
    }

    /** Null when it is acknowledged, else why not. */
    CompletableFuture<@Nullable Throwable> publish(
            String topic, String payload, int qos, boolean retain) {
        return client.publish(
                        Mqtt5Publish.builder()
                                .topic(topic)
                                .payload(payload.getBytes(StandardCharsets.UTF_8))
                                .qos(Objects.requireNonNull(MqttQos.fromCode(qos)))
                                .retain(retain)
                                .build())
                .handle((result, why) -> why == null ? error(result) : why);
    }

    private static @Nullable Throwable error(Mqtt5PublishResult result) {
        return result.getError().orElse(null);
    }

    @Override
    public void close() {
        synchronized (this) {
            closing = true;
        }
        move();
    }
}
