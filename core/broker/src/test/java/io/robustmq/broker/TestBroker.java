package io.robustmq.broker;

import io.robustmq.journal.Disk;
import io.robustmq.journal.LocalDisk;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.telemetry.event.Tracing;
import io.robustmq.testkit.RecordingEvents;
import io.robustmq.testkit.SettableClock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.function.BooleanSupplier;

/** A broker on a free port, what it reported, and the clock it goes by. */
final class TestBroker implements AutoCloseable {
    final RecordingEvents events = new RecordingEvents();
    final SettableClock clock = new SettableClock(Instant.parse("2026-01-01T00:00:00Z"));
    final TestLog log;
    Broker broker;

    private final BrokerSettings settings;
    private final Authenticator authenticator;
    private final Tracing tracing;

    private TestBroker(
            BrokerSettings settings, Authenticator authenticator, Tracing tracing, Disk disk)
            throws IOException {
        this.log = TestLog.open(disk, clock, events);
        this.settings = settings;
        this.authenticator = authenticator;
        this.tracing = tracing;
        broker = make();
    }

    private Broker make() {
        return new Broker(
                settings, log.shard(), authenticator, events, tracing, clock, new Random(1));
    }

    /** Stops it in order, and opens another on the same log. */
    void restart() throws IOException {
        broker.close();
        log.reopen();
        broker = make();
        broker.open();
    }

    /** Kills it, and opens another on what it had written. */
    void crash() throws IOException {
        crash(left -> {});
    }

    /** Something done to the files of a log. */
    interface Damage {
        void to(Path directory) throws IOException;
    }

    void crash(Damage damage) throws IOException {
        Path left = log.copy();
        damage.to(left);
        broker.close();
        log.reopen(left);
        broker = make();
        broker.open();
    }

    /** Waits until nothing more comes into the log: acknowledgements do so a little later. */
    void settled() throws InterruptedException {
        long[] last = {-1, 0};
        waitUntil(() -> {
            long next = log.shard().nextOffset();
            last[1] = next == last[0] ? last[1] + 1 : 0;
            last[0] = next;
            return last[1] > 100;
        });
    }

    static TestBroker open(BrokerSettings settings) throws IOException {
        return open(settings, Authenticator.ANYBODY, Tracing.OFF);
    }

    static TestBroker open(BrokerSettings settings, Authenticator authenticator, Tracing tracing)
            throws IOException {
        return open(settings, authenticator, tracing, new LocalDisk());
    }

    static TestBroker open(BrokerSettings settings, Disk disk) throws IOException {
        return open(settings, Authenticator.ANYBODY, Tracing.OFF, disk);
    }

    private static TestBroker open(
            BrokerSettings settings, Authenticator authenticator, Tracing tracing, Disk disk)
            throws IOException {
        TestBroker made = new TestBroker(settings, authenticator, tracing, disk);
        made.broker.open();
        return made;
    }

    /** The defaults, on a free port, with every message event let through. */
    static BrokerSettings settings(int loops) {
        BrokerSettings defaults = BrokerSettings.defaults();
        return new BrokerSettings(
                new BrokerSettings.Listener(
                        new InetSocketAddress("127.0.0.1", 0), loops, 1000, Duration.ofSeconds(10)),
                defaults.limits(),
                defaults.queues(),
                defaults.retained(),
                defaults.storage(),
                1_000_000,
                defaults.protection(),
                defaults.topicRules(),
                defaults.slow(),
                new SysSettings(Duration.ZERO, "node", "test"));
    }

    static BrokerSettings with(BrokerSettings settings, Protection protection) {
        return new BrokerSettings(
                settings.listener(),
                settings.limits(),
                settings.queues(),
                settings.retained(),
                settings.storage(),
                settings.messageEventsPerSecond(),
                protection,
                settings.topicRules(),
                settings.slow(),
                settings.sys());
    }

    static BrokerSettings with(BrokerSettings settings, TopicRules topicRules) {
        return new BrokerSettings(
                settings.listener(),
                settings.limits(),
                settings.queues(),
                settings.retained(),
                settings.storage(),
                settings.messageEventsPerSecond(),
                settings.protection(),
                topicRules,
                settings.slow(),
                settings.sys());
    }

    static BrokerSettings with(BrokerSettings settings, SlowSettings slow, SysSettings sys) {
        return new BrokerSettings(
                settings.listener(),
                settings.limits(),
                settings.queues(),
                settings.retained(),
                settings.storage(),
                settings.messageEventsPerSecond(),
                settings.protection(),
                settings.topicRules(),
                slow,
                sys);
    }

    static BrokerSettings with(BrokerSettings settings, SlowSettings slow) {
        return with(settings, slow, settings.sys());
    }

    static BrokerSettings with(BrokerSettings settings, BrokerSettings.Listener listener) {
        return new BrokerSettings(
                listener,
                settings.limits(),
                settings.queues(),
                settings.retained(),
                settings.storage(),
                settings.messageEventsPerSecond(),
                settings.protection(),
                settings.topicRules(),
                settings.slow(),
                settings.sys());
    }

    static BrokerSettings with(BrokerSettings settings, BrokerSettings.Limits limits) {
        return new BrokerSettings(
                settings.listener(),
                limits,
                settings.queues(),
                settings.retained(),
                settings.storage(),
                settings.messageEventsPerSecond(),
                settings.protection(),
                settings.topicRules(),
                settings.slow(),
                settings.sys());
    }

    static BrokerSettings with(BrokerSettings settings, BrokerSettings.Queues queues) {
        return new BrokerSettings(
                settings.listener(),
                settings.limits(),
                queues,
                settings.retained(),
                settings.storage(),
                settings.messageEventsPerSecond(),
                settings.protection(),
                settings.topicRules(),
                settings.slow(),
                settings.sys());
    }

    static BrokerSettings with(BrokerSettings settings, BrokerSettings.Retained retained) {
        return new BrokerSettings(
                settings.listener(),
                settings.limits(),
                settings.queues(),
                retained,
                settings.storage(),
                settings.messageEventsPerSecond(),
                settings.protection(),
                settings.topicRules(),
                settings.slow(),
                settings.sys());
    }

    static BrokerSettings with(BrokerSettings settings, BrokerSettings.Storage storage) {
        return new BrokerSettings(
                settings.listener(),
                settings.limits(),
                settings.queues(),
                settings.retained(),
                storage,
                settings.messageEventsPerSecond(),
                settings.protection(),
                settings.topicRules(),
                settings.slow(),
                settings.sys());
    }

    /** Connected by TCP, nothing sent. */
    RawClient client(MqttVersion version) throws IOException {
        return new RawClient(broker.localAddress(), version);
    }

    RawClient client() throws IOException {
        return client(MqttVersion.V5);
    }

    /** Connected with Clean Start and no session expiry. */
    RawClient connected(String clientId) throws IOException {
        RawClient client = client();
        client.connect(clientId);
        return client;
    }

    void advance(Duration by) {
        clock.advance(by);
        broker.sweep();
    }

    static void waitUntil(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the condition did not come true within 10 s");
            }
            Thread.sleep(2);
        }
    }

    @Override
    public void close() {
        broker.close();
        log.close();
    }
}
