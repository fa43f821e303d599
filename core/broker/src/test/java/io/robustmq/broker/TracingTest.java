package io.robustmq.broker;

import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.telemetry.event.AuthenticationEvent;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.MessageEvent.DropReason;
import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(ints = {1, 2})
class TracingTest {
    private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @Parameter int loops;

    /** Notes what it is told, as text; span identifiers are 1, 2, 3. */
    private static final class Recorder implements Tracing {
        final List<String> notes = new CopyOnWriteArrayList<>();

        /** Of what is not publishing. */
        final List<String> operations = new CopyOnWriteArrayList<>();

        private final AtomicLong spans = new AtomicLong();
        private final boolean parentedOnly;
        private volatile long slowNanos = Long.MAX_VALUE;
        private volatile boolean keepsFailed;

        Recorder(boolean parentedOnly) {
            this.parentedOnly = parentedOnly;
        }

        /** Nothing is chosen. */
        static Recorder keeping(long slowNanos, boolean failed) {
            Recorder recorder = new Recorder(true);
            recorder.slowNanos = slowNanos;
            recorder.keepsFailed = failed;
            return recorder;
        }

        private TraceContext next(@Nullable TraceContext parent) {
            long high = parent == null ? 7 : parent.traceIdHigh();
            long low = parent == null ? 7 : parent.traceIdLow();
            return new TraceContext(high, low, spans.incrementAndGet(), true, "");
        }

        @Override
        public @Nullable PublishTrace begin(
                Peer publisher,
                String topicName,
                int qos,
                int payloadBytes,
                @Nullable TraceContext parent,
                long receivedNanos) {
            if (parent != null && !parent.sampled()) {
                return null;
            }
            notes.add("begin " + topicName + (parent == null ? "" : " " + parent.spanIdHex()));
            return publish(next(parent));
        }

        private PublishTrace publish(TraceContext context) {
            return new PublishTrace() {
                @Override
                public TraceContext context() {
                    return context;
                }

                @Override
                public void step(Step step, long beganNanos, long endedNanos) {
                    assertThat(endedNanos).isGreaterThanOrEqualTo(beganNanos);
                    notes.add("step " + step.spanName());
                }

                @Override
                public void routed(int deliveries, long nanos) {
                    notes.add("routed " + deliveries);
                }

                @Override
                public void refused(int reasonCode, String detail, long nanos) {
                    notes.add("refused " + reasonCode);
                }

                @Override
                public DeliveryTrace delivery(
                        Receiver receiver, Peer peer, int qos, long beganNanos) {
                    return share(context, peer);
                }
            };
        }

        @Override
        public long slowNanos() {
            return slowNanos;
        }

        @Override
        public boolean keepsFailed() {
            return keepsFailed;
        }

        @Override
        public PublishTrace kept(
                Kept why,
                @Nullable Peer publisher,
                String topicName,
                int qos,
                int payloadBytes,
                Supplier<@Nullable TraceContext> parents,
                long receivedNanos) {
            TraceContext parent = parents.get();
            assertThat(receivedNanos).isLessThanOrEqualTo(System.nanoTime());
            String of = parent == null ? "" : " of " + parent.spanIdHex();
            String by = publisher == null ? "" : " by " + publisher.clientId();
            notes.add("kept " + why + " " + topicName + of + by);
            return publish(next(parent));
        }

        @Override
        public OperationTrace operation(
                Operation operation, Peer client, @Nullable TraceContext parent, long beganNanos) {
            TraceContext context = new TraceContext(7, 7, 99, true, "");
            String of = parent == null ? "" : " of " + parent.spanIdHex();
            return new OperationTrace() {
                @Override
                public TraceContext context(int reasonCode) {
                    return context;
                }

                @Override
                public void resumed(int waiting, int inFlight, long began, long ended) {
                    assertThat(ended).isGreaterThanOrEqualTo(began);
                    operations.add(client.clientId() + " resumed " + waiting + " " + inFlight);
                }

                @Override
                public void ended(int reasonCode, @Nullable String detail, long nanos) {
                    assertThat(nanos).isGreaterThanOrEqualTo(beganNanos);
                    operations.add(
                            "%s %s%s: %d %s"
                                    .formatted(
                                            client.clientId(), operation, of, reasonCode, detail));
                }
            };
        }

