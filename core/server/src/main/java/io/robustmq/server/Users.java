package io.robustmq.server;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who is in a password file. Immutable. */
final class Users {
    static final Users NONE = new Users(Map.of());

    private final Map<String, PasswordHash> byName;
    private final List<PasswordHash> unmatchable;

    Users(Map<String, PasswordHash> byName) {
        this.byName = Map.copyOf(byName);
        this.unmatchable = byName.values().stream().map(PasswordHash::unmatchable).toList();
    }

    @Nullable PasswordHash get(String name) {
        return byName.get(name);
    }

    /**
     * What to compare with for a name that is not there: it costs what one of the users costs, the
     * same for the same name, so the time does not tell who exists. Null if there are no users.
     */
    @Nullable PasswordHash instead(String name) {
        return unmatchable.isEmpty()
                ? null
                : unmatchable.get(Math.floorMod(name.hashCode(), unmatchable.size()));
    }

    /** Of one of them, 0 if there are none. */
    int iterations() {
        return unmatchable.isEmpty() ? 0 : unmatchable.getFirst().iterations();
    }

    int count() {
        return byName.size();
    }
}
