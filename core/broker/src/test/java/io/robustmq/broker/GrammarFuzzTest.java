package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocatorMetric;
import io.netty.util.ResourceLeakDetector;
import io.robustmq.journal.LocalDisk;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.telemetry.event.Tracing;
import io.robustmq.testkit.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A broker of two loops whose clients do what MQTT allows and what it does not, all at once. {@code
 * -Dseed=} repeats what each of them does, though not who is faster; {@code -Dfuzz.rounds=}
 * lengthens it.
 */
class GrammarFuzzTest {
    private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 4);
    private static final int ROGUES = 6;
    private static final int LIVES = 40;
    private static final long LIMIT_SECONDS = 60;

    private final long seed = Long.getLong("seed", new Random().nextLong());

    @Test
    void those_who_behave_get_every_message_whatever_others_send() throws Exception {
        System.out.println("seed " + seed);
        ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        try (Faults faults = new Faults()) {
            faults.open();
            for (int round = 0; round < ROUNDS; round++) {
                round(faults, seed + round);
                assertThat(faults.take()).as("round %s of seed %s", round, seed).isEmpty();
            }
            System.gc(); // what nobody released is told with the next buffers
            PooledByteBufAllocator.DEFAULT.buffer().release();
            assertThat(faults.take()).as("seed %s", seed).isEmpty();
        } finally {
            ResourceLeakDetector.setLevel(before);
        }
    }

    private static void round(Faults faults, long seed) throws Exception {
        SettableClock clock = new SettableClock(Instant.parse("2026-01-01T00:00:00Z"));
        long buffers = buffers();
        try (TestLog log = TestLog.open(new LocalDisk(), clock, faults);
                Broker broker =
                        new Broker(
                                settings(),
                                log.shard(),
                                new Access(Authenticator.ANYBODY),
                                ClientDirectory.ALONE,
                                faults,
                                Tracing.OFF,
                                clock,
                                new Random(seed))) {
            broker.open();
            play(broker, clock, seed);
            TestBroker.waitUntil(() -> connections(broker) == 0);
            nothingIsLeft(broker, clock);
        }
        // each thread gives its own back as it ends
        TestBroker.waitUntil(() -> buffers() <= buffers);
    }

    /** Small bounds, so that clients come to them. */
    private static BrokerSettings settings() {
        Object[] parts = {
            new BrokerSettings.Limits(
                    Grammar.MOST_BYTES, 10, Grammar.ALIASES, Duration.ofDays(7).toSeconds(), 0),
            new BrokerSettings.Queues(
                    4, 1_000, 1 << 20, 64 * 1024, BrokerSettings.WhenFull.DROP_OLDEST),
            new BrokerSettings.Retained(50, 1 << 20),
            new BrokerSettings.Storage(1 << 20, 50)
        };
        BrokerSettings settings = TestBroker.settings(2);
        for (Object part : parts) {
            settings = TestBroker.with(settings, part);
        }
        return settings;
    }

    private static void play(Broker broker, SettableClock clock, long seed) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        List<WitnessPair> pairs =
                Stream.of(MqttVersion.V3_1_1, MqttVersion.V5)
                        .flatMap(version ->
                                Stream.of(1, 2)
                                        .map(qos ->
                                                new WitnessPair(
                                                        broker.localAddress(), qos, version, over)))
                        .toList();
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread::new)) {
            List<Future<List<String>>> published = new ArrayList<>();
            List<Future<List<String>>> received = new ArrayList<>();
            for (WitnessPair pair : pairs) {
                pair.subscribe();
                received.add(threads.submit((Callable<List<String>>) pair::receive));
                published.add(threads.submit((Callable<List<String>>) pair::publish));
            }
            List<Future<?>> rogues = new ArrayList<>();
            for (int i = 0; i < ROGUES; i++) {
                rogues.add(
                        threads.submit(
                                new RogueClient(
                                        broker.localAddress(), clock, seed * ROGUES + i, LIVES)));
            }
            try {
                for (Future<?> rogue : rogues) {
                    rogue.get(LIMIT_SECONDS, TimeUnit.SECONDS);
                }
            } finally {
                over.set(true);
            }
            for (int i = 0; i < pairs.size(); i++) {
                assertThat(received.get(i).get(LIMIT_SECONDS, TimeUnit.SECONDS))
                        .as("seed %s", seed)
                        .isEqualTo(published.get(i).get(LIMIT_SECONDS, TimeUnit.SECONDS));
            }
        }
    }

    /** When everybody is gone and every session has expired, their wills published. */
    private static void nothingIsLeft(Broker broker, SettableClock clock) throws Exception {
        TestBroker.waitUntil(() -> {
            clock.advance(Duration.ofDays(8));
            broker.sweep();
            return count(broker, Counters.SESSIONS_OFFLINE) == 0
                    && count(broker, Counters.SESSIONS_CONNECTED) == 0
                    && count(broker, Counters.SUBSCRIPTIONS) == 0
                    && count(broker, Counters.QUEUED_MESSAGES) == 0
                    && count(broker, Counters.QUEUED_BYTES) == 0
                    && count(broker, Counters.SLOW_CONSUMERS) == 0;
        });
        for (Loop loop : broker.loops()) {
            assertThat(loop.executor().submit(loop::loadedBytes).get()).isZero();
            assertThat(loop.executor().submit(() -> loop.connections().size()).get()).isZero();
        }
    }

    private static int connections(Broker broker) {
        return broker.loops().getFirst().shared().openConnections().get();
    }

    private static long count(Broker broker, int counter) {
        return broker.loops().stream().mapToLong(loop -> loop.counters().get(counter)).sum();
    }

    /** Not given back yet; those that a thread keeps for itself are not, either. */
    static long buffers() {
        PooledByteBufAllocatorMetric metric = PooledByteBufAllocator.DEFAULT.metric();
        return Stream.concat(metric.directArenas().stream(), metric.heapArenas().stream())
                .mapToLong(PoolArenaMetric::numActiveAllocations)
                .sum();
    }
}
