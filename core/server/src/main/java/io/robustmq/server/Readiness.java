package io.robustmq.server;

import io.robustmq.placement.Role;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** Which roles of this node take work. Any thread. */
final class Readiness {
    private final List<Role> roles;
    private final AtomicIntegerArray ready = new AtomicIntegerArray(Role.values().length);

    /**
     * @param roles that this node has
     */
    Readiness(Role... roles) {
        this.roles = List.of(roles);
    }

    List<Role> roles() {
        return roles;
    }

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
        return roles.stream().filter(role -> !isReady(role)).toList();
    }
}
