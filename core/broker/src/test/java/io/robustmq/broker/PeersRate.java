package io.robustmq.broker;

import io.robustmq.journal.LocalDisk;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * What it costs that publisher and subscriber are at two homes, against both at one, and how soon
 * subscriptions are known everywhere. A main: the figures are in docs/benchmarks.md.
 */
final class PeersRate {
    private static final int PAYLOAD = 100;
    private static final int WINDOW = 500;

    private PeersRate() {}

    public static void main(String[] args) throws Exception {
        if (args.length == 0) {
            filters(100_000, 20_000);
        }
        for (int round = 0; round < 3; round++) {
            for (int qos = 0; qos <= 1; qos++) {
                int count = qos == 0 ? 400_000 : 200_000;
                messages("a", qos, count);
                messages("b", qos, count);
            }
        }
    }

    private static void filters(int count, int perSecond) throws Exception {
        try (RatedHomes homes = new RatedHomes("a", "b", "c")) {
            int clients = 10;
            RawClient[] all = new RawClient[clients];
            for (int i = 0; i < clients; i++) {
                all[i] = homes.connected("b", "c" + i);
            }
            long begun = System.nanoTime();
            int each = 100;
            for (int from = 0; from < count; from += each) {
                Bytes body = new Bytes().u16(1).sized(new Bytes());
                for (int i = from; i < from + each; i++) {
                    body.text("device/" + i + "/state").u8(1);
                }
                RawClient client = all[from / each % clients];
                client.send(8, 2, body);
                client.expect(RawClient.SUBACK);
                long due = begun + (from + each) * 1_000_000_000L / perSecond;
                LockSupport.parkNanos(due - System.nanoTime());
            }
            long done = System.nanoTime();
            for (String other : new String[] {"a", "c"}) {
                while (known(homes, other) < count) {
                    LockSupport.parkNanos(1_000_000);
                }
                System.out.printf(
                        Locale.ROOT,
                        "%,d filters in %.2f s: all known at %s %d ms after the last%n",
                        count,
                        (done - begun) / 1e9,
                        other,
                        (System.nanoTime() - done) / 1_000_000);
            }
        }
    }

    private static int known(RatedHomes homes, String at) throws Exception {
        String clientId = Cluster.clientId("b");
        Session session =
                Objects.requireNonNull(
                        Loop.homeOf(clientId, homes.at(at).loops()).sessions().find(clientId));
        return session.home().executor().submit(() -> session.subscriptions().size() - 1).get();
    }

