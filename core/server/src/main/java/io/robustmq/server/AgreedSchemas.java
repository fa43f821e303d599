package io.robustmq.server;

import io.robustmq.placement.Document;
import io.robustmq.placement.DocumentKind;
import io.robustmq.placement.Interest;
import io.robustmq.placement.Placement;
import io.robustmq.placement.PlacementView;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Payload schemas that the cluster has agreed on: a document of kind {@code schema} for each, by
 * name, whose content is that of a schema file. In force on all brokers, as a message is checked
 * only by the one that it is published to.
 */
final class AgreedSchemas {
    private static final Set<Interest> INTERESTS =
            Set.of(new Interest.Documents(DocumentKind.SCHEMA, ""));

    /** Instead of a folder, in events. */
    private static final String FROM = "placement/schema";

    private AgreedSchemas() {}

    static AgreedDocuments of(Placement placement, AccessControl access) {
        return new AgreedDocuments(placement, INTERESTS, state -> use(state, access));
    }

    private static void use(PlacementView state, AccessControl access) {
        Map<String, String> texts =
                state.documents(DocumentKind.SCHEMA, "").stream()
                        .collect(Collectors.toMap(Document::name, AgreedDocuments::text));
        access.useSchemas(FROM, texts);
    }
}
