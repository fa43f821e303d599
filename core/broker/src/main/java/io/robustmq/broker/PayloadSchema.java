package io.robustmq.broker;

import io.robustmq.protocol.Topics;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the payloads published to some topics must be.
 *
 * @param filters of those topics, each without {@link #filterProblem}
 */
public record PayloadSchema(
        String name, List<String> filters, OnMismatch onMismatch, PayloadCheck check) {

    /** What happens to a message whose payload is something else. */
    public enum OnMismatch {
        /** It goes to nobody; who published with QoS 1 or 2 by MQTT 5 is told. */
        REFUSE,
        /** It is published all the same, and that is reported. */
        REPORT
    }

    public PayloadSchema {
        filters = List.copyOf(filters);
    }

    /** Why it is no filter of topics that clients publish to; null if it is one. */
    public static @Nullable String filterProblem(String filter) {
        if (!Topics.isValidFilter(filter)) {
            return "is no topic filter: + stands alone in its level, # alone in the last one";
        }
        if (TopicLevels.isShared(filter) || filter.startsWith(FilterForm.EXCLUSIVE)) {
            return "is of a subscription: write the filter behind it";
        }
        if (filter.startsWith(Delayed.PREFIX)) {
            return "is of delayed messages: they are checked by the topic behind the delay";
        }
        int levels = TopicLevels.count(filter);
        return levels > TopicLevels.MAX
                ? "has " + levels + " levels, at most " + TopicLevels.MAX + " may be"
                : null;
    }
}
