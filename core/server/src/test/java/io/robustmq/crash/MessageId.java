package io.robustmq.crash;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One message of one publisher. The payload carries it, and says how long it is and what must be in
 * it: {@code publisher|number|length|} and then one letter, again and again.
 */
record MessageId(String publisher, long number) {

    byte[] payload(int filling) {
        byte[] head =
                (publisher + '|' + number + '|' + filling + '|').getBytes(StandardCharsets.UTF_8);
        byte[] payload = Arrays.copyOf(head, head.length + filling);
        Arrays.fill(payload, head.length, payload.length, letter());
        return payload;
    }

    /** Null if the payload is not one that {@link #payload} made. */
    static @Nullable MessageId of(byte[] payload) {
        int[] bars = new int[3];
        int found = 0;
        for (int i = 0; i < payload.length && found < 3; i++) {
            if (payload[i] == '|') {
                bars[found++] = i;
            }
        }
        if (found < 3) {
            return null;
        }
        String head = new String(payload, 0, bars[2], StandardCharsets.UTF_8);
        String[] parts = head.split("\\|", -1);
        MessageId id;
        try {
            id = new MessageId(parts[0], Long.parseLong(parts[1]));
            if (payload.length != bars[2] + 1 + Integer.parseInt(parts[2])) {
                return null;
            }
        } catch (NumberFormatException e) {
            return null;
        }
        for (int i = bars[2] + 1; i < payload.length; i++) {
            if (payload[i] != id.letter()) {
                return null;
            }
        }
        return id;
    }

    private byte letter() {
        return (byte) ('a' + number % 26);
    }

    @Override
    public String toString() {
        return publisher + '#' + number;
    }
}