    /** Published at a. */
    private static void messages(String subscriberAt, int qos, int count) throws Exception {
        try (RatedHomes homes = new RatedHomes("a", "b")) {
            RawClient subscriber = homes.connected(subscriberAt, "subscriber");
            subscriber.subscribe("t/#", qos);
            if (!subscriberAt.equals("a")) {
                while (known(homes, "a") < 1) {
                    LockSupport.parkNanos(1_000_000);
                }
            }
            RawClient publisher = homes.connected("a", "publisher");
            AtomicLong got = new AtomicLong();
            Thread reading = Thread.ofPlatform().start(() -> read(subscriber.socket(), got));
            Semaphore window = new Semaphore(WINDOW);
            Thread acks = Thread.ofPlatform().start(() -> acks(publisher.socket(), window));
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            long cpu = cpu(threads);
            long begun = System.nanoTime();
            publish(publisher.socket(), qos, count, window, got);
            while (got.get() < count && System.nanoTime() - begun < 60_000_000_000L) {
                LockSupport.parkNanos(200_000);
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            double micros = (cpu(threads) - cpu) / 1e3 / count;
            System.out.printf(
                    Locale.ROOT,
                    "a -> %s, QoS %d: %,.0f messages/s, %.2f us of brokers' CPU each (%,d of %,d)%n",
                    subscriberAt,
                    qos,
                    got.get() / seconds,
                    micros,
                    got.get(),
                    count);
            subscriber.close();
            publisher.close();
            reading.join();
            acks.join();
        }
    }

    private static long cpu(ThreadMXBean threads) {
        long sum = 0;
        for (long id : threads.getAllThreadIds()) {
            var info = threads.getThreadInfo(id);
            if (info != null
                    && (info.getThreadName().startsWith("mqtt")
                            || info.getThreadName().startsWith("journal"))) {
                sum += threads.getThreadCpuTime(id);
            }
        }
        return sum;
    }

    private static void publish(Socket to, int qos, int count, Semaphore window, AtomicLong got)
            throws Exception {
        OutputStream out = to.getOutputStream();
        byte[] payload = new byte[PAYLOAD];
        int sent = 0;
        while (sent < count) {
            Bytes batch = new Bytes();
            int n = qos == 0 ? 100 : 50;
            for (int i = 0; i < n; i++) {
                Bytes body = new Bytes().text("t/" + sent % 10);
                if (qos > 0) {
                    body.u16(1 + sent % 60_000);
                }
                byte[] bytes = body.u8(0).raw(payload).array();
                batch.u8(0x30 | qos << 1).varint(bytes.length).raw(bytes);
                sent++;
            }
            if (qos > 0) {
                window.acquire(n);
            } else {
                while (sent - got.get() > 10_000) { // nothing is to be dropped
                    LockSupport.parkNanos(50_000);
                }
            }
            out.write(batch.array());
        }
    }

    private static void acks(Socket from, Semaphore window) {
        try {
            DataInputStream in =
                    new DataInputStream(new BufferedInputStream(from.getInputStream()));
            while (true) {
                in.readUnsignedByte();
                in.readFully(new byte[in.readUnsignedByte()]);
                window.release();
            }
        } catch (IOException e) {
            // closed
        }
    }

    private static void read(Socket from, AtomicLong got) {
        try {
            InputStream raw = from.getInputStream();
            DataInputStream in = new DataInputStream(new BufferedInputStream(raw, 1 << 16));
            OutputStream out = from.getOutputStream();
            byte[] body = new byte[1 << 16];
            Bytes acks = new Bytes();
            int waiting = 0;
            while (true) {
                int header = in.readUnsignedByte();
                int length = in.readUnsignedByte();
                if (length > 127) {
                    length = (length & 127) | in.readUnsignedByte() << 7;
                }
                in.readFully(body, 0, length);
                if (header >> 4 != RawClient.PUBLISH) {
                    continue;
                }
                if ((header & 6) != 0) {
                    int at = 2 + ((body[0] & 255) << 8 | body[1] & 255);
                    acks.u8(0x40).u8(2).u8(body[at] & 255).u8(body[at + 1] & 255);
                    waiting++;
                }
                got.incrementAndGet();
                if (waiting > 0 && (waiting == 100 || in.available() == 0)) {
                    out.write(acks.array());
                    acks = new Bytes();
                    waiting = 0;
                }
            }
        } catch (IOException e) {
            if (!from.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Brokers that tell nobody what they do. */
    private static final class RatedHomes implements AutoCloseable {
        private static final Events NO_EVENTS =
                new Events() {
                    @Override
                    public void emit(Event event) {}

                    @Override
                    public void emit(Event event, TraceContext trace) {}
                };

        private final Map<String, Broker> brokers = new LinkedHashMap<>();
        private final List<TestLog> logs = new ArrayList<>();

        RatedHomes(String... homes) throws Exception {
            Map<String, InetSocketAddress> addresses = new HashMap<>();
            for (String home : homes) {
                TestLog log = TestLog.open(new LocalDisk(), InstantSource.system(), NO_EVENTS);
                logs.add(log);
                BrokerSettings settings =
                        TestBroker.with(TestBroker.settings(1), 10)
                                .with(new ClusterSettings(home, TestHomes.ANY, null));
                Broker broker =
                        new Broker(
                                settings,
                                log.shard(),
                                new Access(Authenticator.ANYBODY),
                                NO_EVENTS,
                                Tracing.OFF,
                                InstantSource.system());
                broker.open();
                brokers.put(home, broker);
                addresses.put(home, broker.clusterAddress());
            }
            brokers.values().forEach(each -> each.peers(addresses));
            for (Broker each : brokers.values()) {
                TestBroker.waitUntil(() -> each.measures().peersConnected() == homes.length - 1);
            }
        }

        Broker at(String home) {
            return Objects.requireNonNull(brokers.get(home));
        }

        RawClient connected(String home, String clientId) throws IOException {
            RawClient client = new RawClient(at(home).localAddress(), MqttVersion.V5);
            client.connect(clientId);
            return client;
        }

        @Override
        public void close() {
            brokers.values().forEach(Broker::close);
            logs.forEach(TestLog::close);
        }
    }
}
