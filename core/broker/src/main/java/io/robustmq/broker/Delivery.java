package io.robustmq.broker;

import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import org.jspecify.annotations.Nullable;

/**
 * One message on its way to one session, from the queue through the in-flight window to its
 * acknowledgement. Belongs to the session's loop; a link in at most one of the session's lists.
 */
final class Delivery {
    /** How far it is. */
    enum State {
        WAITING,
        PUBLISHED,
        RELEASED
    }

    final Message message;
    final int qos;

    /** Of a session that outlives its connections: which of its messages this is. */
    long number;

    final boolean retain;

    /** Subscription identifiers, shared, empty if there are none. */
    final int[] subscriptionIds;

    /**
     * The filter of the group that it was given to a member of; null if it is the session's own.
     */
    @Nullable String share;

    /** Came while the client was connected, so that its latency says something. */
    final boolean live;

    Tracing.@Nullable DeliveryTrace trace;

    /**
     * {@link System#nanoTime} when the log had it; 0 if it is not from there, or was read later.
     */
    long loggedNanos;

    /** What the subscriber is sent as its parent. */
    @Nullable TraceContext context;

    State state = State.WAITING;

    /** 0 while it waits. */
    int packetId;

    /** Counts against the client's Receive Maximum on the present connection. */
    boolean counted;

    @Nullable Delivery previous;
    @Nullable Delivery next;

    Delivery(Message message, int qos, boolean retain, int[] subscriptionIds, boolean live) {
        this.message = message;
        this.qos = qos;
        this.retain = retain;
        this.subscriptionIds = subscriptionIds;
        this.live = live;
    }

    /** It was kept, and is sent now: a part of the trace that was kept with it, if there is one. */
    void tracedLate(Tracing tracing, Session to, boolean again) {
        TraceContext publish = context;
        if (publish == null || trace != null) {
            return;
        }
        Tracing.DeliveryTrace span =
                tracing.late(
                        publish,
                        to.receiver(),
                        to.peer(),
                        message.topic(),
                        qos,
                        again,
                        System.nanoTime());
        if (span != null) {
            trace = span;
            context = span.context();
        }
    }

    /** It is a part of that trace. */
    void tracedBy(Tracing.PublishTrace publish, Session to) {
        Tracing.DeliveryTrace span =
                publish.delivery(to.receiver(), to.peer(), qos, System.nanoTime());
        trace = span;
        context = span.context();
    }
}
