package io.robustmq.broker;

import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.telemetry.event.AuthenticationEvent;
import io.robustmq.telemetry.event.MessageEvent.DropReason;
import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
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
        private final int budget;

        Recorder(boolean parentedOnly, int budget) {
            this.parentedOnly = parentedOnly;
            this.budget = budget;
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
            if (parentedOnly && parent == null) {
                notes.add("asked without a parent");
                return null;
            }
            notes.add("begin " + topicName + (parent == null ? "" : " " + parent.spanIdHex()));
            TraceContext context = next(parent);
            AtomicLong left = new AtomicLong(budget);
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
                public @Nullable DeliveryTrace delivery(Peer subscriber, int qos, long beganNanos) {
                    return left.getAndDecrement() <= 0 ? null : share(context, subscriber);
                }
            };
        }

        @Override
        public OperationTrace operation(
                Operation operation, Peer client, @Nullable TraceContext parent, long beganNanos) {
            TraceContext context = new TraceContext(7, 7, 99, true, "");
            String of = parent == null ? "" : " of " + parent.spanIdHex();
            return new OperationTrace() {
                @Override
                public TraceContext context() {
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
                Peer subscriber,
                String topicName,
                int qos,
                boolean again,
                long beganNanos) {
            String how = again ? "again " : "late ";
            notes.add(how + topicName + " of " + publish.spanId());
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
        public boolean skipsUnparented() {
            return parentedOnly;
        }
    }

    private static Bytes traceparent(String value) {
        return new Bytes().u8(0x26).text("traceparent").text(value).u8(0x26).text("k").text("v");
    }

    @Test
    void a_publishers_context_is_continued_and_handed_on_to_each_subscriber() throws Exception {
        Recorder recorder = new Recorder(true, 10);
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
        Recorder recorder = new Recorder(true, 10);
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
    void when_the_budget_is_used_up_the_publish_span_is_the_parent() throws Exception {
        Recorder recorder = new Recorder(false, 0);
        try (TestBroker broker = TestBroker.open(settings(loops), Authenticator.ANYBODY, recorder);
                RawClient publisher = broker.connected("publisher");
                RawClient subscriber = broker.connected("subscriber")) {
            subscriber.subscribe("t", 1);
            for (int qos = 0; qos < 2; qos++) {
                publisher.publish("t", "x", qos, 1);
                Message message = subscriber.message();
                String traceId = "0000000000000007";
                assertThat(message.all(0x26))
                        .containsExactly(
                                "traceparent=00-"
                                        + traceId
                                        + traceId
                                        + "-000000000000000"
                                        + (qos + 1)
                                        + "-01");
            }
        }
    }

    @Test
    void a_refused_publish_ends_its_span_as_an_error() throws Exception {
        Recorder recorder = new Recorder(false, 10);
        try (TestBroker broker = TestBroker.open(settings(loops), Authenticator.ANYBODY, recorder);
                RawClient publisher = broker.connected("publisher")) {
            publisher.published("$SYS/x", "x", 1, 1);
            assertThat(recorder.notes).containsExactly("begin $SYS/x", "refused 135");
        }
    }

    @Test
    void a_message_that_waited_in_a_session_is_delivered_in_the_same_trace() throws Exception {
        Recorder recorder = new Recorder(true, 10);
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
        Recorder recorder = new Recorder(true, 10);
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
        Recorder atA = new Recorder(false, 10);
        Recorder atB = new Recorder(false, 10);
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
