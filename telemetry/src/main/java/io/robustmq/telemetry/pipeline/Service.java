package io.robustmq.telemetry.pipeline;

/** The roles that events come from, by their OpenTelemetry {@code service.name}. */
public enum Service {
    MQTT_BROKER("mqtt-broker"),
    PLACEMENT_CENTER("placement-center"),
    JOURNAL_SERVER("journal-server");

    private final String serviceName;

    Service(String serviceName) {
        this.serviceName = serviceName;
    }

    public String serviceName() {
        return serviceName;
    }

    /** The one of that name; the broker if there is none. */
    static Service named(String serviceName) {
        for (Service service : values()) {
            if (service.serviceName.equals(serviceName)) {
                return service;
            }
        }
        return MQTT_BROKER;
    }

    /**
     * Whose events a category's are when nothing else has been seen: its series exist from the
     * start.
     */
    static Service ownerOf(String category) {
        return switch (category) {
            case "journal" -> JOURNAL_SERVER;
            case "placement" -> PLACEMENT_CENTER;
            default -> MQTT_BROKER;
        };
    }
}
