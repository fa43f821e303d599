package io.robustmq.broker;

import io.robustmq.protocol.Connect;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.protocol.UserProperty;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import io.robustmq.telemetry.event.Tracing.Operation;
import io.robustmq.telemetry.event.Tracing.OperationTrace;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one client does besides publishing, as spans: CONNECT, SUBSCRIBE and UNSUBSCRIBE until each
 * is answered, and the end. Nothing of what another home says. On the connection's loop.
 *
 * <p>Bound: {@link #MAX_ASKED} that wait for their answer; more are not recorded.
 */
final class ClientTrace {
    private static final int MAX_ASKED = 64;

    private final Connection connection;
    private @Nullable OperationTrace connect;

    /** By packet identifier, of those that are recorded. */
    private Map<Integer, OperationTrace> asked = Map.of();

    ClientTrace(Connection connection) {
        this.connection = connection;
    }

    private @Nullable OperationTrace begin(
            Operation operation, @Nullable TraceContext parent, long beganNanos) {
        if (connection.link() != null) {
            return null;
        }
        Tracing tracing = connection.loop().shared().tracing();
        Peer client = connection.peer();
        return tracing.operation(operation, client, parent, beganNanos);
    }

    void connecting(Connect packet) {
        connect =
                begin(
                        new Operation.Connect(packet.cleanStart(), packet.sessionExpirySeconds()),
                        parent(packet.userProperties()),
                        connection.readNanos());
    }

    private @Nullable TraceContext parent(List<UserProperty> properties) {
        String traceparent = property(properties, Publisher.TRACEPARENT);
        if (traceparent == null) {
            return null;
        }
        TraceContext parent =
                TraceContext.parse(traceparent, property(properties, Publisher.TRACESTATE));
        if (parent == null) {
            connection.loop().counters().add(Counters.MALFORMED_CONTEXTS, 1);
        }
        return parent;
    }

    private static @Nullable String property(List<UserProperty> properties, String name) {
        for (UserProperty each : properties) {
            if (each.name().equals(name)) {
                return each.value();
            }
        }
        return null;
    }

    /** The client's old session goes on. */
    void resumed(Session session, long beganNanos) {
        if (connect != null) {
            int inFlight = session.inFlightCount();
            connect.resumed(session.queuedCount(), inFlight, beganNanos, System.nanoTime());
        }
    }

    /** CONNACK; the event that says so is a part of the trace. */
    void connected(Event accepted) {
        connected(accepted, ReasonCode.SUCCESS, null);
    }

    void refused(Event refused, int reasonCode, String detail) {
        connected(refused, reasonCode, detail);
    }

    private void connected(Event event, int reasonCode, @Nullable String detail) {
        OperationTrace span = connect;
        connect = null;
        if (span == null) {
            connection.emit(event);
            return;
        }
        TraceContext context = span.context(reasonCode);
        if (context == null) {
            connection.emit(event);
        } else {
            connection.loop().shared().events().emit(event, context);
        }
        span.ended(reasonCode, detail, System.nanoTime());
    }

    void asks(int packetId, Operation operation) {
        OperationTrace span = begin(operation, null, connection.readNanos());
        if (span == null) {
            return;
        }
        if (asked.isEmpty()) {
            asked = new HashMap<>();
        }
        if (asked.size() < MAX_ASKED) {
            asked.put(packetId, span);
        }
    }

    /**
     * @param codes one for each topic filter
     * @param why the first is refused that is
     */
    void answered(int packetId, int[] codes, @Nullable String why) {
        OperationTrace span = asked.isEmpty() ? null : asked.remove(packetId);
        if (span != null) {
            int worst = ReasonCode.SUCCESS;
            for (int code : codes) {
                worst = worst >= 0x80 ? worst : Math.max(worst, code);
            }
            span.ended(worst, why, System.nanoTime());
        }
    }

    /**
     * @param wasConnected else only what waits for an answer ends
     */
    void ended(Ending ending, int reasonCode, boolean wasConnected) {
        long now = System.nanoTime();
        int unanswered = Math.max(reasonCode, ReasonCode.UNSPECIFIED_ERROR);
        String why = "the connection ended: " + ending;
        if (connect != null) {
            connect.ended(ending == Ending.HANDED_ON ? reasonCode : unanswered, why, now);
            connect = null;
        }
        asked.values().forEach(each -> each.ended(unanswered, why, now));
        asked = Map.of();
        OperationTrace span =
                wasConnected ? begin(new Operation.Disconnect(ending), null, now) : null;
        if (span != null && (ending == Ending.PEER_CLOSED || ending == Ending.IO_ERROR)) {
            span.ended(unanswered, "the client did not say goodbye", System.nanoTime());
        } else if (span != null) {
            span.ended(reasonCode, null, System.nanoTime());
        }
    }
}
