package io.robustmq.protocol;

import org.jspecify.annotations.Nullable;

/**
 * A client's AUTH, of the method that its CONNECT named.
 *
 * @param data never logged
 */
public record Auth(int reasonCode, byte @Nullable [] data) {
    @Override
    public String toString() {
        return "AUTH " + reasonCode;
    }
}
