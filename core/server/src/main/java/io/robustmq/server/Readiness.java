package io.robustmq.server;

import io.robustmq.placement.Role;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** Which roles of this node take work. Any thread. */
final class Readiness {
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
