package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.trace.data.SpanData;
import io.robustmq.telemetry.catalogue.GoldenFile;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import io.robustmq.telemetry.event.Tracing.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** docs/reference/spans.md is what spans have, each of them made here. */
class SpansGoldenTest {
    private static final TraceContext PARENT =
            Objects.requireNonNull(
                    TraceContext.parse(
                            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", ""));
    private static final Peer CLIENT = new Peer("mqtt/5.0", 8, "reader", "127.0.0.1:2");

    /** Of each span: its parent, and from when to when. */
    private static final Map<String, String> SPANS =
            Map.ofEntries(
                    Map.entry(
                            "publish",
                            "the publisher's own | PUBLISH was read, until it was routed or refused"),
                    Map.entry("authorize", "publish | until it is known whether the client may"),
                    Map.entry("retain", "publish | it is made the topic's retained message"),
                    Map.entry(
                            "route", "publish | who gets it is looked up, and they are handed it"),
                    Map.entry(
                            "journal append",
                            "publish | handed to the journal, until it was written, or a quorum of journal servers had it"),
                    Map.entry(
                            "fsync wait",
                            "publish | until the disk had it. One sync is for all that were written together: a link to the first of those"
                                    + " that are traced"),
                    Map.entry(
                            "forward",
                            "publish | handed to the link to another broker, until that acknowledged (QoS 0: until it was written); that"
                                    + " broker's publish is its child"),
                    Map.entry(
                            "deliver",
                            "publish | handed to the subscriber's connection, until it was written (QoS 0) or acknowledged"
                                    + " (PUBACK, PUBCOMP); also when the message waited in a session until its client was back, then its publish"
                                    + " ended long before. Above tracing.max-deliveries all others are one, from the first until the last. A link to"
                                    + " the publisher's own span"),
                    Map.entry(
                            "connect",
                            "that of the CONNECT's `traceparent`, if it has one | CONNECT was read, until CONNACK"),
                    Map.entry("resume session", "connect | until the old session goes on"),
                    Map.entry("subscribe", "none | SUBSCRIBE was read, until SUBACK"),
                    Map.entry("unsubscribe", "none | UNSUBSCRIBE was read, until UNSUBACK"),
                    Map.entry("disconnect", "none | the end of the connection, however it came"));

    private static final Map<String, String> ATTRIBUTES =
            Map.ofEntries(
                    Map.entry(
                            "error.type",
                            "What failed: a reason code in hex, or why a message was dropped"),
                    Map.entry(
                            "messaging.client.id",
                            "The client; hashed with events.hash-identities"),
                    Map.entry("messaging.destination.name", "The topic"),
                    Map.entry("messaging.destination.template", "The first topic filter"),
                    Map.entry("messaging.message.body.size", "Bytes of the payload"),
                    Map.entry("messaging.operation.name", "publish, deliver or forward"),
                    Map.entry("messaging.operation.type", "receive or send"),
                    Map.entry("messaging.system", "mqtt"),
                    Map.entry(
                            "network.peer.address",
                            "Address and port of the client; as messaging.client.id"),
                    Map.entry("network.protocol.name", "mqtt/5.0, mqtt/3.1.1 or mqtt/3.1"),
                    Map.entry("robustmq.clean_start", "What CONNECT said"),
                    Map.entry("robustmq.connection_id", "That of all events of the connection"),
                    Map.entry(
                            "robustmq.deliveries",
                            "To how many it went at once; of a span for several how many they are"),
                    Map.entry("robustmq.deliveries_failed", "Of those, not delivered"),
                    Map.entry("robustmq.ending", "As ending of connection.closed"),
                    Map.entry("robustmq.filters", "How many topic filters"),
                    Map.entry("robustmq.in_flight", "Messages sent before and not acknowledged"),
                    Map.entry("robustmq.kept", "It waited in the session"),
                    Map.entry(
                            "robustmq.kept_for",
                            "slow or failed: it was not chosen, and recorded for how it ended, with as much as was known then"),
                    Map.entry("robustmq.qos", "Of the publish, or of the delivery"),
                    Map.entry("robustmq.reason_code", "MQTT's, 128 or more is an error"),
                    Map.entry("robustmq.redelivered", "It was sent before, with DUP now"),
                    Map.entry("robustmq.session_expiry_seconds", "What CONNECT said"),
                    Map.entry("robustmq.session_present", "An old session goes on"),
                    Map.entry("robustmq.waiting", "Messages not sent yet"));

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

    @Test
    void the_reference_is_what_spans_have() throws Exception {
        SplittableRandom random = new SplittableRandom(1);
        PipelineSettings.Traces settings =
                new PipelineSettings.Traces(
                        true, new Sampling(1, List.of(), 1000, Duration.ofSeconds(1), true, 10), 2);
        Tracing tracing =
                new SpanTracing(
                        settings,
                        new Sampler(settings.sampling(), () -> Samples.NOON, () -> random),
                        () -> Samples.NOON,
                        null,
                        worker);
        publish(tracing);
        List<Operation> operations =
                List.of(
                        new Operation.Connect(true, 0),
                        new Operation.Subscribe(1, "a/#"),
                        new Operation.Unsubscribe(1, "a/#"),
                        new Operation.Disconnect(ConnectionEvent.Ending.CLIENT_DISCONNECT));
        for (Operation each : operations) {
            Tracing.OperationTrace span =
                    Objects.requireNonNull(tracing.operation(each, CLIENT, null, 0));
            if (each instanceof Operation.Connect) {
                span.resumed(1, 1, 0, 0);
            }
            span.ended(0x80, "", 0);
        }
        worker.start();
        worker.finish(System.nanoTime() + 5_000_000_000L);
        worker.awaitFinished();
        for (FinishedSpan span : sink.taken()) {
            int keys = new ReadSpan(span).getAttributes().size();
            assertThat(span.shape().attributes().size()).as("each key once").isEqualTo(keys);
        }
        GoldenFile.compare("docs/reference/spans.md", page(ReadSpan.of(sink.taken())));
    }

    private static void publish(Tracing tracing) {
        for (boolean refused : List.of(false, true)) {
            Tracing.PublishTrace publish =
                    Objects.requireNonNull(tracing.begin(CLIENT, "a", 1, 1, PARENT, 0));
            for (Tracing.Step step : Tracing.Step.values()) {
                publish.step(step, 0, 0);
            }
            publish.delivery(Tracing.Receiver.CLIENT, CLIENT, 1, 0).acknowledged(0x80, 0);
            publish.delivery(Tracing.Receiver.HOME, CLIENT, 1, 0).acknowledged(0, 0);
            publish.delivery(Tracing.Receiver.CLIENT, CLIENT, 1, 0)
                    .dropped(MessageEvent.DropReason.QUEUE_FULL, 0); // above the budget
            if (refused) {
                publish.refused(0x80, "", 0);
            } else {
                publish.routed(1, 0);
            }
        }
        Objects.requireNonNull(
                        tracing.late(PARENT, Tracing.Receiver.CLIENT, CLIENT, "a", 1, true, 0))
                .acknowledged(0, 0);
        Objects.requireNonNull(tracing.kept(Tracing.Kept.SLOW, CLIENT, "a", 1, 1, () -> PARENT, 0))
                .routed(-1, 0);
    }

    private static String page(List<SpanData> spans) {
        Map<String, String> kinds = new LinkedHashMap<>();
        Map<String, TreeSet<String>> users = new TreeMap<>();
        Map<String, String> types = new TreeMap<>();
        for (SpanData span : spans) {
            kinds.put(span.getName(), span.getKind().name().toLowerCase(Locale.ROOT));
            span.getAttributes()
                    .forEach((key, value) -> {
                        users.computeIfAbsent(key.getKey(), k -> new TreeSet<>())
                                .add(span.getName());
                        types.put(key.getKey(), key.getType().name().toLowerCase(Locale.ROOT));
                    });
        }
        assertThat(kinds.keySet()).isEqualTo(SPANS.keySet());
        assertThat(users.keySet()).isEqualTo(new TreeSet<>(ATTRIBUTES.keySet()));
        List<String> lines = new ArrayList<>();
        lines.add(
                """
                # Spans

                What is recorded while `tracing.enabled` is true and spans are exported (`sinks.otlp`): of a publish, parent based where its
                publisher sent a `traceparent`, else by `tracing.ratio`; the same of what else clients do. At most `tracing.max-per-second`
                traces are begun or gone on with. What was not chosen and is slow (`tracing.keep-slow`), refused or dropped
                (`tracing.keep-failed`) is recorded all the same, after the fact, up to `tracing.max-kept-per-second`. This page is generated from the code. A refusal or a loss has status error, and its
                description says why. An MQTT 5 subscriber is sent the context of its delivery as `traceparent`.

                | span | kind | parent | from, until |
                |---|---|---|---|\
                """);
        kinds.forEach((name, kind) ->
                lines.add("| `" + name + "` | " + kind + " | " + SPANS.get(name) + " |"));
        lines.add("\n| attribute | type | of | |\n|---|---|---|---|");
        users.forEach((name, of) ->
                lines.add(
                        "| `%s` | %s | %s | %s |"
                                .formatted(
                                        name,
                                        types.get(name),
                                        String.join(", ", of),
                                        ATTRIBUTES.get(name))));
        return String.join("\n", lines) + "\n";
    }
}
