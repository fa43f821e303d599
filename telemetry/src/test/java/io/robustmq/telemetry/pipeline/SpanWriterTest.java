package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.exporter.internal.otlp.traces.TraceRequestMarshaler;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.robustmq.telemetry.event.TraceContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is written is, byte by byte, what OpenTelemetry's own exporter writes. */
class SpanWriterTest {
    private static final int BATCHES = 300;
    private static final List<String> TEXTS =
            List.of("", "x", "plant/7/temperature", "ü€😀", "\0", "lone \ud800", "y".repeat(200));

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);
    private final SpanWriter writer = new SpanWriter(ReadSpan.RESOURCE);

    @Test
    void any_spans() throws IOException {
        for (int i = 0; i < BATCHES; i++) {
            check(Stream.generate(this::span).limit(1 + random.nextInt(20)).toList());
        }
    }

    @Test
    void more_than_it_has_room_for_and_then_less() throws IOException {
        FinishedSpan large = span(new SpanAttributes().put("large", "z".repeat(3 << 20)));
        check(List.of(span(), large, span()));
        check(List.of(span()));
        for (int length : List.of(127, 128, 16_383, 16_384, 65_500, 65_536, 70_000)) {
            check(List.of(span(new SpanAttributes().put("text", "z".repeat(length)))));
        }
    }

    @Test
    void numbers_of_every_length() throws IOException {
        for (int bit = 0; bit < 64; bit++) {
            long power = 1L << bit;
            check(
                    List.of(
                            span(
                                    new SpanAttributes()
                                            .put("a", power)
                                            .put("b", power - 1)
                                            .put("c", -power))));
        }
    }

    private void check(List<FinishedSpan> spans) throws IOException {
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        TraceRequestMarshaler.create(ReadSpan.of(spans)).writeBinaryTo(expected);
        assertThat(writer.request(spans)).as("-Dseed=%s", seed).isEqualTo(expected.toByteArray());
    }

    private FinishedSpan span() {
        SpanAttributes attributes = new SpanAttributes();
        // by their names, as OpenTelemetry sorts them
        for (char key = 'a'; key < 'a' + random.nextInt(20); key++) {
            String name = "key." + key;
            switch (random.nextInt(3)) {
                case 0 -> attributes.put(name, text());
                case 1 -> attributes.put(name, random.nextLong() >> random.nextInt(64));
                default -> attributes.put(name, random.nextBoolean());
            }
        }
        return span(attributes);
    }

    private FinishedSpan span(SpanAttributes attributes) {
        long began = random.nextLong(1L << 62);
        return new FinishedSpan(
                new FinishedSpan.Shape(
                        "name " + random.nextInt(5),
                        SpanKind.values()[random.nextInt(SpanKind.values().length)],
                        context(),
                        random.nextBoolean() ? ref() : null,
                        attributes,
                        Stream.generate(this::ref).limit(random.nextInt(3)).toList()),
                new FinishedSpan.Times(
                        began, random.nextBoolean() ? began + 1 : 0, began + random.nextInt()),
                switch (random.nextInt(4)) {
                    case 0 -> StatusData.error();
                    case 1 -> StatusData.create(StatusCode.ERROR, text());
                    case 2 -> StatusData.ok();
                    default -> StatusData.unset();
                });
    }

    private SpanRef ref() {
        return new SpanRef(context(), random.nextBoolean());
    }

    private TraceContext context() {
        String state =
                switch (random.nextInt(4)) {
                    case 0 -> "vendor=x,other=y z";
                    case 1 -> "no state, UPPER=1,fine=1";
                    default -> "";
                };
        return new TraceContext(
                random.nextLong() | 1,
                random.nextLong(),
                random.nextLong() | 1,
                random.nextBoolean(),
                state);
    }

    private String text() {
        return TEXTS.get(random.nextInt(TEXTS.size()));
    }
}
