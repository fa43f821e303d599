package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import io.robustmq.telemetry.event.Tracing.Operation;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SpanTracingTest {
    private static final TraceContext PUBLISHERS =
            Objects.requireNonNull(
                    TraceContext.parse(
                            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "vendor=x"));
    private static final TraceContext UNSAMPLED =
            Objects.requireNonNull(
                    TraceContext.parse(
                            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", ""));
    private static final Peer READER = new Peer("mqtt/5.0", 8, "reader", "127.0.0.1:2");

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final AtomicReference<Instant> now = new AtomicReference<>(Samples.NOON);
    private @Nullable Sampler sampler;
    private final FakeSink<FinishedSpan> sink = new FakeSink<>();
    private final Worker<FinishedSpan> worker =
            new Worker<>(
                    sink,
                    50,
                    new Courier.Listener() {
                        @Override
                        public void failed(Sink<?> failed, Throwable cause, int attempts) {}

                        @Override
                        public void recovered(Sink<?> back, long outageMillis, long dropped) {}
                    });

    @BeforeEach
    void print() {
        System.out.println("-Dseed=" + seed);
    }

    @AfterEach
    void stop() throws InterruptedException {
        finish();
    }

    @Test
    void one_publish_is_one_tree_under_the_publishers_span() throws Exception {
        Tracing tracing = tracing(1, 100, 64);
        long t = System.nanoTime();
        Tracing.PublishTrace publish = begin(tracing, PUBLISHERS, t);
        publish.step(Tracing.Step.AUTHORIZE, t + 1000, t + 2000);
        publish.step(Tracing.Step.ROUTE, t + 2000, t + 5000);
        Tracing.DeliveryTrace delivery =
                publish.delivery(Tracing.Receiver.CLIENT, READER, 1, t + 5000);
        publish.routed(1, t + 6000);
        delivery.written(t + 7000);
        delivery.acknowledged(0, t + 90_000);
        List<SpanData> spans = finish();

        SpanData root = named(spans, "publish");
        assertThat(root.getTraceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(root.getParentSpanId()).isEqualTo("00f067aa0ba902b7");
        assertThat(root.getParentSpanContext().isRemote()).isTrue();
        assertThat(root.getSpanContext().getTraceState().get("vendor")).isEqualTo("x");
        assertThat(root.getKind()).isEqualTo(SpanKind.SERVER);
        assertThat(root.getEndEpochNanos() - root.getStartEpochNanos()).isEqualTo(6000);
        assertThat(text(root, "messaging.system")).isEqualTo("mqtt");
        assertThat(text(root, "messaging.destination.name")).isEqualTo("a/b");
        assertThat(text(root, "messaging.client.id")).isEqualTo("client-1");
        for (SpanData span : spans) {
            assertThat(span.getTraceId()).isEqualTo(root.getTraceId());
            if (!span.getSpanId().equals(root.getSpanId())) {
                assertThat(span.getParentSpanId()).isEqualTo(root.getSpanId());
            }
        }
        SpanData deliver = named(spans, "deliver");
        assertThat(deliver.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(deliver.getSpanId()).isEqualTo(delivery.context().spanIdHex());
        assertThat(deliver.getEndEpochNanos() - deliver.getStartEpochNanos()).isEqualTo(85_000);
        assertThat(deliver.getEvents())
                .singleElement()
                .satisfies(event -> assertThat(event.getName()).isEqualTo("written"));
        assertThat(text(deliver, "messaging.client.id")).isEqualTo("reader");
        assertThat(spans)
                .extracting(SpanData::getName)
                .containsExactly("authorize", "route", "publish", "deliver");
        assertThat(delivery.context().traceState()).isEqualTo("vendor=x");
    }

    @Test
    void a_late_delivery_is_the_child_of_a_publish_of_long_ago() throws Exception {
        Tracing tracing = tracing(0, 1, 64);
        long t = System.nanoTime();
        Tracing.DeliveryTrace delivery = Objects.requireNonNull(late(tracing, t));
        delivery.acknowledged(0, t + 5000);
        assertThat(late(tracing, t)).as("no room").isNull();
        SpanData deliver = finish().getFirst();
        assertThat(deliver.getName()).isEqualTo("deliver");
        assertThat(deliver.getTraceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(deliver.getParentSpanId()).isEqualTo("00f067aa0ba902b7");
        assertThat(deliver.getSpanId()).isEqualTo(delivery.context().spanIdHex());
        assertThat(deliver.getAttributes().get(AttributeKey.booleanKey("robustmq.kept"))).isTrue();
        assertThat(deliver.getAttributes().get(AttributeKey.booleanKey("robustmq.redelivered")))
                .isTrue();
    }

    private static Tracing.@Nullable DeliveryTrace late(Tracing tracing, long beganNanos) {
        return tracing.late(
                PUBLISHERS, Tracing.Receiver.CLIENT, READER, "a/b", 1, true, beganNanos);
    }

    private static Tracing.DeliveryTrace deliver(Tracing.PublishTrace publish) {
        return publish.delivery(Tracing.Receiver.CLIENT, READER, 1, System.nanoTime());
    }

    @Test
    void what_else_clients_do_is_a_span_each_with_its_reason_code() throws Exception {
        Tracing tracing = tracing(1, 100, 64);
        long t = System.nanoTime();
        Tracing.OperationTrace connect = operation(tracing, new Operation.Connect(false, 60), t);
        connect.resumed(3, 2, t + 1000, t + 4000);
        connect.ended(0, null, t + 5000);
        connect.ended(0x80, "only the first end counts", t + 6000);
        operation(tracing, new Operation.Subscribe(2, "a/#"), t).ended(0x87, "not allowed", t + 1);
        operation(tracing, new Operation.Unsubscribe(1, "a/#"), t).ended(0, null, t + 1);
        operation(tracing, new Operation.Disconnect(ConnectionEvent.Ending.TAKEN_OVER), t)
                .ended(0x8E, null, t + 1);
        List<SpanData> spans = finish();
        assertThat(spans)
                .extracting(SpanData::getName)
                .containsExactly(
                        "resume session", "connect", "subscribe", "unsubscribe", "disconnect");
        SpanData connected = named(spans, "connect");
        assertThat(connected.getKind()).isEqualTo(SpanKind.SERVER);
        assertThat(connected.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        assertThat(connected.getEndEpochNanos() - connected.getStartEpochNanos()).isEqualTo(5000);
        assertThat(text(connected, "messaging.client.id")).isEqualTo("reader");
        assertThat(
                        connected
                                .getAttributes()
                                .get(AttributeKey.booleanKey("robustmq.session_present")))
                .isTrue();
        SpanData resumed = named(spans, "resume session");
        assertThat(resumed.getParentSpanId()).isEqualTo(connected.getSpanId());
        assertThat(resumed.getAttributes().get(AttributeKey.longKey("robustmq.waiting")))
                .isEqualTo(3);
        SpanData refused = named(spans, "subscribe");
        assertThat(refused.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(refused.getStatus().getDescription()).isEqualTo("not allowed");
        assertThat(text(refused, "error.type")).isEqualTo("0x87");
        assertThat(text(refused, "messaging.destination.template")).isEqualTo("a/#");
        assertThat(text(named(spans, "disconnect"), "robustmq.ending")).isEqualTo("taken_over");
    }

    private static Tracing.OperationTrace operation(
            Tracing tracing, Operation operation, long beganNanos) {
        return Objects.requireNonNull(tracing.operation(operation, READER, null, beganNanos));
    }

    @Test
    void without_a_context_a_trace_of_the_brokers_own_begins() throws Exception {
        Tracing.PublishTrace publish = begin(tracing(1, 100, 64), null, System.nanoTime());
        publish.routed(0, System.nanoTime());
        SpanData root = finish().getFirst();
        assertThat(root.getParentSpanContext().isValid()).isFalse();
        assertThat(root.getSpanContext().isValid()).isTrue();
    }

    @Test
    void the_publishers_decision_counts_more_than_the_ratio() {
        assertThat(tryBegin(tracing(1, 100, 64), UNSAMPLED)).isNull();
        assertThat(tryBegin(tracing(0, 100, 64), PUBLISHERS)).isNotNull();
        assertThat(chosen(tracing(0, 100, 64), 1_000)).isZero();
    }

    @Test
    void the_ratio_is_kept() {
        assertThat(chosen(tracing(0.1, 100_000, 64), 20_000)).isBetween(1700L, 2300L);
    }

    @Test
    void each_rule_has_its_ratio_beside_a_higher_one() {
        List<SamplingRule> rules =
                List.of(
                        new SamplingRule("half", null, SamplingRule.ANY_QOS, 0.5),
                        new SamplingRule("tenth", null, SamplingRule.ANY_QOS, 0.1));
        Tracing.Choice choice = tracing(0.01, rules, 100_000, 64).choice();
        Map<String, Integer> chosen = new HashMap<>();
        for (int i = 0; i < 60_000; i++) {
            String topic = List.of("half", "tenth", "other").get(i % 3);
            if (choice.takes(Samples.PEER, topic, 1)) {
                chosen.merge(topic, 1, Integer::sum);
            }
        }
        assertThat(chosen.get("half")).isBetween(9_700, 10_300);
        assertThat(chosen.get("tenth")).isBetween(1_800, 2_200);
        assertThat(chosen.get("other")).isBetween(140, 260);
    }

    @Test
    void how_many_are_passed_over_differs_as_it_does_by_chance() {
        Tracing.Choice choice = tracing(0.25, 1_000_000, 64).choice();
        int[] gaps = new int[3];
        int gap = 0;
        int chosen = 0;
        for (int i = 0; i < 200_000; i++) {
            if (choice.takes(Samples.PEER, "a", 1)) {
                if (gap < gaps.length) {
                    gaps[gap]++;
                }
                gap = 0;
                chosen++;
            } else {
                gap++;
            }
        }
        double expected = 0.25;
        for (int each : gaps) {
            assertThat(each / (double) chosen).isBetween(expected - 0.01, expected + 0.01);
            expected *= 0.75;
        }
    }

    @Test
    void another_ratio_counts_from_the_next_message_on() {
        Tracing.Choice choice = tracing(0, 1_000, 64).choice();
        assertThat(choice.takes(Samples.PEER, "a", 1)).isFalse();
        Objects.requireNonNull(sampler).use(Samples.sampling(1, List.of(), 1_000));
        assertThat(choice.takes(Samples.PEER, "a", 1)).isTrue();
        Objects.requireNonNull(sampler).use(Samples.sampling(0, List.of(), 1_000));
        assertThat(choice.takes(Samples.PEER, "a", 1)).isFalse();
    }

    @Test
    void the_first_rule_that_fits_gives_the_ratio() {
        List<SamplingRule> rules =
                List.of(
                        new SamplingRule("alarms/#", null, SamplingRule.ANY_QOS, 1),
                        new SamplingRule(null, "meter-*", 0, 0),
                        new SamplingRule(null, "reader", SamplingRule.ANY_QOS, 1));
        Tracing none = tracing(0, rules, 1000, 64);
        assertThat(isChosen(none, "meter-1", "alarms/1", 0)).isTrue();
        assertThat(isChosen(none, "meter-1", "a", 0)).isFalse();
        assertThat(isChosen(none, "other", "a", 0)).isFalse();
        assertThat(none.operation(new Operation.Subscribe(1, "a"), READER, null, 0)).isNotNull();
        Tracing all = tracing(1, rules, 1000, 64);
        assertThat(isChosen(all, "meter-1", "a", 0)).isFalse();
        assertThat(isChosen(all, "meter-1", "a", 1)).isTrue();
        assertThat(isChosen(all, "meter", "a", 0)).isTrue();
    }

    private static boolean isChosen(Tracing tracing, String clientId, String topic, int qos) {
        Peer client = new Peer("mqtt/5.0", 9, clientId, "127.0.0.1:3");
        return tracing.choice().takes(client, topic, qos);
    }

    @Test
    void no_more_begin_per_second_than_allowed() {
        Tracing tracing = tracing(1, 5, 64);
        assertThat(chosen(tracing, 20)).isEqualTo(5);
        assertThat(Objects.requireNonNull(sampler).limited()).isEqualTo(15);
        now.set(Samples.NOON.plusSeconds(1));
        assertThat(chosen(tracing, 20)).isEqualTo(5);
    }

    @Test
    void deliveries_beyond_the_budget_are_one_span_until_the_last_of_them_ends() throws Exception {
        SpanTracing tracing = tracing(1, 100, 3);
        long t = System.nanoTime();
        Tracing.PublishTrace publish = begin(tracing, PUBLISHERS, t);
        List<Tracing.DeliveryTrace> deliveries =
                IntStream.range(0, 10).mapToObj(i -> deliver(publish)).toList();
        publish.routed(10, t + 1000);
        deliveries.forEach(each -> each.written(t + 2000));
        deliveries.get(9).dropped(MessageEvent.DropReason.SESSION_ENDED, t + 9000);
        for (int i = 0; i < 9; i++) {
            assertThat(sink.taken()).as("it is under way").isEmpty();
            deliveries.get(i).acknowledged(0, t + 10_000 + i);
            deliveries.get(i).acknowledged(0, t + 99_000);
        }
        deliver(publish).acknowledged(0, t + 100_000);
        assertThat(tracing.deliveriesGrouped()).isEqualTo(8);
        assertThat(deliveries.get(3).context())
                .isEqualTo(deliveries.get(9).context())
                .isNotEqualTo(publish.context());
        List<SpanData> spans = finish();
        assertThat(number(named(spans, "publish"), "robustmq.deliveries")).isEqualTo(10);
        List<SpanData> delivers =
                spans.stream().filter(span -> span.getName().equals("deliver")).toList();
        assertThat(delivers).hasSize(5);
        SpanData grouped =
                delivers.stream()
                        .filter(span -> Objects.equals(number(span, "robustmq.deliveries"), 7L))
                        .findFirst()
                        .orElseThrow();
        assertThat(grouped.getSpanId()).isEqualTo(deliveries.get(9).context().spanIdHex());
        assertThat(grouped.getParentSpanId()).isEqualTo(publish.context().spanIdHex());
        assertThat(number(grouped, "robustmq.deliveries_failed")).isEqualTo(1);
        assertThat(text(grouped, "error.type")).isEqualTo("session_ended");
        assertThat(grouped.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(number(delivers.getLast(), "robustmq.deliveries")).isEqualTo(1);
        assertThat(delivers)
                .allSatisfy(span ->
                        assertThat(span.getLinks())
                                .singleElement()
                                .satisfies(link ->
                                        assertThat(link.getSpanContext().getSpanId())
                                                .isEqualTo("00f067aa0ba902b7")));
    }

    @Test
    void what_another_broker_gets_is_a_forward() throws Exception {
        Tracing.PublishTrace publish = begin(tracing(1, 100, 3), null, System.nanoTime());
        publish.delivery(Tracing.Receiver.HOME, READER, 0, System.nanoTime())
                .written(System.nanoTime());
        SpanData forward = named(finish(), "forward");
        assertThat(text(forward, "messaging.operation.name")).isEqualTo("forward");
        assertThat(forward.getLinks()).as("no creation context").isEmpty();
    }

    @Test
    void messages_that_waited_for_one_sync_are_linked() throws Exception {
        Tracing tracing = tracing(1, 100, 3);
        List<Tracing.PublishTrace> three =
                IntStream.range(0, 3).mapToObj(i -> begin(tracing, null, i)).toList();
        three.forEach(each -> each.step(Tracing.Step.FSYNC, 10, 20));
        begin(tracing, null, 0).step(Tracing.Step.FSYNC, 20, 30);
        List<SpanData> waits = finish();
        assertThat(waits).extracting(span -> span.getLinks().size()).containsExactly(0, 1, 1, 0);
        assertThat(waits.get(2).getLinks().getFirst().getSpanContext().getSpanId())
                .isEqualTo(three.getFirst().context().spanIdHex());
        assertThat(waits).extracting(SpanData::getName).containsOnly("fsync wait");
    }

    @Test
    void what_was_slow_is_one_trace_whoever_gets_it() throws Exception {
        SpanTracing tracing = keeping(Duration.ofSeconds(1), true, 10);
        assertThat(tracing.slowNanos()).isEqualTo(1_000_000_000L);
        long t = System.nanoTime();
        for (int i = 0; i < 2; i++) {
            Tracing.PublishTrace kept = kept(tracing, Tracing.Kept.SLOW, "a/b", t);
            deliver(Objects.requireNonNull(kept)).acknowledged(0, t + i);
            kept.routed(-1, t);
        }
        Objects.requireNonNull(kept(tracing, Tracing.Kept.SLOW, "a/c", t)).routed(-1, t);
        List<SpanData> spans = finish();
        assertThat(spans)
                .extracting(SpanData::getName)
                .containsExactly("deliver", "publish", "deliver", "publish");
        assertThat(spans.subList(0, 3))
                .extracting(SpanData::getTraceId)
                .containsOnly(spans.getFirst().getTraceId());
        assertThat(spans.getLast().getTraceId()).isNotEqualTo(spans.getFirst().getTraceId());
        SpanData publish = named(spans, "publish");
        assertThat(text(publish, "robustmq.kept_for")).isEqualTo("slow");
        assertThat(number(publish, "robustmq.deliveries")).as("not known").isNull();
        assertThat(text(publish, "messaging.client.id")).as("not known").isNull();
        assertThat(tracing.keptSlow()).isEqualTo(3);
    }

    @Test
    void of_messages_that_were_kept_so_many_are_remembered() throws Exception {
        SpanTracing tracing = keeping(Duration.ofSeconds(1), true, 1 << 20);
        long t = System.nanoTime();
        Tracing.PublishTrace first = kept(tracing, Tracing.Kept.SLOW, "a", t);
        for (int i = 0; i < KeptTraces.MAX; i++) {
            assertThat(kept(tracing, Tracing.Kept.SLOW, "a", t)).isSameAs(first);
            kept(tracing, Tracing.Kept.SLOW, "b" + i, t);
        }
        assertThat(kept(tracing, Tracing.Kept.SLOW, "a", t)).isNotSameAs(first);
    }

    @Test
    void no_more_are_kept_per_second_than_allowed_and_nothing_if_so_configured() {
        SpanTracing tracing = keeping(Duration.ofSeconds(1), true, 2);
        Operation subscribe = new Operation.Subscribe(1, "a/#");
        assertThat(kept(tracing, Tracing.Kept.FAILED, "a", 0)).isNotNull();
        Tracing.OperationTrace operation = operation(tracing, subscribe, 0);
        assertThat(operation.context(0x87)).isNotNull();
        assertThat(kept(tracing, Tracing.Kept.FAILED, "a", 0)).isNull();
        assertThat(operation(tracing, subscribe, 0).context(0x87)).isNull();
        assertThat(Objects.requireNonNull(sampler).keptLimited()).isEqualTo(2);
        assertThat(tracing.keptFailed()).isEqualTo(2);
        now.set(Samples.NOON.plusSeconds(1));
        assertThat(kept(tracing, Tracing.Kept.FAILED, "a", 0)).isNotNull();

        SpanTracing never = keeping(Duration.ZERO, false, 2);
        assertThat(never.slowNanos()).isEqualTo(Long.MAX_VALUE);
        assertThat(never.keepsFailed()).isFalse();
        assertThat(never.operation(subscribe, READER, null, 0)).isNull();
    }

    @Test
    void an_operation_that_was_not_chosen_is_recorded_if_it_fails() throws Exception {
        Tracing tracing = keeping(Duration.ZERO, true, 10);
        long t = System.nanoTime();
        Tracing.OperationTrace good = operation(tracing, new Operation.Connect(true, 0), t);
        assertThat(good.context(0)).as("not recorded").isNull();
        good.resumed(1, 1, t, t);
        good.ended(0, null, t);
        Tracing.OperationTrace bad =
                Objects.requireNonNull(
                        tracing.operation(new Operation.Connect(true, 0), READER, UNSAMPLED, t));
        TraceContext context = Objects.requireNonNull(bad.context(0x86));
        bad.ended(0x86, "wrong password", t + 1000);
        SpanData connect = finish().getFirst();
        assertThat(connect.getSpanId()).isEqualTo(context.spanIdHex());
        assertThat(connect.getParentSpanId()).isEqualTo("00f067aa0ba902b7");
        assertThat(text(connect, "robustmq.kept_for")).isEqualTo("failed");
        assertThat(connect.getStatus().getDescription()).isEqualTo("wrong password");
        assertThat(sink.taken()).hasSize(1);
    }

    private static Tracing.@Nullable PublishTrace kept(
            Tracing tracing, Tracing.Kept why, String topic, long receivedNanos) {
        return tracing.kept(why, null, topic, 1, -1, () -> null, receivedNanos);
    }

    @Test
    void what_failed_is_an_error() throws Exception {
        Tracing tracing = tracing(1, 100, 64);
        begin(tracing, null, System.nanoTime()).refused(0x97, "quota", System.nanoTime());
        Tracing.PublishTrace publish = begin(tracing, null, System.nanoTime());
        Tracing.DeliveryTrace dropped = deliver(publish);
        dropped.dropped(MessageEvent.DropReason.QUEUE_FULL, System.nanoTime());
        dropped.acknowledged(0, System.nanoTime()); // too late: a span ends once
        deliver(publish).acknowledged(0x83, System.nanoTime());
        List<SpanData> spans = finish();
        assertThat(spans).hasSize(3);
        assertThat(spans)
                .extracting(span -> span.getStatus().getStatusCode())
                .containsOnly(StatusCode.ERROR);
        assertThat(spans)
                .extracting(span -> text(span, "error.type"))
                .containsExactly("0x97", "queue_full", "0x83");
        assertThat(spans.getFirst().getStatus().getDescription()).isEqualTo("quota");
    }

    @Test
    void spans_that_find_no_room_are_counted() {
        Tracing tracing = tracing(1, 1000, 64);
        for (int i = 0; i < 80; i++) {
            begin(tracing, null, System.nanoTime()).routed(0, System.nanoTime());
        }
        assertThat(worker.dropped()).isEqualTo(30);
    }

    private SpanTracing tracing(double ratio, int maxPerSecond, int maxDeliveries) {
        return tracing(ratio, List.of(), maxPerSecond, maxDeliveries);
    }

    private SpanTracing tracing(
            double ratio, List<SamplingRule> rules, int maxPerSecond, int maxDeliveries) {
        return tracing(Samples.sampling(ratio, rules, maxPerSecond), maxDeliveries);
    }

    private SpanTracing keeping(Duration slow, boolean failed, int maxPerSecond) {
        return tracing(new Sampling(0, List.of(), 10, slow, failed, maxPerSecond), 64);
    }

    private SpanTracing tracing(Sampling sampling, int maxDeliveries) {
        PipelineSettings.Traces settings =
                new PipelineSettings.Traces(true, sampling, maxDeliveries);
        SplittableRandom random = new SplittableRandom(seed);
        sampler = new Sampler(settings.sampling(), now::get, () -> random);
        return new SpanTracing(settings, sampler, now::get, null, worker);
    }

    private static Tracing.PublishTrace begin(
            Tracing tracing, @Nullable TraceContext parent, long nanos) {
        return Objects.requireNonNull(tracing.begin(Samples.PEER, "a/b", 1, 10, parent, nanos));
    }

    private static Tracing.@Nullable PublishTrace tryBegin(
            Tracing tracing, @Nullable TraceContext parent) {
        return tracing.begin(Samples.PEER, "a/b", 1, 10, parent, System.nanoTime());
    }

    /** Of so many messages. */
    private static long chosen(Tracing tracing, int messages) {
        Tracing.Choice choice = tracing.choice();
        return IntStream.range(0, messages)
                .filter(i -> choice.takes(Samples.PEER, "a/b", 1))
                .count();
    }

    private List<SpanData> finish() throws InterruptedException {
        worker.start();
        worker.finish(System.nanoTime() + 5_000_000_000L);
        worker.awaitFinished();
        return ReadSpan.of(sink.taken());
    }

    private static SpanData named(List<SpanData> spans, String name) {
        return spans.stream().filter(span -> span.getName().equals(name)).findFirst().orElseThrow();
    }

    private static @Nullable String text(SpanData span, String key) {
        return span.getAttributes().get(AttributeKey.stringKey(key));
    }

    private static @Nullable Long number(SpanData span, String key) {
        return span.getAttributes().get(AttributeKey.longKey(key));
    }
}
