package io.robustmq.server;

import io.robustmq.placement.Document;
import io.robustmq.placement.Interest;
import io.robustmq.placement.Placement;
import io.robustmq.placement.PlacementView;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Documents that the cluster has agreed on, used as they are, and again whenever one of them is
 * changed: each change is in force on all brokers as soon as they know of it. The watch's thread
 * calls.
 */
final class AgreedDocuments implements AutoCloseable {
    private final Placement placement;
    private final Set<Interest> interests;
    private final Consumer<PlacementView> use;
    private @Nullable AutoCloseable watch;

    AgreedDocuments(Placement placement, Set<Interest> interests, Consumer<PlacementView> use) {
        this.placement = placement;
        this.interests = interests;
        this.use = use;
    }

    /** Placement has a state: what it says is in force when this returns. */
    void open() {
        PlacementView state = placement.view();
        use.accept(state);
        watch =
                placement.watch(
                        state.revision(), interests, change -> use.accept(placement.view()));
    }

    static String text(Document document) {
        return new String(document.content().bytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        JournalNodes.end(watch);
        watch = null;
    }
}
