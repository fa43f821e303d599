/**
 * The wire codec of MQTT 3.1.1 and 5.0: bytes to calls ({@link PacketDecoder} to {@link
 * PacketHandler}), calls to bytes ({@link PacketEncoder}). Nothing here knows of connections or
 * sessions.
 */
@NullMarked
package io.robustmq.protocol;

import org.jspecify.annotations.NullMarked;
