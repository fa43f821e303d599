package io.robustmq.server;

import org.jspecify.annotations.Nullable;

/**
 * How a client connects.
 *
 * @param kept whether the session outlives the connection: Clean Session 0 in 3.1.1, Clean Start 0
 *     and an expiry of an hour in 5
 */
record ClientSession(
        String clientId, boolean kept, int keepAliveSeconds, @Nullable ClientMessage will) {
    static ClientSession clean(String clientId) {
        return new ClientSession(clientId, false, 60, null);
    }

    static ClientSession kept(String clientId) {
        return new ClientSession(clientId, true, 60, null);
    }

    ClientSession withWill(ClientMessage last) {
        return new ClientSession(clientId, kept, keepAliveSeconds, last);
    }

    ClientSession withKeepAlive(int seconds) {
        return new ClientSession(clientId, kept, seconds, will);
    }
}
