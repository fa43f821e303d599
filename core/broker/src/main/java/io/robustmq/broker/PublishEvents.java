package io.robustmq.broker;

import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.Tracing;
import org.jspecify.annotations.Nullable;

/** What is reported of a client's PUBLISH packets, with the trace that they belong to. */
final class PublishEvents {
    private final Connection connection;

    PublishEvents(Connection connection) {
        this.connection = connection;
    }

    /** Taken and routed. */
    void published(Publication publication, int deliveries) {
        published(
                publication.topic(),
                publication.qos(),
                publication.retain(),
                publication.payloadLength(),
                deliveries,
                publication.trace());
    }

    void published(
            String topic,
            int qos,
            boolean retain,
            int payloadLength,
            int deliveries,
            Tracing.@Nullable PublishTrace trace) {
        if (connection.link() != null) {
            return; // it was published at another home, and told there
        }
        Samplers samplers = connection.loop().samplers();
        boolean traced = trace != null;
        boolean all = connection.loop().shared().isTraced(connection.peer(), topic);
        if (deliveries == 0 && (samplers.unrouted.take(traced) || all)) {
            emit(new MessageEvent.Unrouted(connection.peer(), topic, qos), trace);
        }
        if (samplers.published.take(traced) || all) {
            emit(
                    new MessageEvent.Published(
                            connection.peer(), topic, qos, retain, payloadLength, deliveries),
                    trace);
        }
    }

    /** Not routed, for a reason of its own or the disk's. */
    void rejected(
            String topic, int reasonCode, String detail, Tracing.@Nullable PublishTrace trace) {
        emit(new MessageEvent.Rejected(connection.peer(), topic, reasonCode, detail), trace);
        if (trace != null) {
            trace.refused(reasonCode, detail, System.nanoTime());
        }
    }

    private void emit(Event event, Tracing.@Nullable PublishTrace trace) {
        if (trace == null) {
            connection.emit(event);
        } else {
            connection.loop().shared().events().emit(event, trace.context());
        }
    }
}
