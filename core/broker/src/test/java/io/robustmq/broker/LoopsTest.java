package io.robustmq.broker;

import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Options;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.telemetry.event.ConnectionEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Connections move to the loop of their client, and nothing is lost on the way. */
class LoopsTest {
    private static final int LOOPS = 3;

    @Test
    void hundreds_of_clients_move_to_their_loops_and_serve_each_other() throws Exception {
        int clients = 300;
        try (TestBroker broker = TestBroker.open(settings(LOOPS))) {
            List<RawClient> all = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                RawClient client = broker.client();
                client.sendConnect("client-" + i, new Options());
                client.sendSubscribe("to/" + i, 1, 0); // does not wait for the CONNACK
                all.add(client);
            }
            for (RawClient client : all) {
                client.expect(RawClient.CONNACK);
                client.expect(RawClient.SUBACK);
            }
            for (int i = 0; i < clients; i++) {
                all.get(i).publish("to/" + (i * 7 + 3) % clients, "from " + i, 1, 1);
            }
            for (int i = 0; i < clients; i++) {
                int acks = 0;
                int messages = 0;
                for (int n = 0; n < 2; n++) {
                    switch (all.get(i).read().type()) {
                        case PUBACK -> acks++;
                        case RawClient.PUBLISH -> messages++;
                        default -> throw new AssertionError("something else came");
                    }
                }
                assertThat(acks + 10 * messages).isEqualTo(11);
            }
            assertThat(broker.broker.measures().sessionsConnected()).isEqualTo(clients);
            for (RawClient client : all) {
                client.close();
            }
            waitUntil(() -> broker.broker.measures().connections() == 0);
            waitUntil(() -> broker.broker.measures().sessionsConnected() == 0);
            assertThat(broker.events.of(ConnectionEvent.Failed.class)).isEmpty();
        }
    }

    @Test
    void of_a_client_that_hangs_up_on_its_way_to_its_loop_nothing_is_left() throws Exception {
        long buffers = GrammarFuzzTest.buffers();
        try (TestBroker broker = TestBroker.open(settings(LOOPS))) {
            byte[] connect = ClientScript.connect(0, MqttVersion.V3_1_1, true);
            byte[] more = {(byte) 0xC0};
            for (int i = 0; i < 500; i++) {
                try (RawClient client = broker.client()) {
                    client.send(new Bytes().raw(connect).raw(more).array());
                }
            }
            waitUntil(() -> broker.broker.measures().connections() == 0);
            for (Loop loop : broker.broker.loops()) {
                waitUntil(() -> loop.connections().isEmpty());
            }
        }
        waitUntil(() -> GrammarFuzzTest.buffers() <= buffers);
    }

    @Test
    void of_many_that_fight_for_one_identifier_one_remains() throws Exception {
        try (TestBroker broker = TestBroker.open(settings(LOOPS))) {
            List<RawClient> all = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                RawClient client = broker.client();
                client.sendConnect("same", new Options().keepSession().expiry(100));
                all.add(client);
            }
            waitUntil(() -> broker.events.of(ConnectionEvent.Accepted.class).size() == 50);
            waitUntil(() -> broker.events.of(ConnectionEvent.TakenOver.class).size() == 49);
            waitUntil(() -> broker.broker.measures().connections() == 1);
            assertThat(broker.broker.measures().sessionsConnected()).isEqualTo(1);
            assertThat(broker.broker.measures().sessionsOffline()).isZero();
            for (RawClient client : all) {
                client.close();
            }
            waitUntil(() -> broker.broker.measures().sessionsOffline() == 1);
        }
    }

    /** QoS 1 to a client that is torn away again and again: each message at least once. */
    @Test
    void a_subscriber_that_keeps_coming_back_misses_nothing() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int messages = 3000;
        ConcurrentMap<String, Boolean> seen = new ConcurrentHashMap<>();
        AtomicInteger published = new AtomicInteger();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        try (TestBroker broker = TestBroker.open(settings(LOOPS))) {
            try (RawClient client = broker.client()) {
                client.connect("roamer", new Options().keepSession().expiry(100));
                client.subscribe("t/#", 1);
            }
            List<Thread> publishers = new ArrayList<>();
            for (int p = 0; p < 3; p++) {
                int which = p;
                Thread thread =
                        new Thread(() -> {
                            try (RawClient client = broker.connected("publisher-" + which)) {
                                for (int i = 0; i < messages; i++) {
                                    client.published("t/" + which, which + ":" + i, 1, 1);
                                    published.incrementAndGet();
                                }
                            } catch (IOException | AssertionError e) {
                                failure.set(e);
                            }
                        });
                thread.start();
                publishers.add(thread);
            }
            while (seen.size() < 3 * messages && failure.get() == null) {
                try (RawClient client = broker.client()) {
                    client.connect("roamer", new Options().keepSession().expiry(100));
                    int take = 1 + random.nextInt(400);
                    for (int i = 0; i < take && seen.size() < 3 * messages; i++) {
                        RawClient.Message message = client.message();
                        seen.put(message.payload(), true);
                        if (random.nextInt(10) > 0) {
                            client.ack(PUBACK, message.packetId());
                        }
                    }
                }
            }
            for (Thread thread : publishers) {
                thread.join();
            }
            assertThat(failure.get()).isNull();
            assertThat(seen).hasSize(3 * messages);
            assertThat(broker.events.of(ConnectionEvent.Failed.class)).isEmpty();
        }
    }

    /** The loop that a connected client is on. */
    private static Loop loopOf(TestBroker broker, String clientId) {
        for (Loop loop : broker.broker.loops()) {
            boolean here =
                    loop.executor()
                            .submit(() -> loop.sessions().find(clientId) != null)
                            .syncUninterruptibly()
                            .getNow();
            if (here) {
                return loop;
            }
        }
        throw new AssertionError(clientId + " is on no loop");
    }

    @Test
    void a_loop_that_is_behind_holds_its_publishers_back_and_loses_nothing() throws Exception {
        int messages = 3000;
        String payload = "x".repeat(20_000);
        try (TestBroker broker = TestBroker.open(settings(LOOPS));
                RawClient publisher = broker.connected("publisher")) {
            Loop from = loopOf(broker, "publisher");
            RawClient subscriber = publisher;
            Loop to = from;
            for (int i = 0; to == from; i++) {
                subscriber = broker.connected("subscriber-" + i);
                to = loopOf(broker, "subscriber-" + i);
            }
            subscriber.subscribe("t", 1);
            CountDownLatch asleep = new CountDownLatch(1);
            to.executor().execute(() -> waitFor(asleep));

            Thread sending =
                    new Thread(() -> {
                        try {
                            for (int i = 1; i <= messages; i++) {
                                publisher.publish("t", i + payload, 1, i);
                            }
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    });
            sending.start();
            waitUntil(from::isBehind);
            assertThat(broker.broker.measures().publishReceived(1)).isLessThan(messages);
            asleep.countDown();
            for (int i = 1; i <= messages; i++) {
                RawClient.Message message = subscriber.message();
                assertThat(message.payload()).isEqualTo(i + payload);
                subscriber.ack(PUBACK, message.packetId());
            }
            sending.join();
            subscriber.close();
        }
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
