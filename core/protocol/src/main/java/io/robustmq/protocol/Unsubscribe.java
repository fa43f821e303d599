package io.robustmq.protocol;

import java.util.List;

/**
 * An UNSUBSCRIBE with at least one filter.
 *
 * @param userProperties of a peer's; a client's are checked and forgotten
 */
public record Unsubscribe(int packetId, List<String> filters, List<UserProperty> userProperties) {
    public Unsubscribe(int packetId, List<String> filters) {
        this(packetId, filters, List.of());
    }
}
