package io.robustmq.server;

import io.robustmq.placement.Document;
import io.robustmq.placement.DocumentKind;
import io.robustmq.placement.Interest;
import io.robustmq.placement.Placement;
import io.robustmq.placement.PlacementView;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Payload schemas that the cluster has agreed on: a document of kind {@code schema} for each, by
 * name, whose content is that of a schema file. In force on all brokers, as a message is checked
 * only by the one that it is published to. The watch's thread calls.
 */
final class AgreedSchemas implements AutoCloseable {
    private static final Set<Interest> INTERESTS =
            Set.of(new Interest.Documents(DocumentKind.SCHEMA, ""));

    /** Instead of a folder, in events. */
    private static final String FROM = "placement/schema";

    private final Placement placement;
    private final AccessControl access;
    private @Nullable AutoCloseable watch;

    AgreedSchemas(Placement placement, AccessControl access) {
        this.placement = placement;
        this.access = access;
    }

    /** Placement has a state: what it says is in force when this returns. */
    void open() {
        PlacementView state = placement.view();
        use(state);
        watch = placement.watch(state.revision(), INTERESTS, change -> use(placement.view()));
    }

    private void use(PlacementView state) {
        Map<String, String> texts =
                state.documents(DocumentKind.SCHEMA, "").stream()
                        .collect(Collectors.toMap(Document::name, AgreedAccess::text));
        access.useSchemas(FROM, texts);
    }

    @Override
    public void close() {
        JournalNodes.end(watch);
        watch = null;
    }
}
