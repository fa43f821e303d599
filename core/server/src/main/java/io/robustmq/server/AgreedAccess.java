package io.robustmq.server;

import io.robustmq.placement.Document;
import io.robustmq.placement.DocumentKind;
import io.robustmq.placement.Interest;
import io.robustmq.placement.Placement;
import io.robustmq.placement.PlacementView;
import java.util.List;
import java.util.Set;

/**
 * Users and rules that the cluster has agreed on: a document of kind {@code user} for each, by
 * name, whose content is a line of a password file; and one of kind {@code acl}, named {@value
 * #ACL}, whose content is that of an ACL file.
 */
final class AgreedAccess {
    static final String ACL = "acl";

    private static final Set<Interest> INTERESTS =
            Set.of(
                    new Interest.Documents(DocumentKind.USER, ""),
                    new Interest.Documents(DocumentKind.ACL, ""));

    private AgreedAccess() {}

    static AgreedDocuments of(Placement placement, AccessControl access) {
        return new AgreedDocuments(placement, INTERESTS, state -> use(state, access));
    }

    private static void use(PlacementView state, AccessControl access) {
        List<String> users =
                state.documents(DocumentKind.USER, "").stream().map(AgreedDocuments::text).toList();
        Document rules = state.document(DocumentKind.ACL, ACL);
        access.use(users, rules == null ? null : AgreedDocuments.text(rules).lines().toList());
    }
}
