package io.robustmq.server;

import io.robustmq.placement.Document;
import io.robustmq.placement.DocumentKind;
import io.robustmq.placement.Interest;
import io.robustmq.placement.Placement;
import io.robustmq.placement.PlacementView;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Users and rules that the cluster has agreed on: a document of kind {@code user} for each, by
 * name, whose content is a line of a password file; and one of kind {@code acl}, named {@value
 * #ACL}, whose content is that of an ACL file. Each change is in force on all brokers as soon as
 * they know of it. The watch's thread calls.
 */
final class AgreedAccess implements AutoCloseable {
    static final String ACL = "acl";

    private static final Set<Interest> INTERESTS =
            Set.of(
                    new Interest.Documents(DocumentKind.USER, ""),
                    new Interest.Documents(DocumentKind.ACL, ""));

    private final Placement placement;
    private final AccessControl access;
    private @Nullable AutoCloseable watch;

    AgreedAccess(Placement placement, AccessControl access) {
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
        List<String> users =
                state.documents(DocumentKind.USER, "").stream().map(AgreedAccess::text).toList();
        Document rules = state.document(DocumentKind.ACL, ACL);
        access.use(users, rules == null ? null : text(rules).lines().toList());
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
