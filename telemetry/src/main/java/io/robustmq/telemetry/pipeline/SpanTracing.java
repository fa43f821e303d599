package io.robustmq.telemetry.pipeline;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What clients do as spans, put into the queue of the span sink as each ends; when that is full
 * they are dropped and counted.
 *
 * <pre>
 * publish (SERVER)              child of the publisher's context, if it sent one
 *   ├ authorize, route, retain  (INTERNAL)
 *   ├ journal append, fsync wait (INTERNAL)
 *   ├ forward (PRODUCER)        one per other broker
 *   └ deliver (PRODUCER)        one per subscriber within the budget; its context is sent on
 * connect (SERVER)              child of the client's context, if its CONNECT has one
 *   └ resume session (INTERNAL)
 * subscribe, unsubscribe, disconnect (SERVER)
 * </pre>
 */
final class SpanTracing implements Tracing {
    private final PipelineSettings.Traces settings;
    private final Sampler sampler;
    private final InstantSource clock;
    private final @Nullable Identities identities;
    private final Worker<FinishedSpan> spans;
    private final KeptTraces keptTraces = new KeptTraces();
    private final LongAdder keptSlow = new LongAdder();
    private final LongAdder keptFailed = new LongAdder();
    private final LongAdder grouped = new LongAdder();
    private final AtomicReference<@Nullable Sync> lastSync = new AtomicReference<>();

    /** A wait for the disk, and the first traced message that waited. */
    private record Sync(long beganNanos, long endedNanos, TraceContext first) {}

    SpanTracing(
            PipelineSettings.Traces settings,
            Sampler sampler,
            InstantSource clock,
            @Nullable Identities identities,
            Worker<FinishedSpan> spans) {
        this.settings = settings;
        this.sampler = sampler;
        this.clock = clock;
        this.identities = identities;
        this.spans = spans;
    }

    @Override
    public Choice choice() {
        return new TraceChoice(sampler);
    }

    @Override
    public @Nullable PublishTrace begin(
            Peer publisher,
            String topicName,
            int qos,
            int payloadBytes,
            @Nullable TraceContext parent,
            long receivedNanos) {
        if (parent != null && !wants(parent)) {
            return null;
        }
        SpanAttributes attributes =
                message(client(publisher), topicName, qos)
                        .put("messaging.message.body.size", payloadBytes);
        return publish(attributes, topicName, parent, receivedNanos);
    }

    private PublishSpan publish(
            SpanAttributes attributes,
            String topicName,
            @Nullable TraceContext parent,
            long receivedNanos) {
        return new PublishSpan(
                this,
                within(parent),
                SpanRef.remote(parent),
                attributes
                        .put("messaging.operation.name", "publish")
                        .put("messaging.operation.type", "receive"),
                new Anchor(clock, receivedNanos),
                topicName);
    }

    @Override
    public long slowNanos() {
        return sampler.slowNanos();
    }

    @Override
    public boolean keepsFailed() {
        return sampler.keepsFailed();
    }

    @Override
    public @Nullable PublishTrace kept(
            Kept why,
            @Nullable Peer publisher,
            String topicName,
            int qos,
            int payloadBytes,
            Supplier<@Nullable TraceContext> parent,
            long receivedNanos) {
        if (!sampler.mayKeep()) {
            return null;
        }
        (why == Kept.SLOW ? keptSlow : keptFailed).increment();
        return keptTraces.of(
                receivedNanos,
                topicName,
                () -> {
                    SpanAttributes attributes =
                            publisher == null
                                    ? new SpanAttributes().put("messaging.system", "mqtt")
                                    : client(publisher);
                    if (payloadBytes >= 0) {
                        attributes.put("messaging.message.body.size", payloadBytes);
                    }
                    return publish(
                            keptFor(message(attributes, topicName, qos), why),
                            topicName,
                            parent.get(),
                            receivedNanos);
                });
    }

    private static SpanAttributes keptFor(SpanAttributes attributes, Kept why) {
        return attributes.put("robustmq.kept_for", why.name().toLowerCase(Locale.ROOT));
    }

    @Nullable OperationSpan keptOperation(
            Operation operation, Peer client, @Nullable TraceContext parent, long beganNanos) {
        if (!sampler.mayKeep()) {
            return null;
        }
        keptFailed.increment();
        return operation(operation, parent, keptFor(client(client), Kept.FAILED), beganNanos);
    }

    /** Recorded because they were slow. */
    long keptSlow() {
        return keptSlow.sum();
    }

    /** Recorded because they failed. */
    long keptFailed() {
        return keptFailed.sum();
    }

    /** A delivery has no span of its own. */
    void grouped() {
        grouped.increment();
    }

    /** Deliveries without a span of their own. */
    long deliveriesGrouped() {
        return grouped.sum();
    }

