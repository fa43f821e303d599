package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.journal.Disk;
import io.robustmq.journal.LocalDisk;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.telemetry.event.Tracing;
import io.robustmq.testkit.RecordingEvents;
import io.robustmq.testkit.SettableClock;
import java.io.IOException;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** A broker on a free port, what it reported, and the clock it goes by. */
final class TestBroker implements AutoCloseable {
    /** Message events per second. */
    private static final int EVERY_MESSAGE = 1_000_000;

    final RecordingEvents events = new RecordingEvents();
    final SettableClock clock = new SettableClock(Instant.parse("2026-01-01T00:00:00Z"));
    final TestLog log;
    Broker broker;

    private final BrokerSettings settings;
    private final Access access;
    private final Tracing tracing;
    private final ClientDirectory directory;

    private TestBroker(
            BrokerSettings settings,
            Access access,
            ClientDirectory directory,
            Tracing tracing,
            Disk disk)
            throws IOException {
        this.log = TestLog.open(disk, clock, events);
        this.settings = settings;
        this.access = access;
        this.tracing = tracing;
        this.directory = directory;
        broker = make();
    }

    private Broker make() {
        return new Broker(
                settings, log.shard(), access, directory, events, tracing, clock, new Random(1));
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
        return open(settings, new Access(authenticator), tracing, new LocalDisk());
    }

    static TestBroker open(BrokerSettings settings, Access access) throws IOException {
        return open(settings, access, Tracing.OFF, new LocalDisk());
    }

    static TestBroker open(BrokerSettings settings, Disk disk) throws IOException {
        return open(settings, new Access(Authenticator.ANYBODY), Tracing.OFF, disk);
    }

    private static TestBroker open(
            BrokerSettings settings, Access access, Tracing tracing, Disk disk) throws IOException {
        return opened(new TestBroker(settings, access, ClientDirectory.ALONE, tracing, disk));
    }

    /** One of several. */
    static TestBroker open(BrokerSettings settings, Access access, ClientDirectory directory)
            throws IOException {
        return opened(new TestBroker(settings, access, directory, Tracing.OFF, new LocalDisk()));
    }

    private static TestBroker opened(TestBroker made) throws IOException {
        made.broker.open();
        return made;
    }

    /** The defaults, on a free port, with every message event let through. */
    static BrokerSettings settings(int loops) {
        BrokerSettings.Connections connections =
                new BrokerSettings.Connections(
                        List.of(ListenerSettings.tcp(new InetSocketAddress("127.0.0.1", 0))),
                        loops,
                        1000,
                        Duration.ofSeconds(10));
        SysSettings sys = new SysSettings(Duration.ZERO, "node", "test");
        return with(with(with(BrokerSettings.defaults(), connections), EVERY_MESSAGE), sys);
    }

    /** With another part, which takes the place of the one of its type. */
    static BrokerSettings with(BrokerSettings settings, Object part) {
        RecordComponent[] components = BrokerSettings.class.getRecordComponents();
        Object[] values = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        int replaced = 0;
        try {
            for (int i = 0; i < values.length; i++) {
                types[i] = components[i].getType();
                boolean same = MethodType.methodType(types[i]).wrap().returnType().isInstance(part);
                values[i] = same ? part : components[i].getAccessor().invoke(settings);
                replaced += same ? 1 : 0;
            }
            assertThat(replaced).as("parts like " + part).isOne();
            return BrokerSettings.class.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * Connected by TCP, nothing sent. What loops have handed to others is done before it asks for
     * an answer to PINGREQ: a loop reads before it does that.
     */
    RawClient client(MqttVersion version) throws IOException {
        return new RawClient(broker.localAddress(), version).waiting(this::loopsDidWhatTheyHad);
    }

    private void loopsDidWhatTheyHad() {
        for (Loop loop : broker.loops()) {
            try {
                loop.executor().submit(() -> {}).get(10, TimeUnit.SECONDS);
            } catch (InterruptedException | ExecutionException | TimeoutException e) {
                throw new AssertionError("a loop does not do its tasks", e);
            }
        }
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
