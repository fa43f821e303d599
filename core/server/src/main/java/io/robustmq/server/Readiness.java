package io.robustmq.server;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** Which roles of this node take work. Any thread. */
final class Readiness {
    /** The roles of a standalone node, named as events and metrics name them. */
    enum Role {
        PLACEMENT_CENTER("placement-center"),
        JOURNAL_SERVER("journal-server"),
        MQTT_SERVER("mqtt-server");

        private final String label;

        Role(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    private final AtomicIntegerArray ready = new AtomicIntegerArray(Role.values().length);

    void ready(Role role) {
        ready.set(role.ordinal(), 1);
    }

    void stopped(Role role) {
        ready.set(role.ordinal(), 0);
    }

    boolean isReady(Role role) {
        return ready.get(role.ordinal()) == 1;
    }

    /** Empty when all are ready. */
    List<Role> waitingFor() {
        return Arrays.stream(Role.values()).filter(role -> !isReady(role)).toList();
    }
}