        @Override
        public DeliveryTrace late(
                TraceContext publish,
                Receiver receiver,
                Peer subscriber,
                String topicName,
                int qos,
                boolean again,
                long beganNanos) {
            String how = again ? "again " : "late ";
            String state = publish.traceState();
            String with = state.isEmpty() ? "" : " with " + state;
            notes.add(how + topicName + " of " + publish.spanId() + with);
            return share(publish, subscriber);
        }

        private DeliveryTrace share(TraceContext publish, Peer subscriber) {
            TraceContext own = next(publish);
            String who = subscriber.clientId();
            return new DeliveryTrace() {
                @Override
                public TraceContext context() {
                    return own;
                }

                @Override
                public void written(long nanos) {
                    notes.add("written " + who + " " + own.spanId());
                }

                @Override
                public void acknowledged(int reasonCode, long nanos) {
                    notes.add("acknowledged " + who + " " + own.spanId());
                }

                @Override
                public void dropped(DropReason reason, long nanos) {
                    notes.add("dropped " + who + " " + reason);
                }
            };
        }

        @Override
        public Choice choice() {
            return (publisher, topicName, qos) -> !parentedOnly;
        }
    }

    private static Bytes traceparent(String value) {
        return new Bytes().u8(0x26).text("traceparent").text(value).u8(0x26).text("k").text("v");
    }

    @Test
    void a_publishers_context_is_continued_and_handed_on_to_each_subscriber() throws Exception {
        Recorder recorder = new Recorder(true);
        try (TestBroker broker = TestBroker.open(settings(loops), Authenticator.ANYBODY, recorder);
                RawClient publisher = broker.connected("publisher");
                RawClient quick = broker.connected("quick");
                RawClient sure = broker.connected("sure");
                RawClient old = broker.client(MqttVersion.V3_1_1)) {
            old.connect("old");
            quick.subscribe("t", 0);
            sure.subscribe("t", 1);
            old.subscribe("t", 0);
            publisher.publish("t", "x", 3, 1, traceparent(PARENT));
            publisher.expect(PUBACK);

            Message toQuick = quick.message();
            Message toSure = sure.message();
            assertThat(old.message().payload()).isEqualTo("x");
            sure.ack(PUBACK, toSure.packetId());
            waitUntil(() -> recorder.notes.stream().anyMatch(n -> n.startsWith("acknowledged")));
            waitUntil(() ->
                    recorder.notes.stream().filter(n -> n.startsWith("written")).count() == 3);

            String trace = PARENT.substring(0, 36);
            assertThat(toQuick.all(0x26)).hasSize(2).contains("k=v");
            String parentOfQuick = toQuick.all(0x26).stream().sorted().toList().get(1);
            assertThat(parentOfQuick).startsWith("traceparent=" + trace).isNotEqualTo(PARENT);
            long spanOfQuick = Long.parseLong(parentOfQuick.substring(48, 64), 16);
            assertThat(recorder.notes)
                    .contains(
                            "begin t b7ad6b7169203331",
                            "step authorize",
                            "step retain",
                            "step route",
                            "step journal append",
                            "routed 3",
                            "written quick " + spanOfQuick)
                    .anyMatch(n -> n.startsWith("acknowledged sure "))
                    .anyMatch(n -> n.startsWith("written old "));
        }
    }

    @Test
    void without_a_parent_the_tracer_is_not_asked_if_it_would_say_no() throws Exception {
        Recorder recorder = new Recorder(true);
        try (TestBroker broker = TestBroker.open(settings(loops), Authenticator.ANYBODY, recorder);
                RawClient publisher = broker.connected("publisher")) {
            publisher.published("t", "x", 1, 1);
            publisher.publish("t", "x", 2, 2, traceparent("not a context"));
            publisher.expect(PUBACK);
            assertThat(recorder.notes).isEmpty();
            assertThat(broker.broker.measures().malformedContexts()).isEqualTo(1);
        }
    }

