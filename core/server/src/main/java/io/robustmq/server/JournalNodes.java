package io.robustmq.server;

import io.robustmq.placement.DocumentKind;
import io.robustmq.placement.Interest;
import io.robustmq.placement.Placement;
import io.robustmq.placement.PlacementChange;
import io.robustmq.placement.PlacementView;
import io.robustmq.placement.Registration;
import io.robustmq.placement.Role;
import io.robustmq.replication.Nodes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The journal servers that are registered with placement: as nodes of ensembles, by the id that
 * belongs to their data directory, and where they are. One that is to be emptied has a document of
 * kind {@code config} by the name of {@value #DRAIN} and its node id. Any thread.
 */
final class JournalNodes implements Nodes, AutoCloseable {
    /** In a registration's extend_info: the id in ensembles. */
    static final String JOURNAL_ID = "journal-id";

    /** The address of the data protocol. */
    static final String ADDRESS = "tcp";

    /** Nodes with the same text fail together. */
    static final String RACK = "rack";

    static final String FREE_BYTES = "journal-free-bytes";

    static final String DRAIN = "drain/";

    private static final Set<Interest> INTERESTS =
            Set.of(new Interest.AnyNode(), new Interest.Documents(DocumentKind.CONFIG, DRAIN));

    private final Placement placement;
    private final List<Runnable> told = new CopyOnWriteArrayList<>();
    private volatile All all = new All(List.of(), Map.of());
    private volatile @Nullable AutoCloseable watch;

    JournalNodes(Placement placement) {
        this.placement = placement;
    }

    /**
     * @param byId registrations by the id in ensembles, in the order of node ids
     */
    private record All(List<Candidate> candidates, Map<String, Registration> byId) {}

    /** Placement is open, and has a state. */
    void open() {
        PlacementView state = placement.view();
        take(state);
        watch = placement.watch(state.revision(), INTERESTS, this::changed);
    }

    private void changed(PlacementChange change) {
        take(
                change instanceof PlacementChange.Whole(PlacementView state)
                        ? state
                        : placement.view());
        told.forEach(Runnable::run);
    }

    private void take(PlacementView state) {
        Map<String, Registration> byId = new LinkedHashMap<>();
        for (Registration registration : state.registrations()) {
            String id = registration.node().extendInfo().get(JOURNAL_ID);
            if (id != null && registration.node().roles().contains(Role.JOURNAL_SERVER)) {
                // two have it when a directory was moved to another node
                byId.merge(id, registration, (a, b) -> a.epoch() > b.epoch() ? a : b);
            }
        }
        List<Candidate> candidates = new ArrayList<>();
        byId.forEach((id, registration) -> {
            String nodeId = registration.node().nodeId();
            Map<String, String> info = registration.node().extendInfo();
            candidates.add(
                    new Candidate(
                            id,
                            info.getOrDefault(RACK, nodeId),
                            number(info.getOrDefault(FREE_BYTES, "0")),
                            state.document(DocumentKind.CONFIG, DRAIN + nodeId) != null));
        });
        all = new All(List.copyOf(candidates), byId);
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException unknown) {
            return 0;
        }
    }

    /** Has {@code change} run after each change; quick. */
    void onChange(Runnable change) {
        told.add(change);
    }

    @Override
    public List<Candidate> journals() {
        return all.candidates;
    }

    /** {@code host:port}; null if it is not registered now. */
    @Nullable String address(String journalId) {
        Registration registration = all.byId.get(journalId);
        return registration == null ? null : registration.node().extendInfo().get(ADDRESS);
    }

    /** Of those registered, the id of the one whose node id comes first; empty if there is none. */
    String first() {
        return all.byId.isEmpty() ? "" : all.byId.keySet().iterator().next();
    }

    @Override
    public void close() {
        end(watch);
        watch = null;
    }

    static void end(@Nullable AutoCloseable watch) {
        try {
            if (watch != null) {
                watch.close();
            }
        } catch (Exception e) {
            throw new IllegalStateException("a watch ends without failing", e);
        }
    }
}
