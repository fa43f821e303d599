package io.robustmq.telemetry.pipeline;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.exporter.internal.otlp.traces.TraceRequestMarshaler;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.robustmq.telemetry.event.TraceContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** What one span costs the thread that exports, without sending it; half are deliveries. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class SpanWriterBenchmark {
    private static final int BATCH = 512;

    private final SpanWriter writer = new SpanWriter(ReadSpan.RESOURCE);
    private final List<FinishedSpan> spans =
            IntStream.range(0, BATCH).mapToObj(SpanWriterBenchmark::span).toList();

    private static FinishedSpan span(int number) {
        TraceContext context = new TraceContext(number + 1L, ~number, number + 7L, true, "");
        SpanRef parent = SpanRef.local(new TraceContext(number + 1L, ~number, 9, true, ""));
        boolean delivery = number % 2 == 0;
        return new FinishedSpan(
                new FinishedSpan.Shape(
                        delivery ? "deliver" : "route",
                        delivery ? SpanKind.PRODUCER : SpanKind.INTERNAL,
                        context,
                        parent,
                        delivery ? attributes(number) : SpanAttributes.NONE,
                        List.of()),
                new FinishedSpan.Times(1_700_000_000_000_000_000L, 1_700_000_000_000_085_000L),
                StatusData.unset());
    }

    private static SpanAttributes attributes(int number) {
        return new SpanAttributes()
                .put("messaging.system", "mqtt")
                .put("messaging.client.id", "client-" + number)
                .put("network.peer.address", "127.0.0.1:" + (10_000 + number))
                .put("network.protocol.name", "mqtt/5.0")
                .put("robustmq.connection_id", number)
                .put("messaging.destination.name", "plant/" + number + "/temperature")
                .put("robustmq.qos", 1)
                .put("messaging.operation.name", "deliver")
                .put("messaging.operation.type", "send")
                .put("robustmq.reason_code", 0);
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public byte[] write() {
        return writer.request(spans);
    }

    /** As OpenTelemetry's exporters do. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public byte[] marshal() throws IOException {
        TraceRequestMarshaler request = TraceRequestMarshaler.create(ReadSpan.of(spans));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(request.getBinarySerializedSize());
        request.writeBinaryTo(bytes);
        return bytes.toByteArray();
    }

    public static void main(String[] args) throws RunnerException {
        new Runner(
                        new OptionsBuilder()
                                .include(SpanWriterBenchmark.class.getName())
                                .addProfiler(GCProfiler.class)
                                .build())
                .run();
    }
}
