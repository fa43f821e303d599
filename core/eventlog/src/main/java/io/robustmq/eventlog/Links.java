package io.robustmq.eventlog;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The connections that a client had, in their order. One thread. */
final class Links {
    private final NodeRuns runs;
    private final Map<Link.Id, Link> all = new LinkedHashMap<>();

    Links(NodeRuns runs, List<Fact> facts) {
        this.runs = runs;
        for (Fact fact : facts) {
            Link.Id id = id(fact);
            if (id != null) {
                all.computeIfAbsent(id, Link::new).add(fact);
            }
        }
    }

    /**
     * Null if it is about none, or about one before the node's start, whose number is not known.
     */
    private Link.@Nullable Id id(Fact fact) {
        long connection = fact.number("connection_id");
        return connection == 0 ? null : new Link.Id(runs.run(fact), connection);
    }

    @Nullable Link of(Fact fact) {
        Link.Id id = id(fact);
        return id == null ? null : all.get(id);
    }

    /** The other connection that a {@code connection.taken_over} tells of. */
    @Nullable Link successor(Fact takenOver) {
        return all.get(new Link.Id(runs.run(takenOver), takenOver.number("new_connection_id")));
    }

    List<Link> all() {
        return List.copyOf(all.values());
    }
}
