package io.robustmq.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Nanoseconds and bytes allocated per packet. Run {@link #main} with the test class path. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CodecBenchmark {
    private static final int PACKETS = 256;
    private static final int PAYLOAD = 64;
    private static final int LIMIT = 1 << 20;
    private static final int[] NO_IDS = {};
    private static final byte[] NO_PROPERTIES = {};

    @Param({"V3_1_1", "V5"})
    public MqttVersion version = MqttVersion.V5;

    /** How many topics the packets go round. */
    @Param({"1", "16"})
    public int topics = 1;

    private final PacketDecoder decoder = new PacketDecoder(LIMIT, 0);
    private final Sum sum = new Sum();
    private final ByteBuf publishes = PooledByteBufAllocator.DEFAULT.directBuffer();
    private final ByteBuf acknowledgements = PooledByteBufAllocator.DEFAULT.directBuffer();
    private final ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(1 << 16);
    private final byte[] topicUtf8 = topic(0);

    @Setup
    public void fill() {
        decoder.decode(Bytes.connect(version), sum);
        for (int i = 0; i < PACKETS; i++) {
            PacketEncoder.publishHeader(
                    publishes,
                    version,
                    topic(i % topics),
                    0,
                    false,
                    false,
                    0,
                    0,
                    -1,
                    NO_IDS,
                    NO_PROPERTIES,
                    null,
                    PAYLOAD);
            publishes.writeZero(PAYLOAD);
            PacketEncoder.puback(acknowledgements, version, i + 1, 0);
        }
    }

    @TearDown
    public void release() {
        publishes.release();
        acknowledgements.release();
        out.release();
    }

    private static byte[] topic(int i) {
        return ("bench/sensor/" + (1000 + i) + "/temperature").getBytes(StandardCharsets.UTF_8);
    }

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public long decodePublish() {
        publishes.readerIndex(0);
        decoder.decode(publishes, sum);
        return sum.total;
    }

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public long decodePuback() {
        acknowledgements.readerIndex(0);
        decoder.decode(acknowledgements, sum);
        return sum.total;
    }

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public ByteBuf encodePublishHeader() {
        out.clear();
        for (int i = 0; i < PACKETS; i++) {
            PacketEncoder.publishHeader(
                    out,
                    version,
                    topicUtf8,
                    0,
                    false,
                    false,
                    0,
                    0,
                    -1,
                    NO_IDS,
                    NO_PROPERTIES,
                    null,
                    PAYLOAD);
        }
        return out;
    }

    public static void main(String[] args) throws RunnerException {
        new Runner(
                        new OptionsBuilder()
                                .include(CodecBenchmark.class.getSimpleName())
                                .addProfiler("gc")
                                .build())
                .run();
    }

    /** Takes every field that a broker takes of a QoS 0 message. */
    private static final class Sum extends ForwardingHandler {
        private long total;

        Sum() {
            super(new Received());
        }

        @Override
        public void publish(PublishPacket p) {
            total +=
                    p.topic().length()
                            + p.topicUtf8().length
                            + p.qos()
                            + (p.retain() ? 1 : 0)
                            + p.payloadLength()
                            + p.forwardedProperties().length
                            + p.messageExpirySeconds();
        }

        @Override
        public void puback(int packetId, int reasonCode) {
            total += packetId + reasonCode;
        }
    }
}
