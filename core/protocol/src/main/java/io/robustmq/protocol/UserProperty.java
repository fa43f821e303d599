package io.robustmq.protocol;

/** MQTT 5, 1.5.7. */
public record UserProperty(String name, String value) {}
