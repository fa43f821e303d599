package io.robustmq.protocol;

import java.util.List;

/**
 * A SUBSCRIBE with at least one filter. Filters are valid UTF-8 strings of at least one character;
 * whether their wildcards stand where they may is {@link Topics#isValidFilter}'s to say, because
 * the answer goes into the SUBACK.
 *
 * @param subscriptionIdentifier 0 if absent
 * @param userProperties of a peer's; a client's are checked and forgotten
 */
public record Subscribe(
        int packetId,
        int subscriptionIdentifier,
        List<Filter> filters,
        List<UserProperty> userProperties) {

    public Subscribe(int packetId, int subscriptionIdentifier, List<Filter> filters) {
        this(packetId, subscriptionIdentifier, filters, List.of());
    }

    /**
     * One filter and its options.
     *
     * @param retainHandling 0 send retained, 1 only if the subscription is new, 2 do not
     */
    public record Filter(
            String filter,
            int qos,
            boolean noLocal,
            boolean retainAsPublished,
            int retainHandling) {}
}
