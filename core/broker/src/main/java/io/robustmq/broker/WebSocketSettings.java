package io.robustmq.broker;

import java.time.Duration;

/**
 * MQTT within WebSocket (RFC 6455), subprotocol {@code mqtt}, without extensions.
 *
 * @param path where the handshake is answered; elsewhere it is 404
 * @param maxFrameBytes largest frame taken from a client; one may hold many packets, or a part
 * @param handshakeTimeout until the whole request has come
 */
public record WebSocketSettings(String path, int maxFrameBytes, Duration handshakeTimeout) {}
