package io.robustmq.placement;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What was agreed at one revision. It stays as it is; any thread. */
public final class PlacementView {
    private final PlacementState state;

    PlacementView(PlacementState state) {
        this.state = state;
    }

    /** What is known of a revision from afar; without claims. */
    public static PlacementView of(
            long revision,
            List<Registration> registrations,
            List<Document> documents,
            List<TraceOrder> traces,
            List<LevelOrder> levels,
            List<Member> members) {
        Nodes nodes = Nodes.NONE;
        for (Registration each : registrations) {
            nodes = nodes.with(each);
        }
        Documents all = Documents.NONE;
        for (Document each : documents) {
            all = all.with(each);
        }
        Members group = Members.NONE;
        for (Member each : members) {
            Members more = group.with(each);
            group = more == null ? group : more;
        }
        return new PlacementView(
                new PlacementState(
                        revision,
                        nodes,
                        Orders.of(traces, levels),
                        all,
                        Claims.NONE,
                        group,
                        Answers.NONE));
    }

    PlacementState state() {
        return state;
    }

    public long revision() {
        return state.revision();
    }

    /** By id. */
    public List<Registration> registrations() {
        return List.copyOf(state.nodes().byId().values());
    }

    /** Null if no such node is registered. */
    public @Nullable Registration registration(String nodeId) {
        return state.nodes().registration(nodeId);
    }

    /** Of the group that agrees. */
    public List<Member> members() {
        return List.copyOf(state.members().byId().values());
    }

    /** Null if it is not there. */
    public @Nullable Document document(DocumentKind kind, String name) {
        return state.documents().document(kind, name);
    }

    /** By name. */
    public List<Document> documents(DocumentKind kind, String prefix) {
        return List.copyOf(state.documents().startingWith(kind, prefix));
    }

    /** Who has that client; null if nobody. */
    public @Nullable Claim claim(String clientId) {
        return state.claim(clientId);
    }

    /** The clients that a node has, by id. Looks at the clients of all. */
    public Stream<String> clients(NodeEpoch owner) {
        return state.nodes().isCurrent(owner)
                ? state.claims().byClient().entrySet().stream()
                        .filter(entry -> entry.getValue().owner().equals(owner))
                        .map(Map.Entry::getKey)
                : Stream.empty();
    }

    public LogOrders logOrders() {
        return state.logOrders();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PlacementView view && state.equals(view.state);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(state.revision());
    }

    @Override
    public String toString() {
        return "what was agreed at revision " + state.revision();
    }
}
