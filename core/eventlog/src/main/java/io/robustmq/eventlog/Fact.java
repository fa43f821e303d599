package io.robustmq.eventlog;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;

/** One event as a part of an account. Immutable. */
record Fact(long seq, Instant at, String event, EventFields fields) {

    /**
     * @throws IOException if it is no event
     */
    static Fact of(EventSearch.Found found) throws IOException {
        EventFields fields = EventFields.of(found.json());
        try {
            return new Fact(found.seq(), fields.time(), fields.get("event"), fields);
        } catch (DateTimeException wrong) {
            throw new IOException("an event without a time: " + fields.get("time"), wrong);
        }
    }

    boolean is(String name) {
        return event.equals(name);
    }

    /** Empty if it has no such field. */
    String get(String field) {
        return fields.get(field);
    }

    /** 0 if it has no such field. */
    long number(String field) {
        return fields.number(field);
    }

    /** What the throttle left out before it. */
    long suppressed() {
        return number("suppressed");
    }

    /** Without the port; empty if it has none. */
    String host() {
        String address = get("remote_addr");
        int colon = address.lastIndexOf(':');
        return colon < 0 ? address : address.substring(0, colon);
    }
}
