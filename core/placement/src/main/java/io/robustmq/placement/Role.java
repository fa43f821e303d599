package io.robustmq.placement;

/** What a node does. */
public enum Role {
    PLACEMENT_CENTER("placement-center"),
    JOURNAL_SERVER("journal-server"),
    MQTT_SERVER("mqtt-server");

    private final String command;

    Role(String command) {
        this.command = command;
    }

    /** The role's name: on the command line, in events and in metrics. */
    public String command() {
        return command;
    }
}
