package io.robustmq.eventlog;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One connection of a client: the events that are told together. One thread. */
final class Link {
    /**
     * Numbers of connections begin anew with each start of a node.
     *
     * @param run how many starts were seen before
     */
    record Id(int run, long connection) {}

    final Id id;
    private final Map<String, Fact> facts = new HashMap<>();

    Link(Id id) {
        this.id = id;
    }

    /** The last of a kind counts. */
    void add(Fact fact) {
        facts.put(fact.event(), fact);
    }

    @Nullable Fact get(String event) {
        return facts.get(event);
    }

    boolean has(String event) {
        return facts.containsKey(event);
    }

    /** Told together with another, so not by itself. */
    boolean isToldElsewhere(Fact fact) {
        return switch (fact.event()) {
            case "session.created", "session.resumed", "session.discarded" ->
                    has("connection.accepted");
            case "authentication.succeeded" ->
                    has("connection.accepted") || has("connection.refused");
            case "authentication.failed" -> has("connection.refused");
            case "connection.keep_alive_expired",
                    "connection.protocol_violated",
                    "connection.taken_over",
                    "connection.io_failed",
                    "connection.failed",
                    "session.suspended",
                    "session.ended" ->
                    has("connection.closed");
            default -> false;
        };
    }
}
