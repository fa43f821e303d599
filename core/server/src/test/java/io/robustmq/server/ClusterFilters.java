package io.robustmq.server;

import com.hivemq.client.mqtt.MqttClientExecutorConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAck;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * {@code bin/bench-cluster}: how soon subscriptions made at the first broker count at the others.
 * Its arguments are the brokers' MQTT ports. As a user sees it: after the last is acknowledged, a
 * sample of the topics, the last ones among them, is published at each other broker again and again
 * until every one of them has come.
 */
final class ClusterFilters {
    private static final int COUNT = 100_000;
    private static final int PER_SECOND = 20_000;
    private static final int CLIENTS = 10;
    private static final int IN_ONE = 100;
    private static final int SAMPLE = 200;
    private static final long AGAIN_MILLIS = 20;
    private static final long LIMIT_SECONDS = 60;
    private static final MqttClientExecutorConfig THREADS =
            MqttClientExecutorConfig.builder().nettyThreads(1).build();

    private ClusterFilters() {}

    public static void main(String[] ports) throws Exception {
        Set<String> came = ConcurrentHashMap.newKeySet();
        List<Mqtt5AsyncClient> subscribers = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            Mqtt5AsyncClient client = connected("filters-" + i, ports[0]);
            client.publishes(
                    MqttGlobalPublishFilter.ALL,
                    publish -> came.add(publish.getTopic().toString()));
            subscribers.add(client);
        }
        List<Mqtt5AsyncClient> publishers = new ArrayList<>();
        for (int i = 1; i < ports.length; i++) {
            publishers.add(connected("publisher-" + i, ports[i]));
        }
        long begun = System.nanoTime();
        List<CompletableFuture<Mqtt5SubAck>> acknowledged = new ArrayList<>();
        for (int from = 0; from < COUNT; from += IN_ONE) {
            acknowledged.add(
                    subscribers.get(from / IN_ONE % CLIENTS).subscribe(subscription(from)));
            long due = begun + (from + IN_ONE) * 1_000_000_000L / PER_SECOND;
            LockSupport.parkNanos(due - System.nanoTime());
        }
        for (CompletableFuture<Mqtt5SubAck> each : acknowledged) {
            each.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        }
        long last = System.nanoTime();
        System.out.printf(
                Locale.ROOT,
                "%,d filters subscribed in %.2f s, %,.0f a second%n",
                COUNT,
                (last - begun) / 1e9,
                COUNT * 1e9 / (last - begun));
        List<String> sample =
                IntStream.rangeClosed(1, SAMPLE)
                        .mapToObj(i -> topic(i * (COUNT / SAMPLE) - 1))
                        .toList();
        for (int i = 0; i < publishers.size(); i++) {
            long millis = visible(publishers.get(i), sample, came, last);
            System.out.printf(
                    Locale.ROOT,
                    "what is published at broker %d reaches %d of them, the last too, %d ms after the last%n",
                    i + 2,
                    SAMPLE,
                    millis);
        }
        System.exit(0);
    }

    private static long visible(
            Mqtt5AsyncClient publisher, List<String> sample, Set<String> came, long since)
            throws InterruptedException {
        came.clear();
        while (!came.containsAll(sample)) {
            if (System.nanoTime() - since > TimeUnit.SECONDS.toNanos(LIMIT_SECONDS)) {
                throw new AssertionError(came.size() + " of " + SAMPLE + " came");
            }
            for (String topic : sample) {
                if (!came.contains(topic)) {
                    var unused =
                            publisher.publishWith().topic(topic).qos(MqttQos.AT_MOST_ONCE).send();
                }
            }
            TimeUnit.MILLISECONDS.sleep(AGAIN_MILLIS);
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
    }

    private static String topic(int number) {
        return "device/" + number + "/state";
    }

    private static Mqtt5Subscribe subscription(int from) {
        return Mqtt5Subscribe.builder()
                .addSubscriptions(
                        IntStream.range(from, from + IN_ONE)
                                .mapToObj(i ->
                                        Mqtt5Subscription.builder()
                                                .topicFilter(topic(i))
                                                .qos(MqttQos.AT_LEAST_ONCE)
                                                .build()))
                .build();
    }

    private static Mqtt5AsyncClient connected(String id, String port) throws Exception {
        Mqtt5AsyncClient client =
                Mqtt5Client.builder()
                        .identifier(id)
                        .serverHost("127.0.0.1")
                        .serverPort(Integer.parseInt(port))
                        .executorConfig(THREADS)
                        .buildAsync();
        client.connect().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        return client;
    }
}
