package io.robustmq.broker;

import io.robustmq.protocol.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether messages on a topic are kept for sessions whose clients are away. Asked only for those.
 * Belongs to a loop.
 */
final class OfflineOff {
    /** Topics remembered; when full all are forgotten. */
    private static final int MAX_KNOWN = 4096;

    private static final int MAX_KNOWN_CHARS = 256;

    private final List<String> filters;
    private final Map<String, Boolean> known = new HashMap<>();

    OfflineOff(List<String> filters) {
        this.filters = filters;
    }

    boolean isFor(String topic) {
        if (filters.isEmpty()) {
            return false;
        }
        Boolean off = known.get(topic);
        if (off == null) {
            off = filters.stream().anyMatch(filter -> Topics.matches(filter, topic));
            if (topic.length() <= MAX_KNOWN_CHARS) {
                if (known.size() == MAX_KNOWN) {
                    known.clear();
                }
                known.put(topic, off);
            }
        }
        return off;
    }
}
