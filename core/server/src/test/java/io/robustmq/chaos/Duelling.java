package io.robustmq.chaos;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One side of two that have the same client id and take over from each other. */
final class Duelling implements AutoCloseable {
    private static final int PUBLISH_MILLIS = 100;
    private static final int HOLD_MILLIS = 8_000;
    private static final int PAUSE_MILLIS = 2_000;

    private final String id;
    private final int side;
    private final List<InetSocketAddress> brokers;
    private final SplittableRandom chance;
    private final History history;
    private final Thread thread;
    private volatile boolean closing;

    Duelling(
            String id,
            int side,
            List<InetSocketAddress> brokers,
            SplittableRandom chance,
            History history) {
        this.id = id;
        this.side = side;
        this.brokers = brokers;
        this.chance = chance;
        this.history = history;
        this.thread = new Thread(this::run, id + "#" + side);
    }

    void open() {
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (!closing) {
                once();
                TimeUnit.MILLISECONDS.sleep(chance.nextInt(PAUSE_MILLIS));
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void once() throws InterruptedException {
        int broker = chance.nextInt(brokers.size());
        CompletableFuture<Void> lost = new CompletableFuture<>();
        String name = Role.BROKER.node(broker + 1);
        Mqtt5AsyncClient client =
                Mqtt5Client.builder()
                        .identifier(id)
                        .serverAddress(brokers.get(broker))
                        .addConnectedListener(context ->
                                history.add(new Happening.Won(System.nanoTime(), id, side, name)))
                        .addDisconnectedListener(context -> {
                            history.add(
                                    new Happening.Lost(
                                            System.nanoTime(),
                                            id + "#" + side,
                                            name,
                                            String.valueOf(context.getCause().getMessage())));
                            lost.complete(null);
                        })
                        .buildAsync();
        var unused =
                client.connect(
                        Mqtt5Connect.builder()
                                .cleanStart(false)
                                .sessionExpiryInterval(24 * 3600)
                                .keepAlive(Line.KEEP_ALIVE_SECONDS)
                                .build());
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(chance.nextInt(HOLD_MILLIS));
        while (!closing && System.nanoTime() < until && !isDone(lost)) {
            if (client.getState().isConnected()) {
                publish(client);
            }
        }
        var unusedEnd = client.disconnect().exceptionally(wasNotConnected -> null);
    }

    private static boolean isDone(CompletableFuture<Void> lost) throws InterruptedException {
        try {
            lost.get(PUBLISH_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException notYet) {
            return false;
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void publish(Mqtt5AsyncClient client) {
        long sentAt = System.nanoTime();
        var unused =
                client.publish(
                                Mqtt5Publish.builder()
                                        .topic("duel/" + id)
                                        .qos(MqttQos.AT_LEAST_ONCE)
                                        .build())
                        .thenAccept(result -> {
                            if (result.getError().isEmpty()) {
                                history.add(
                                        new Happening.Served(System.nanoTime(), id, side, sentAt));
                            }
                        });
    }

    @Override
    public void close() {
        closing = true;
    }
}
