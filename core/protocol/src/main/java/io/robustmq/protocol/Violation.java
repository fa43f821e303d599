package io.robustmq.protocol;

/**
 * What a client did that the specification forbids. A result, not an exception; the connection ends
 * with it.
 *
 * @param rule the normative statement, such as {@code MQTT-3.1.0-2}, in MQTT 5's numbering where
 *     both versions have it; {@code MQTT3-3.1.2-22} is one that only 3.1.1 has; {@code
 *     MQTT-3.1.2.11.3}, without a last number, is a section of MQTT 5 that forbids without a
 *     numbered statement; a name of {@link PacketLimits} is a limit of the operator's
 * @param packetType the packet it was found in
 * @param reasonCode what to answer in MQTT 5 numbering, see {@link ReasonCode}
 * @param detail what was wrong, with the limit and the value; one line, no payload, no secret
 */
public record Violation(String rule, PacketType packetType, int reasonCode, String detail) {}