    @Test
    void what_ends_well_is_not_recorded_afterwards() throws Exception {
        Recorder recorder = Recorder.keeping(60_000_000_000L, true);
        try (TestBroker broker = TestBroker.open(settings(loops), Authenticator.ANYBODY, recorder);
                RawClient publisher = broker.connected("publisher");
                RawClient subscriber = broker.connected("subscriber")) {
            subscriber.subscribe("t", 1);
            for (int qos = 0; qos < 2; qos++) {
                publisher.publish("t", "x", qos, 1);
                Message message = subscriber.message();
                if (qos > 0) {
                    subscriber.ack(PUBACK, message.packetId());
                }
            }
            publisher.expect(PUBACK);
            assertThat(subscriber.untilPong()).isEmpty();
            assertThat(recorder.notes).isEmpty();
        }
    }

    @Test
    void a_slow_delivery_is_recorded_although_it_was_not_chosen() throws Exception {
        Recorder recorder = Recorder.keeping(0, false);
        try (TestBroker broker = TestBroker.open(settings(loops), Authenticator.ANYBODY, recorder);
                RawClient publisher = broker.connected("publisher");
                RawClient subscriber = broker.connected("subscriber")) {
            subscriber.subscribe("zero", 0);
            subscriber.subscribe("one", 1);
            String unsampled = PARENT.replace("-01", "-00");
            publisher.publish("zero", "x", 0, 0);
            assertThat(subscriber.message().topic()).isEqualTo("zero");
            waitUntil(() -> recorder.notes.contains("routed -1"));
            assertThat(recorder.notes)
                    .containsExactly("kept SLOW zero", "written subscriber 2", "routed -1");
            recorder.notes.clear();
            // asked before the context of a publisher that did not choose it either
            publisher.publish("one", "x", 2, 1, userProperty("traceparent", unsampled));
            publisher.expect(PUBACK);
            subscriber.ack(PUBACK, subscriber.message().packetId());
            waitUntil(() -> recorder.notes.contains("routed -1"));
            assertThat(recorder.notes)
                    .contains("kept SLOW one of b7ad6b7169203331")
                    .anyMatch(note -> note.startsWith("acknowledged subscriber "));
        }
    }

    @Test
    void a_publish_that_waited_long_for_the_log_is_recorded_with_that_wait() throws Exception {
        Recorder recorder = Recorder.keeping(0, false);
        try (TestBroker broker = TestBroker.open(settings(loops), Authenticator.ANYBODY, recorder);
                RawClient publisher = broker.connected("publisher");
                RawClient away = broker.client(MqttVersion.V5)) {
            away.connect("away", new RawClient.Options().keepSession().expiry(1000));
            away.subscribe("t", 1);
            away.disconnect(0);
            away.expectEnd();
            publisher.published("t", "x", 1, 1);
            waitUntil(() -> recorder.notes.contains("routed -1"));
            assertThat(recorder.notes)
                    .containsSubsequence(
                            "kept SLOW t by publisher", "step journal append", "routed -1");
        }
    }

    @Test
    void what_is_dropped_or_refused_is_recorded_although_it_was_not_chosen() throws Exception {
        Recorder recorder = Recorder.keeping(Long.MAX_VALUE, true);
        try (TestBroker broker = TestBroker.open(settings(loops), Authenticator.ANYBODY, recorder);
                RawClient publisher = broker.connected("publisher");
                RawClient small = broker.client(MqttVersion.V5)) {
            small.connect("small", new RawClient.Options().maximumPacketSize(100));
            small.subscribe("t", 1);
            for (int qos = 0; qos < 2; qos++) {
                publisher.publish("t", "x".repeat(200), qos, 1);
                waitUntil(() -> recorder.notes.contains("dropped small PACKET_TOO_LARGE"));
                assertThat(recorder.notes)
                        .containsExactly(
                                "kept FAILED t", "dropped small PACKET_TOO_LARGE", "routed -1");
                assertThat(broker.events.of(MessageEvent.Dropped.class)).hasSize(qos + 1);
                recorder.notes.clear();
            }
            publisher.expect(PUBACK);
            publisher.published("$SYS/x", "x", 1, 2);
            assertThat(recorder.notes)
                    .containsExactly("kept FAILED $SYS/x by publisher", "refused 135");
        }
    }

