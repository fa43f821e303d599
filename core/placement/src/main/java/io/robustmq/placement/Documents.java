package io.robustmq.placement;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * All documents. Bound: {@link #MAX_BYTES}; a change that would go beyond changes nothing.
 *
 * @param byKind by kind and name; a kind without documents is not in it
 * @param bytes of names in UTF-8 and of contents
 */
record Documents(PSortedMap<DocumentKind, PSortedMap<String, Document>> byKind, long bytes) {
    static final long MAX_BYTES = 1L << 30;
    static final Documents NONE = new Documents(TreePMap.empty(), 0);

    /** The same object if the answer is not that they were changed. */
    record Outcome(Documents after, DocumentAnswer answer) {}

    @Nullable Document document(DocumentKind kind, String name) {
        return ofKind(kind).get(name);
    }

    private PSortedMap<String, Document> ofKind(DocumentKind kind) {
        PSortedMap<String, Document> documents = byKind.get(kind);
        return documents == null ? TreePMap.empty() : documents;
    }

    /** By name. */
    Collection<Document> startingWith(DocumentKind kind, String prefix) {
        PSortedMap<String, Document> from = ofKind(kind).tailMap(prefix, true);
        String end = afterPrefix(prefix);
        return (end == null ? from : from.headMap(end, false)).values();
    }

    /** The least text that is greater than all that begin with it; null if there is none. */
    private static @Nullable String afterPrefix(String prefix) {
        for (int last = prefix.length() - 1; last >= 0; last--) {
            char end = prefix.charAt(last);
            if (end < Character.MAX_VALUE) {
                return prefix.substring(0, last) + (char) (end + 1);
            }
        }
        return null;
    }

    int size() {
        return byKind.values().stream().mapToInt(PSortedMap::size).sum();
    }

    Outcome change(long revision, Command.ChangeDocuments command) {
        List<DocumentAnswer.Conflict> conflicts = conflicts(command.changes());
        if (!conflicts.isEmpty()) {
            return new Outcome(this, new DocumentAnswer.Conflicts(conflicts));
        }
        Documents after = this;
        for (DocumentChange change : command.changes()) {
            after = after.with(revision, change, command.by(), command.why());
        }
        return after.bytes > MAX_BYTES && after.bytes > bytes
                ? new Outcome(this, new DocumentAnswer.Full(MAX_BYTES, after.bytes))
                : new Outcome(after, new DocumentAnswer.Changed(revision));
    }

    private List<DocumentAnswer.Conflict> conflicts(List<DocumentChange> changes) {
        List<DocumentAnswer.Conflict> conflicts = new ArrayList<>();
        for (int place = 0; place < changes.size(); place++) {
            DocumentChange change = changes.get(place);
            Document found = document(change.kind(), change.name());
            long version = found == null ? DocumentChange.ABSENT : found.version();
            if (version != change.expectedVersion()) {
                conflicts.add(new DocumentAnswer.Conflict(place, version));
            }
        }
        return conflicts;
    }

    private Documents with(long revision, DocumentChange change, Author by, String why) {
        Document before = document(change.kind(), change.name());
        Content content = change.content();
        if (content != null) {
            long created = before == null ? revision : before.created();
            return with(
                    new Document(
                            change.kind(), change.name(), content, revision, created, by, why));
        }
        if (before == null) {
            return this;
        }
        return without(before);
    }

    /** What a change made of one. */
    Documents with(PlacementChange.DocumentsChanged.One changed) {
        Document after = changed.document();
        Document before = document(changed.kind(), changed.name());
        if (after != null) {
            return with(after);
        }
        return before == null ? this : without(before);
    }

    private Documents without(Document before) {
        PSortedMap<String, Document> left = ofKind(before.kind()).minus(before.name());
        return new Documents(
                left.isEmpty() ? byKind.minus(before.kind()) : byKind.plus(before.kind(), left),
                bytes - bytes(before));
    }

    /** In the place of the one of that name. */
    Documents with(Document document) {
        PSortedMap<String, Document> ofKind = ofKind(document.kind());
        Document before = ofKind.get(document.name());
        return new Documents(
                byKind.plus(document.kind(), ofKind.plus(document.name(), document)),
                bytes + bytes(document) - (before == null ? 0 : bytes(before)));
    }

    static long bytes(Document document) {
        return document.name().getBytes(StandardCharsets.UTF_8).length
                + (long) document.content().size();
    }
}
