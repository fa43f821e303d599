package io.robustmq.telemetry.pipeline;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.TraceStateBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What clients do as spans, put into the queue of the span sink as each ends; when that is full
 * they are dropped and counted.
 *
 * <pre>
 * publish (SERVER)              child of the publisher's context, if it sent one
 *   ├ authorize, route, retain  (INTERNAL)
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
    private final Resource resource;
    private final @Nullable Identities identities;
    private final Worker<SpanData> spans;

    SpanTracing(
            PipelineSettings.Traces settings,
            Sampler sampler,
            InstantSource clock,
            Resource resource,
            @Nullable Identities identities,
            Worker<SpanData> spans) {
        this.settings = settings;
        this.sampler = sampler;
        this.clock = clock;
        this.resource = resource;
        this.identities = identities;
        this.spans = spans;
    }

    @Override
    public boolean skipsUnparented() {
        return sampler.isParentedOnly();
    }

    @Override
    public @Nullable PublishTrace begin(
            Peer publisher,
            String topicName,
            int qos,
            int payloadBytes,
            @Nullable TraceContext parent,
            long receivedNanos) {
        if (!wants(parent, publisher, topicName, qos)) {
            return null;
        }
        return new PublishSpan(
                this,
                within(parent),
                remoteOrNone(parent),
                messaging(publisher, topicName, qos)
                        .put("messaging.operation.name", "publish")
                        .put("messaging.operation.type", "receive")
                        .put("messaging.message.body.size", payloadBytes),
                new Anchor(clock, receivedNanos),
                topicName);
    }

    private boolean wants(@Nullable TraceContext parent, Peer client, String topicName, int qos) {
        return parent == null
                ? sampler.wantsUnparented(client.clientId(), topicName, qos)
                : parent.sampled() && sampler.hasRoom();
    }

    private TraceContext within(@Nullable TraceContext parent) {
        return parent == null
                ? new TraceContext(sampler.newId(), sampler.newId(), sampler.newId(), true, "")
                : childOf(parent);
    }

    private static SpanContext remoteOrNone(@Nullable TraceContext parent) {
        return parent == null ? SpanContext.getInvalid() : remote(parent);
    }

    @Override
    public @Nullable OperationTrace operation(
            Operation operation, Peer client, @Nullable TraceContext parent, long beganNanos) {
        return wants(parent, client, "", SamplingRule.ANY_QOS)
                ? new OperationSpan(
                        this,
                        operation,
                        within(parent),
                        remoteOrNone(parent),
                        client(client),
                        new Anchor(clock, beganNanos))
                : null;
    }

    @Override
    public @Nullable DeliveryTrace late(
            TraceContext publish,
            Peer subscriber,
            String topicName,
            int qos,
            boolean again,
            long beganNanos) {
        if (!publish.sampled() || !sampler.hasRoom()) {
            return null;
        }
        return new DeliverySpan(
                this,
                childOf(publish),
                remote(publish),
                deliver(subscriber, topicName, qos)
                        .put("robustmq.kept", true)
                        .put("robustmq.redelivered", again),
                new Anchor(clock, beganNanos),
                qos > 0);
    }

    /** A step of the broker's own within a span. */
    void step(String name, TraceContext within, FinishedSpan.Times times, Attributes attributes) {
        ended(
                new FinishedSpan(
                        name,
                        SpanKind.INTERNAL,
                        local(childOf(within)),
                        local(within),
                        times,
                        attributes,
                        List.of(),
                        StatusData.unset(),
                        resource));
    }

    AttributesBuilder deliver(Peer subscriber, String topicName, int qos) {
        return messaging(subscriber, topicName, qos)
                .put("messaging.operation.name", "deliver")
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

    /** Semantic conventions for messaging, and the peer's own. */
    AttributesBuilder messaging(Peer peer, String topicName, int qos) {
        return client(peer).put("messaging.destination.name", topicName).put("robustmq.qos", qos);
    }

    private AttributesBuilder client(Peer peer) {
        return Attributes.builder()
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

    Resource resource() {
        return resource;
    }

    void ended(SpanData span) {
        spans.offer(span);
    }

    private static SpanContext remote(TraceContext trace) {
        return SpanContext.createFromRemoteParent(
                trace.traceId(), trace.spanIdHex(), flags(trace), state(trace.traceState()));
    }

    static SpanContext local(TraceContext trace) {
        return SpanContext.create(
                trace.traceId(), trace.spanIdHex(), flags(trace), state(trace.traceState()));
    }

    private static TraceFlags flags(TraceContext trace) {
        return trace.sampled() ? TraceFlags.getSampled() : TraceFlags.getDefault();
    }

    /** {@code key=value,key=value}; the builder leaves out what is not well-formed. */
    private static TraceState state(String text) {
        if (text.isEmpty()) {
            return TraceState.getDefault();
        }
        String[] members = text.split(",", 32);
        TraceStateBuilder state = TraceState.builder();
        for (int i = members.length - 1; i >= 0; i--) { // the builder puts in front
            int equals = members[i].indexOf('=');
            if (equals > 0) {
                state.put(
                        members[i].substring(0, equals).strip(), members[i].substring(equals + 1));
            }
        }
        return state.build();
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