    @Test
    void baggage_goes_through_and_the_trace_state_also_where_a_message_waits() throws Exception {
        Recorder recorder = new Recorder(true);
        try (TestBroker broker = TestBroker.open(settings(loops), Authenticator.ANYBODY, recorder);
                RawClient publisher = broker.connected("publisher")) {
            RawClient.Options kept = new RawClient.Options().keepSession().expiry(1000);
            try (RawClient away = broker.client(MqttVersion.V5)) {
                away.connect("away", kept);
                away.subscribe("t", 1);
                away.disconnect(0);
                away.expectEnd();
            }
            Bytes properties =
                    userProperty("traceparent", PARENT)
                            .u8(0x26)
                            .text("tracestate")
                            .text("vendor=x")
                            .u8(0x26)
                            .text("baggage")
                            .text("user=ann");
            publisher.publish("t", "x", 2, 1, properties);
            publisher.expect(PUBACK);
            try (RawClient back = broker.client(MqttVersion.V5)) {
                back.connect("away", new RawClient.Options().keepSession().expiry(1000));
                assertThat(back.message().all(0x26))
                        .contains("baggage=user=ann", "tracestate=vendor=x")
                        .hasSize(3);
            }
            assertThat(recorder.notes).contains("late t of 1 with vendor=x");
        }
    }

    private static Bytes userProperty(String name, String value) {
        return new Bytes().u8(0x26).text(name).text(value);
    }

    @Test
    void a_refused_publish_ends_its_span_as_an_error() throws Exception {
        Recorder recorder = new Recorder(false);
        try (TestBroker broker = TestBroker.open(settings(loops), Authenticator.ANYBODY, recorder);
                RawClient publisher = broker.connected("publisher")) {
            publisher.published("$SYS/x", "x", 1, 1);
            assertThat(recorder.notes).containsExactly("begin $SYS/x", "refused 135");
        }
    }

    @Test
    void a_message_that_waited_in_a_session_is_delivered_in_the_same_trace() throws Exception {
        Recorder recorder = new Recorder(true);
        try (TestBroker broker = TestBroker.open(settings(loops), Authenticator.ANYBODY, recorder);
                RawClient publisher = broker.connected("publisher")) {
            RawClient.Options kept = new RawClient.Options().keepSession().expiry(1000);
            try (RawClient away = broker.client(MqttVersion.V5)) {
                away.connect("away", kept);
                away.subscribe("t", 1);
                away.disconnect(0);
                away.expectEnd();
            }
            Bytes parent = new Bytes().u8(0x26).text("traceparent").text(PARENT);
            publisher.publish("t", "x", 2, 1, parent);
            publisher.expect(PUBACK);
            publisher.published("t", "untraced", 1, 2);
            try (RawClient back = broker.client(MqttVersion.V5)) {
                back.connect("away", new RawClient.Options().keepSession().expiry(1000));
                Message message = back.message();
                TraceContext got = context(message);
                assertThat(got.traceId()).isEqualTo(PARENT.substring(3, 35));
                assertThat(back.message().all(0x26)).as("untraced").isEmpty();
                waitUntil(() -> recorder.notes.contains("written away " + got.spanId()));
                assertThat(recorder.notes)
                        .containsSubsequence("begin t b7ad6b7169203331", "late t of 1");
            }
            // not acknowledged: it comes again, and that is a delivery of its own
            try (RawClient again = broker.client(MqttVersion.V5)) {
                again.connect("away", new RawClient.Options().keepSession().expiry(1000));
                Message message = again.message();
                again.ack(PUBACK, message.packetId());
                TraceContext got = context(message);
                waitUntil(() -> recorder.notes.contains("acknowledged away " + got.spanId()));
            }
        }
    }

