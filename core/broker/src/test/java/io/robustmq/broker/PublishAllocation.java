package io.robustmq.broker;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.telemetry.event.Tracing;
import io.robustmq.telemetry.pipeline.NodeIdentity;
import io.robustmq.telemetry.pipeline.Pipeline;
import io.robustmq.telemetry.pipeline.PipelineSettings;
import io.robustmq.telemetry.pipeline.Sampling;
import java.lang.management.ManagementFactory;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Bytes of heap that the loop allocates for one publish to one subscriber. Sockets are left out, so
 * that two such figures differ only by what the broker does. As a program, for bin/bench-overhead:
 * a line for each version and QoS, with tracing off, on and not traced, traced.
 */
final class PublishAllocation implements AutoCloseable {
    /** There is one to be decided on for each message, and none is traced. */
    static final double UNTRACED = 1e-12;

    /** In one read; what they become fits into what may wait for the subscriber. */
    private static final int BATCH = 100;

    private static final int BATCHES = 100;
    private static final int WARM_UP = 30;
    private static final int ROUNDS = 15;
    private static final int PAYLOAD = 64;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final FuzzedBroker broker;
    private final PipeChannel publisher;
    private final PipeChannel subscriber;
    private final byte[] batch;

    private PublishAllocation(
            FuzzedBroker broker, PipeChannel publisher, PipeChannel subscriber, byte[] batch) {
        this.broker = broker;
        this.publisher = publisher;
        this.subscriber = subscriber;
        this.batch = batch;
    }

    /** Medians of rounds that take turns. */
    record Each(double off, double on) {}

    /**
     * @param qos of the publishes, 0 or 1
     * @param ratio of them that are traced
     */
    static Each measure(MqttVersion version, int qos, double ratio) throws Exception {
        try (PublishAllocation off = open(Tracing.OFF, version, qos);
                PublishAllocation on = open(tracing(ratio), version, qos)) {
            double[] without = new double[ROUNDS];
            double[] with = new double[ROUNDS];
            for (int round = -WARM_UP; round < ROUNDS; round++) {
                int at = Math.max(0, round);
                without[at] = off.bytesEach();
                with[at] = on.bytesEach();
            }
            return new Each(median(without), median(with));
        }
    }

    /** As a node has it, but for the thread that exports. */
    private static Tracing tracing(double ratio) {
        PipelineSettings.Otlp otlp = PipelineSettings.Otlp.defaults();
        PipelineSettings settings =
                PipelineSettings.defaults()
                        .with(
                                new PipelineSettings.Traces(
                                        true,
                                        new Sampling(
                                                ratio,
                                                List.of(),
                                                1_000_000_000,
                                                Sampling.DEFAULTS.keepSlow(),
                                                true,
                                                Sampling.DEFAULTS.maxKeptPerSecond()),
                                        64))
                        .with(
                                new PipelineSettings.Otlp(
                                        true,
                                        otlp.protocol(),
                                        otlp.endpoint(),
                                        false,
                                        false,
                                        true,
                                        otlp.level(),
                                        1024,
                                        otlp.timeout(),
                                        otlp.metricsInterval()));
        return new Pipeline(settings, new NodeIdentity("node", "i", "1"), InstantSource.system())
                .tracing();
    }

    private static PublishAllocation open(Tracing tracing, MqttVersion version, int qos)
            throws Exception {
        FuzzedBroker broker = new FuzzedBroker(tracing);
        broker.open();
        UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(true);
        List<PipeChannel> clients =
                broker.onLoop(() -> List.of(broker.connected(buffers), broker.connected(buffers)));
        PublishAllocation made =
                new PublishAllocation(
                        broker, clients.getFirst(), clients.getLast(), batch(version, qos));
        made.send(made.subscriber, ClientScript.connect(2, version, true));
        made.send(made.publisher, ClientScript.connect(0, version, true));
        broker.logged(); // they are connected
        Bytes subscribe = properties(new Bytes().u16(1), version);
        made.send(made.subscriber, packet(0x82, subscribe.text("plant/+/temperature").u8(0)));
        broker.logged();
        return made;
    }

    private static byte[] batch(MqttVersion version, int qos) {
        Bytes all = new Bytes();
        for (int i = 0; i < BATCH; i++) {
            Bytes publish = new Bytes().text("plant/7/temperature");
            if (qos > 0) {
                publish.u16(1 + i);
            }
            properties(publish, version).raw(new byte[PAYLOAD]);
            all.raw(packet(0x30 | qos << 1, publish));
        }
        return all.array();
    }

    private static Bytes properties(Bytes before, MqttVersion version) {
        return version == MqttVersion.V5 ? before.u8(0) : before;
    }

    private static byte[] packet(int header, Bytes body) {
        return new Bytes().u8(header).sized(body).array();
    }

    private double bytesEach() throws Exception {
        taken();
        long before = broker.onLoop(THREADS::getCurrentThreadAllocatedBytes);
        long bytes = 0;
        for (int i = 0; i < BATCHES; i++) {
            send(publisher, batch);
            bytes += taken();
        }
        long after = broker.onLoop(THREADS::getCurrentThreadAllocatedBytes);
        int messages = BATCHES * BATCH;
        if (bytes < (long) messages * PAYLOAD) {
            throw new AssertionError(bytes + " bytes came of " + messages + " messages");
        }
        return (after - before) / (double) messages;
    }

    private void send(PipeChannel client, byte[] bytes) throws Exception {
        broker.onLoop(() -> {
            client.send(bytes);
            return "";
        });
    }

    /** Bytes that the subscriber has got since it was asked last. */
    private int taken() throws Exception {
        return broker.onLoop(() -> {
            publisher.received();
            return subscriber.received().length;
        });
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    @Override
    public void close() {
        broker.close();
    }

    public static void main(String[] args) throws Exception {
        for (MqttVersion version : List.of(MqttVersion.V3_1_1, MqttVersion.V5)) {
            for (int qos = 0; qos <= 1; qos++) {
                Each untraced = measure(version, qos, UNTRACED);
                Each traced = measure(version, qos, 1);
                System.out.printf(
                        Locale.ROOT,
                        "%s %d %.3f %.3f %.3f%n",
                        version,
                        qos,
                        untraced.off(),
                        untraced.on(),
                        traced.on());
            }
        }
    }
}
