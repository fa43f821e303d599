package io.robustmq.broker;

import io.robustmq.protocol.Connect;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.Tracing;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds what clients publish against the schemas of its topic. Where there are none it costs the
 * question whether there are. Belongs to a loop.
 */
final class PayloadChecks {
    /** Topics whose schemas are remembered; when full all are forgotten. */
    private static final int MAX_KNOWN = 4096;

    private static final int MAX_KNOWN_CHARS = 256;

    private final Loop loop;
    private final Access access;
    private final Map<String, List<PayloadSchema>> known = new HashMap<>();

    /** What all that is known is of. */
    private @Nullable PayloadSchemas of;

    // the last topic again is the common case, and the codec then brings the same String
    private String last = "";
    private List<PayloadSchema> lastSchemas = List.of();

    PayloadChecks(Loop loop) {
        this.loop = loop;
        this.access = loop.shared().access();
    }

    /** Whether any schema is in force, for whatever topic. */
    boolean isNeeded() {
        return access.schemas() != null;
    }

    /** Those for a topic; a delayed message's are those of the topic behind the delay. */
    @SuppressWarnings("ReferenceEquality") // a different String of the same text goes the long way
    List<PayloadSchema> schemas(String topic) {
        PayloadSchemas now = access.schemas();
        if (now != of) {
            of = now;
            known.clear();
            last = "";
            lastSchemas = List.of();
        }
        if (now == null || topic == last) {
            return lastSchemas;
        }
        List<PayloadSchema> found = known.get(topic);
        if (found == null) {
            found = now.of(Delayed.topicWithin(topic));
            if (topic.length() <= MAX_KNOWN_CHARS) {
                if (known.size() == MAX_KNOWN) {
                    known.clear();
                }
                known.put(topic, found);
            }
        }
        last = topic;
        lastSchemas = found;
        return found;
    }

    /**
     * Tells of each schema that the payload is not as.
     *
     * @return why it must not be published; null if it may
     */
    @Nullable String refusal(
            List<PayloadSchema> schemas,
            Peer peer,
            String topic,
            byte[] payload,
            Tracing.@Nullable PublishTrace trace) {
        for (PayloadSchema schema : schemas) {
            PayloadCheck.Mismatch mismatch = schema.check().check(payload);
            if (mismatch == null) {
                continue;
            }
            boolean refuses = schema.onMismatch() == PayloadSchema.OnMismatch.REFUSE;
            loop.counters().add(Counters.schemaViolated(mismatch.violation()), 1);
            MessageEvent.SchemaViolated event =
                    new MessageEvent.SchemaViolated(
                            peer,
                            topic,
                            schema.name(),
                            mismatch.violation(),
                            mismatch.location(),
                            mismatch.rule(),
                            refuses);
            if (trace == null) {
                loop.shared().events().emit(event);
            } else {
                loop.shared().events().emit(event, trace.context());
            }
            if (refuses) {
                return words(schema.name(), mismatch);
            }
        }
        return null;
    }

    /** A will as a payload; null if it may be published. */
    @Nullable String refusal(Connect.Will will, Peer peer) {
        if (!isNeeded() || isRemoval(will.retain(), will.payload().length)) {
            return null;
        }
        return refusal(schemas(will.topic()), peer, will.topic(), will.payload(), null);
    }

    /** The will, unless schemas that are in force now refuse it, which is told. */
    Connect.@Nullable Will allowed(Connect.@Nullable Will will, Peer peer) {
        return will == null || refusal(will, peer) != null ? null : will;
    }

    /** It removes what is retained, and has no payload that could be like another. */
    static boolean isRemoval(boolean retain, int payloadLength) {
        return retain && payloadLength == 0;
    }

    /** For the client. */
    private static String words(String schema, PayloadCheck.Mismatch mismatch) {
        String where = mismatch.location().isEmpty() ? "" : " at " + mismatch.location();
        return switch (mismatch.violation()) {
            case NOT_JSON ->
                    "the payload must be JSON by schema " + schema + ", and is not" + where;
            case TOO_LARGE ->
                    "the payload is larger than schema " + schema + " can be checked for" + where;
            case MISMATCH ->
                    "the payload is not as schema "
                            + schema
                            + " says"
                            + where
                            + ", see "
                            + mismatch.rule();
            case UNCHECKABLE -> "the payload cannot be held against schema " + schema;
        };
    }
}