    @Test
    void what_else_a_client_does_is_told_with_how_it_ended() throws Exception {
        Recorder recorder = new Recorder(true);
        Authenticator some =
                credentials ->
                        credentials.clientId().equals("nobody")
                                ? new Authenticator.Refused(
                                        135, AuthenticationEvent.Method.PASSWORD, "rule", "detail")
                                : Authenticator.ANYBODY.authenticate(credentials);
        try (TestBroker broker = TestBroker.open(settings(loops), some, recorder)) {
            RawClient.Options kept = new RawClient.Options().keepSession().expiry(1000);
            kept.properties.raw(traceparent(PARENT).array());
            try (RawClient client = broker.client(MqttVersion.V5)) {
                client.connect("c", kept);
                client.subscribe("t", 1);
                client.subscribe("$share/g", 1);
                client.unsubscribe("t");
                client.disconnect(0);
                client.expectEnd();
            }
            try (RawClient back = broker.client(MqttVersion.V5)) {
                back.connect("c", new RawClient.Options().keepSession().expiry(1000));
            }
            try (RawClient nobody = broker.client(MqttVersion.V5)) {
                nobody.sendConnect("nobody", new RawClient.Options());
                nobody.expect(RawClient.CONNACK);
            }
            String first = "c Connect[cleanStart=false, sessionExpirySeconds=1000]";
            waitUntil(() -> recorder.operations.size() == 9);
            assertThat(recorder.operations)
                    .containsSubsequence(
                            first + " of b7ad6b7169203331: 0 null",
                            "c Subscribe[filters=1, first=t]: 1 null",
                            "c Subscribe[filters=1, first=$share/g]: 143 after the share name g there is no /",
                            "c Unsubscribe[filters=1, first=t]: 0 null",
                            "c Disconnect[ending=CLIENT_DISCONNECT]: 0 null")
                    .containsSubsequence("c resumed 0 0", first + ": 0 null")
                    .contains(
                            "c Disconnect[ending=PEER_CLOSED]: 128 the client did not say goodbye")
                    .anyMatch(each -> each.startsWith("nobody Connect") && each.contains(": 135 "));
        }
    }

    @Test
    void another_home_goes_on_in_the_trace_of_the_forward() throws Exception {
        Recorder atA = new Recorder(false);
        Recorder atB = new Recorder(false);
        try (TestHomes homes = new TestHomes()) {
            homes.add("a", settings(loops), atA);
            homes.add("b", settings(loops), atB);
            homes.meet();
            try (RawClient subscriber = homes.at("b").connected("subscriber");
                    RawClient publisher = homes.at("a").connected("publisher")) {
                subscriber.subscribe("t", 1);
                homes.routed("a", "t", "b");
                for (int qos = 0; qos <= 1; qos++) {
                    Bytes body = new Bytes().text("t");
                    if (qos > 0) {
                        body.u16(1);
                    }
                    Bytes properties = new Bytes().u8(0x26).text("traceparent").text(PARENT);
                    publisher.send(RawClient.PUBLISH, qos << 1, body.sized(properties));
                    Message message = PeersTest.next(subscriber);
                    // at each home the publish is a span, and the delivery is one
                    TraceContext got = context(message);
                    assertThat(got.traceId()).isEqualTo(PARENT.substring(3, 35));
                    String forward = "000000000000000" + 2 * (qos + 1);
                    assertThat(atA.notes).contains("begin t " + PARENT.substring(36, 52));
                    assertThat(atB.notes).contains("begin t " + forward);
                    assertThat(got.spanIdHex()).isEqualTo(forward);
                }
            }
        }
    }

    private static TraceContext context(Message message) {
        String property = message.all(0x26).getFirst();
        return Objects.requireNonNull(
                TraceContext.parse(property.substring(property.indexOf('=') + 1), ""));
    }
}
