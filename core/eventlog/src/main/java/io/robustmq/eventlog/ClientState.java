package io.robustmq.eventlog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a client was at a moment: the sum of its events until then. One thread. */
final class ClientState {
    private final Map<String, Fact> filters = new LinkedHashMap<>();
    private boolean known;
    private boolean connected;
    private boolean kept;
    private @Nullable Fact gone;

    /**
     * @param facts the client's and its node's, in order
     * @param before the sequence number of what it is asked for
     */
    static ClientState at(List<Fact> facts, long before) {
        ClientState state = new ClientState();
        for (Fact fact : facts) {
            if (fact.seq() < before) {
                state.take(fact);
            }
        }
        return state;
    }

    private void take(Fact fact) {
        switch (fact.event()) {
            case "session.created" -> {
                filters.clear();
                known = true;
                kept = fact.number("expiry_seconds") > 0;
            }
            case "session.resumed", "session.suspended" ->
                    kept = fact.number("expiry_seconds") > 0 || kept;
            case "session.ended", "session.expired", "session.discarded" -> {
                filters.clear();
                known = true;
                kept = false;
                gone = fact;
            }
            case "connection.accepted" -> connected = true;
            case "connection.closed" -> connected = false;
            case NodeRuns.START -> {
                connected = false;
                if (!kept) {
                    filters.clear();
                }
            }
            case "subscription.created", "subscription.replaced" ->
                    filters.put(fact.get("topic_filter"), fact);
            case "subscription.removed", "subscription.revoked" ->
                    filters.remove(fact.get("topic_filter"));
            default -> {} // does not change it
        }
    }

    /**
     * Whether its session was seen from its beginning, so that there can be no other subscription.
     */
    boolean isKnown() {
        return known;
    }

    boolean isConnected() {
        return connected;
    }

    /** Whether its session outlives a connection. */
    boolean isKept() {
        return kept;
    }

    /** The last end of a session; null if none was seen. */
    @Nullable Fact gone() {
        return gone;
    }

    List<String> filters() {
        return List.copyOf(filters.keySet());
    }

    /** The subscriptions that match, with the QoS granted. */
    List<String> matching(String topic) {
        List<String> matching = new ArrayList<>();
        filters.forEach((filter, fact) -> {
            if (TopicPattern.of(filter).matches(topic)) {
                matching.add(Wording.quoted(filter) + " (QoS " + fact.number("qos") + ")");
            }
        });
        return matching;
    }
}