    /** A link to the first traced message that waited for the same sync, unless it is this one. */
    List<SpanRef> sameSync(long beganNanos, long endedNanos, TraceContext context) {
        Sync last = lastSync.get();
        if (last == null || last.beganNanos != beganNanos || last.endedNanos != endedNanos) {
            lastSync.set(new Sync(beganNanos, endedNanos, context));
            return List.of();
        }
        return List.of(SpanRef.local(last.first));
    }

    private boolean wants(TraceContext parent) {
        return parent.sampled() && sampler.hasRoom();
    }

    private TraceContext within(@Nullable TraceContext parent) {
        return parent == null
                ? new TraceContext(sampler.newId(), sampler.newId(), sampler.newId(), true, "")
                : childOf(parent);
    }

    @Override
    public @Nullable OperationTrace operation(
            Operation operation, Peer client, @Nullable TraceContext parent, long beganNanos) {
        if (parent == null ? sampler.wantsOperation(client.clientId()) : wants(parent)) {
            return operation(operation, parent, client(client), beganNanos);
        }
        return sampler.keepsFailed()
                ? new UndecidedOperation(this, operation, client, parent, beganNanos)
                : null;
    }

    private OperationSpan operation(
            Operation operation,
            @Nullable TraceContext parent,
            SpanAttributes attributes,
            long beganNanos) {
        return new OperationSpan(
                this,
                operation,
                within(parent),
                SpanRef.remote(parent),
                attributes,
                new Anchor(clock, beganNanos));
    }

    @Override
    public @Nullable DeliveryTrace late(
            TraceContext publish,
            Receiver receiver,
            Peer peer,
            String topicName,
            int qos,
            boolean again,
            long beganNanos) {
        if (!publish.sampled() || !sampler.hasRoom()) {
            return null;
        }
        return new DeliverySpan(
                this,
                receiver,
                childOf(publish),
                SpanRef.remote(publish),
                List.of(),
                deliver(receiver, peer, topicName, qos)
                        .put("robustmq.kept", true)
                        .put("robustmq.redelivered", again),
                new Anchor(clock, beganNanos),
                qos > 0);
    }

    /** A step of the broker's own within a span. */
    void step(
            String name,
            TraceContext within,
            FinishedSpan.Times times,
            SpanAttributes attributes,
            List<SpanRef> links) {
        ended(
                new FinishedSpan.Shape(
                        name,
                        SpanKind.INTERNAL,
                        childOf(within),
                        SpanRef.local(within),
                        attributes,
                        links),
                times,
                StatusData.unset());
    }

    SpanAttributes deliver(Receiver receiver, Peer peer, String topicName, int qos) {
        return sent(message(client(peer), topicName, qos), receiver);
    }

    /** Of deliveries to several. */
    SpanAttributes grouped(String topicName) {
        return sent(
                new SpanAttributes()
                        .put("messaging.system", "mqtt")
                        .put("messaging.destination.name", topicName),
                Receiver.CLIENT);
    }

    private static SpanAttributes sent(SpanAttributes attributes, Receiver receiver) {
        return attributes
                .put("messaging.operation.name", receiver.spanName())
                .put("messaging.operation.type", "send");
    }

    TraceContext childOf(TraceContext parent) {
        return new TraceContext(
                parent.traceIdHigh(),
                parent.traceIdLow(),
                sampler.newId(),
                true,
                parent.traceState());
    }

    private static SpanAttributes message(SpanAttributes attributes, String topicName, int qos) {
        return attributes.put("messaging.destination.name", topicName).put("robustmq.qos", qos);
    }

    /** Semantic conventions for messaging, and the peer's own. */
    private SpanAttributes client(Peer peer) {
        return new SpanAttributes()
                .put("messaging.system", "mqtt")
                .put("messaging.client.id", identity(peer.clientId()))
                .put("network.peer.address", identity(peer.remoteAddr()))
                .put("network.protocol.name", peer.protocol())
                .put("robustmq.connection_id", peer.connectionId());
    }

    private String identity(String name) {
        return identities == null ? name : identities.hashed(name);
    }

    int maxDeliveries() {
        return settings.maxDeliveries();
    }

    void ended(FinishedSpan.Shape shape, FinishedSpan.Times times, StatusData status) {
        spans.offer(new FinishedSpan(shape, times, status));
    }

    /** Turns {@link System#nanoTime} into time of day, steadily within one trace. */
    record Anchor(long epochNanos, long nanoTime, long beganNanos) {
        Anchor(InstantSource clock, long beganNanos) {
            this(Timestamps.epochNanos(clock.instant()), System.nanoTime(), beganNanos);
        }

        long epochNanosAt(long nanos) {
            return epochNanos + (nanos - nanoTime);
        }

        FinishedSpan.Times from(long began, long ended) {
            return new FinishedSpan.Times(epochNanosAt(began), epochNanosAt(ended));
        }
    }
}
