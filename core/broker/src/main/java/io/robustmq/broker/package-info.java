/**
 * Connections, sessions, routing: an MQTT 3.1.1 and 5.0 broker on Netty.
 *
 * <p>A session and the connection that serves it belong to one event loop ({@link Loop}), chosen by
 * the client identifier; nothing there is locked. What loops share is the subscriptions ({@link
 * Subscriptions}, found without a lock) and the retained messages ({@link RetainedStore}).
 */
@NullMarked
package io.robustmq.broker;

import org.jspecify.annotations.NullMarked;
