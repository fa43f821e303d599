package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Peer;

/**
 * What events are found by in the store: 32 bits of a kind and a text. Two texts may have the same,
 * so who finds an event by its key looks whether it has the text.
 */
public final class EventKeys {
    /** What the text is. The order is part of what is stored. */
    public enum Kind {
        EVENT,
        /** What stands before the dot of the event's name. */
        CATEGORY,
        CLIENT,
        CONNECTION,
        TOPIC,
        /** Of the client, without the port. */
        ADDRESS,
        TRACE
    }

    private EventKeys() {}

    /** FNV-1a over the kind and the UTF-16 units of the text. */
    public static int of(Kind kind, CharSequence text) {
        int hash = (0x811C9DC5 ^ kind.ordinal()) * 0x01000193;
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            hash = (hash ^ unit & 0xff) * 0x01000193;
            hash = (hash ^ unit >> 8) * 0x01000193;
        }
        return hash;
    }

    /**
     * What an address is found by: without the port and the brackets.
     *
     * @param remoteAddr {@code host:port}
     */
    public static String host(String remoteAddr) {
        return Peer.host(remoteAddr);
    }
}
