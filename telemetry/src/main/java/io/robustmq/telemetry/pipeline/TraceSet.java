package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Event;
import java.util.List;

/** The traces that last at one moment, as who emits sees them. Immutable but for their counts. */
final class TraceSet {
    /** For that many a long has bits to spare. */
    static final int MOST = 16;

    /** Result of {@link #admit}: a trace takes the event. */
    static final long TAKEN = 1L << 32;

    private final List<ActiveTrace> traces;

    TraceSet(List<ActiveTrace> traces) {
        this.traces = List.copyOf(traces);
    }

    List<ActiveTrace> traces() {
        return traces;
    }

    /** Whether one of them is about any of these, of which any may be empty. */
    boolean covers(String clientId, String remoteAddr, String topicName) {
        for (int i = 0; i < traces.size(); i++) {
            TraceMatch match = traces.get(i).match();
            boolean covered =
                    switch (match.kind()) {
                        case CLIENT -> match.isClient(clientId);
                        case TOPIC -> match.isTopic(topicName);
                        case ADDRESS -> match.isAddress(remoteAddr);
                    };
            if (covered) {
                return true;
            }
        }
        return false;
    }

    /**
     * Counts the event for those that it is about.
     *
     * @return 0 if it is about none; {@link #TAKEN} if one takes it; and a bit for each that has no
     *     room for it, which is to be {@link #settle settled}
     */
    long admit(EventKind kind, Event event, long nowMillis) {
        EventSubject subject = kind.subject();
        long result = 0;
        for (int i = 0; i < traces.size(); i++) {
            ActiveTrace trace = traces.get(i);
            if (subject.is(trace.match(), event)) {
                result |= trace.admit(nowMillis) ? TAKEN : 1L << i;
            }
        }
        return result;
    }

    void settle(long admitted, boolean isTaken) {
        for (long left = admitted & TAKEN - 1; left != 0; left &= left - 1) {
            traces.get(Long.numberOfTrailingZeros(left)).settle(isTaken);
        }
    }
}
