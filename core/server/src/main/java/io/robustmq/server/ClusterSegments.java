package io.robustmq.server;

import io.robustmq.placement.Document;
import io.robustmq.placement.DocumentKind;
import io.robustmq.placement.PlacementView;
import io.robustmq.placement.Registration;
import io.robustmq.placement.Role;
import io.robustmq.replication.Documents;
import io.robustmq.replication.Segment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the documents say of where messages are.
 *
 * @param perJournal how many segments each journal has, by its id in ensembles
 * @param total how many segments each shard has
 * @param lacking of those, how many have a replica on a journal that is not registered
 * @param unreadable documents, of a newer version maybe
 * @param widest replicas of a segment at most
 */
record ClusterSegments(
        Map<String, Integer> perJournal,
        Map<String, Integer> total,
        Map<String, Integer> lacking,
        int unreadable,
        int widest) {

    static ClusterSegments of(PlacementView view) {
        Set<String> registered = new HashSet<>();
        view.registrations().forEach(each -> registered.add(journalId(each)));
        Map<String, Integer> perJournal = new HashMap<>();
        Map<String, Integer> total = new TreeMap<>();
        Map<String, Integer> lacking = new TreeMap<>();
        int unreadable = 0;
        int widest = 0;
        for (Document document : view.documents(DocumentKind.SEGMENT, "")) {
            Segment segment;
            try {
                segment = Documents.segment(document.content().bytes());
            } catch (IllegalArgumentException newer) {
                unreadable++;
                continue;
            }
            segment.ensemble().forEach(each -> perJournal.merge(each, 1, Integer::sum));
            widest = Math.max(widest, segment.ensemble().size());
            total.merge(segment.id().shard(), 1, Integer::sum);
            if (!registered.containsAll(segment.ensemble())) {
                lacking.merge(segment.id().shard(), 1, Integer::sum);
            }
        }
        return new ClusterSegments(perJournal, total, lacking, unreadable, widest);
    }

    /** In ensembles; empty if it is no journal server that keeps replicas. */
    static String journalId(Registration registered) {
        return registered.node().roles().contains(Role.JOURNAL_SERVER)
                ? registered.node().extendInfo().getOrDefault(JournalNodes.JOURNAL_ID, "")
                : "";
    }

    /** By its id in ensembles. */
    int of(String journalId) {
        return perJournal.getOrDefault(journalId, 0);
    }
}
