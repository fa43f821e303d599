package io.robustmq.protocol;

/** The protocol level a client speaks. */
public enum MqttVersion {
    /** Its protocol name is {@code MQIsdp}. */
    V3_1(3, "mqtt/3.1"),
    V3_1_1(4, "mqtt/3.1.1"),
    V5(5, "mqtt/5.0");

    private final int level;
    private final String label;

    MqttVersion(int level, String label) {
        this.level = level;
        this.label = label;
    }

    /** The byte in CONNECT. */
    public int level() {
        return level;
    }

    /** As events name it. */
    public String label() {
        return label;
    }
}
