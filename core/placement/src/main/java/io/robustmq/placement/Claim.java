package io.robustmq.placement;

import java.nio.charset.StandardCharsets;

/**
 * Who has a client.
 *
 * @param epoch greater than that of each earlier claim, of whatever client; for releasing it
 */
public record Claim(NodeEpoch owner, long epoch) {
    static void checkClientId(String clientId) {
        if (clientId.isEmpty()) {
            throw new IllegalArgumentException("a client's id must not be empty");
        }
        int bytes = clientId.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > ClaimChange.MAX_CLIENT_BYTES) {
            throw new IllegalArgumentException(
                    "a client's id has at most "
                            + ClaimChange.MAX_CLIENT_BYTES
                            + " bytes, was "
                            + bytes);
        }
    }
}
