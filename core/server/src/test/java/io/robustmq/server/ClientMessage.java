package io.robustmq.server;

import java.nio.charset.StandardCharsets;

/**
 * An application message as a test sees it.
 *
 * @param text the payload, one character for each byte (ISO 8859-1), so that any payload can be
 *     compared
 */
record ClientMessage(String topic, String text, int qos, boolean retained) {
    static ClientMessage of(String topic, byte[] payload, int qos, boolean retained) {
        return new ClientMessage(
                topic, new String(payload, StandardCharsets.ISO_8859_1), qos, retained);
    }

    byte[] payload() {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
        String shown = text.length() > 40 ? text.substring(0, 40) + "…" : text;
        return topic + "=" + shown + " QoS " + qos + (retained ? " retained" : "");
    }
}
