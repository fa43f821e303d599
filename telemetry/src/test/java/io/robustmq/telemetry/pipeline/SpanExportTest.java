package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.exporter.internal.marshal.Marshaler;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.robustmq.telemetry.event.TraceContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Spans through the store to the collector, over its outages and the end of processes. */
class SpanExportTest {
    private static final int QUEUE = 100;

    private static final SpanWriter WRITER = new SpanWriter(ReadSpan.RESOURCE);

    private final MemorySpanStore store = new MemorySpanStore();
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final List<FakeSink<EncodedSpan>> sinks = new ArrayList<>();
    private final List<SpanExport> running = new ArrayList<>();

    @AfterEach
    void stop() throws InterruptedException {
        for (FakeSink<?> sink : sinks) {
            sink.release();
        }
        for (SpanExport export : running) {
            finish(export);
        }
    }

    private FakeSink<EncodedSpan> sink() {
        FakeSink<EncodedSpan> sink = new FakeSink<>();
        sinks.add(sink);
        return sink;
    }

    private SpanExport started(FakeSink<EncodedSpan> to) throws IOException {
        SpanExport export =
                SpanExport.stored(
                        to,
                        ReadSpan.RESOURCE,
                        QUEUE,
                        new Courier.Listener() {
                            @Override
                            public void failed(Sink<?> sink, Throwable cause, int attempts) {
                                told.add(sink.name() + " failed " + cause.getMessage());
                            }

                            @Override
                            public void recovered(Sink<?> sink, long millis, long dropped) {
                                told.add(sink.name() + " recovered " + dropped);
                            }
                        });
        export.open(store);
        export.queue().start();
        export.start();
        running.add(export);
        return export;
    }

    private static void finish(SpanExport export) throws InterruptedException {
        long by = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        export.queue().finish(by);
        export.queue().awaitFinished();
        export.finish(by);
    }

    static FinishedSpan span(int number, String text) {
        return new FinishedSpan(
                new FinishedSpan.Shape(
                        "s-" + number,
                        SpanKind.SERVER,
                        new TraceContext(1, 1, number + 1, true, ""),
                        null,
                        new SpanAttributes().put("text", text),
                        List.of()),
                new FinishedSpan.Times(1, 2),
                StatusData.unset());
    }

    /** So that the queue never is full. */
    private void offer(SpanExport export, int from, int to) throws InterruptedException {
        for (int i = from; i < to; i++) {
            FinishedSpan span = span(i, "x");
            Running.await("there is room", () -> export.queue().waiting() < QUEUE);
            assertThat(export.queue().offer(span)).isTrue();
        }
    }

    private static List<String> names(FakeSink<EncodedSpan> sink) {
        return sink.taken().stream().map(SpanExportTest::name).toList();
    }

    private static String name(EncodedSpan span) {
        try {
            ProtoReader fields = new ProtoReader(span.span());
            while (fields.next()) {
                if (fields.field() == 5) {
                    return fields.text();
                }
            }
            throw new AssertionError("it has no name");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> named(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "s-" + i).toList();
    }

    private static Ledger.Balance balance(SpanExport export) {
        Ledger.Balance balance = Objects.requireNonNull(export.balance());
        assertThat(balance.emitted())
                .isEqualTo(balance.shipped() + balance.waiting() + balance.dropped());
        return balance;
    }

    private static void awaitShipped(SpanExport export, long many) throws InterruptedException {
        Running.await("shipped", () -> balance(export).shipped() == many);
    }

    @Test
    void what_waits_for_the_collector_is_more_than_the_queue_holds_and_keeps_its_order()
            throws Exception {
        FakeSink<EncodedSpan> sink = sink().failing(true);
        SpanExport export = started(sink);
        offer(export, 0, 5 * QUEUE);
        Running.await("tried", sink::entered);
        assertThat(balance(export).waiting()).isEqualTo(5 * QUEUE);
        assertThat(export.up()).isFalse();
        sink.failing(false);
        awaitShipped(export, 5 * QUEUE);
        assertThat(names(sink)).isEqualTo(named(0, 5 * QUEUE));
        assertThat(balance(export).dropped()).isZero();
        Running.await("told", () -> told.size() == 2);
        assertThat(told).containsExactly("fake failed not now", "fake recovered 0");
    }

    @Test
    void what_one_process_could_not_ship_the_next_does_and_nothing_twice() throws Exception {
        FakeSink<EncodedSpan> first = sink();
        SpanExport export = started(first);
        offer(export, 0, 50);
        awaitShipped(export, 50);
        first.failing(true);
        offer(export, 50, 150);
        finish(export);
        assertThat(names(first)).isEqualTo(named(0, 50));

        FakeSink<EncodedSpan> second = sink().failing(true);
        SpanExport next = started(second);
        assertThat(balance(next).waiting()).isEqualTo(100);
        offer(next, 150, 160);
        second.failing(false);
        awaitShipped(next, 110);
        assertThat(names(second)).isEqualTo(named(50, 160));
        finish(next);

        FakeSink<EncodedSpan> third = sink();
        SpanExport last = started(third);
        assertThat(balance(last).emitted()).isZero();
        offer(last, 160, 161);
        awaitShipped(last, 1);
        assertThat(names(third)).containsExactly("s-160");
    }

    @Test
    void a_crash_repeats_what_was_shipped_since_the_place_was_kept_and_loses_nothing()
            throws Exception {
        FakeSink<EncodedSpan> first = sink();
        SpanExport export = started(first);
        offer(export, 0, 20);
        awaitShipped(export, 20);
        Running.await("kept", () -> place().spans() == 20);
        SpanPlace kept = place();
        offer(export, 20, 30);
        awaitShipped(export, 30);
        finish(export);
        store.forgetCursor(kept);

        FakeSink<EncodedSpan> second = sink();
        SpanExport next = started(second);
        awaitShipped(next, 10);
        assertThat(names(second)).isEqualTo(named(20, 30));
        assertThat(balance(next).dropped()).isZero();
    }

    private SpanPlace place() {
        SpanPlace kept = store.cursor();
        return kept == null ? SpanPlace.BEGINNING : kept;
    }

    @Test
    void while_the_store_fails_the_queue_fills_and_the_rest_is_counted() throws Exception {
        store.failing(true);
        FakeSink<EncodedSpan> sink = sink();
        SpanExport export = started(sink);
        export.queue().offer(span(0, "x"));
        Running.await("tried", () -> told.contains("span-store failed no space left"));
        long accepted =
                IntStream.range(1, 251).filter(i -> export.queue().offer(span(i, "x"))).count();
        assertThat(accepted).isEqualTo(QUEUE);
        assertThat(balance(export).dropped()).isEqualTo(150);
        assertThat(balance(export).waiting()).isEqualTo(QUEUE + 1);
        store.failing(false);
        awaitShipped(export, QUEUE + 1);
        assertThat(names(sink)).isEqualTo(named(0, QUEUE + 1));
    }

    @Test
    void what_was_written_although_the_disk_failed_is_shipped_once() throws Exception {
        FakeSink<EncodedSpan> sink = sink();
        SpanExport export = started(sink);
        store.failOnceWritten();
        export.queue().offer(span(0, "x"));
        Running.await("written twice", () -> store.size() == 2);
        offer(export, 1, 3);
        awaitShipped(export, 3);
        assertThat(names(sink)).isEqualTo(named(0, 3));
        assertThat(balance(export).dropped()).isZero();
    }

    @Test
    void what_was_gone_before_it_was_shipped_is_counted() throws Exception {
        FakeSink<EncodedSpan> first = sink().failing(true);
        SpanExport export = started(first);
        for (int i = 0; i < 10; i++) {
            int stored = i + 1;
            offer(export, i, i + 1);
            Running.await("stored", () -> store.size() == stored);
        }
        finish(export);
        store.forget(3);
        store.damage(5);

        FakeSink<EncodedSpan> second = sink();
        SpanExport next = started(second);
        awaitShipped(next, 6);
        assertThat(balance(next).dropped()).isEqualTo(4);
        assertThat(names(second)).containsExactly("s-3", "s-4", "s-6", "s-7", "s-8", "s-9");
    }

    @Test
    void what_the_collector_refuses_is_counted_and_the_rest_goes_on() throws Exception {
        FakeSink<EncodedSpan> sink = sink().refusing(true);
        SpanExport export = started(sink);
        offer(export, 0, 10);
        Running.await("refused", () -> balance(export).dropped() == 10);
        sink.refusing(false);
        offer(export, 10, 20);
        awaitShipped(export, 10);
        assertThat(names(sink)).isEqualTo(named(10, 20));
        assertThat(told).contains("fake failed never");
    }

    @Test
    void more_than_a_record_holds_is_several_and_one_span_that_is_larger_is_counted()
            throws Exception {
        String large = "x".repeat(SpanStore.MAX_RECORD_BYTES / 3);
        FakeSink<EncodedSpan> sink = sink();
        store.failing(true);
        SpanExport export = started(sink);
        export.queue().offer(span(0, "x"));
        Running.await("tried", () -> told.contains("span-store failed no space left"));
        IntStream.range(1, 6).forEach(i -> export.queue().offer(span(i, large)));
        export.queue().offer(span(6, "x".repeat(SpanStore.MAX_RECORD_BYTES)));
        store.failing(false);
        awaitShipped(export, 6);
        Running.await("counted", () -> balance(export).dropped() == 1);
        assertThat(names(sink)).isEqualTo(named(0, 6));
        assertThat(balance(export).waiting()).isZero();
    }

    @Test
    void parts_of_a_request_are_requests_that_are_together_the_whole() throws Exception {
        List<FinishedSpan> data =
                IntStream.range(0, 7).mapToObj(i -> span(i, "x".repeat(i * 100))).toList();
        byte[] whole = WRITER.request(data);
        List<EncodedSpan> spans = EncodedSpan.of(new StoredSpans(107, 7, whole));
        assertThat(bytes(EncodedSpan.request(spans))).isEqualTo(whole);
        assertThat(spans).extracting(EncodedSpan::ordinal).startsWith(101L).endsWith(107L);
        assertThat(bytes(EncodedSpan.request(spans.subList(2, 5))))
                .isEqualTo(WRITER.request(data.subList(2, 5)));
        List<EncodedSpan> mixed = new ArrayList<>(spans.subList(0, 1));
        mixed.addAll(EncodedSpan.of(new StoredSpans(1, 1, WRITER.request(data.subList(1, 2)))));
        byte[] ofTwo = bytes(EncodedSpan.request(mixed));
        assertThat(EncodedSpan.of(new StoredSpans(2, 2, ofTwo)))
                .extracting(SpanExportTest::name)
                .containsExactly("s-0", "s-1");
        assertThatThrownBy(() -> EncodedSpan.of(new StoredSpans(8, 8, whole)))
                .hasMessageContaining("a record of 8 spans, there are 7");
    }

    private static byte[] bytes(Marshaler message) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        message.writeBinaryTo(bytes);
        return bytes.toByteArray();
    }
}
