package io.robustmq.server;

import io.robustmq.placement.Content;
import io.robustmq.placement.Document;
import io.robustmq.placement.DocumentAnswer;
import io.robustmq.placement.DocumentChange;
import io.robustmq.placement.DocumentKind;
import io.robustmq.placement.PlacementView;
import io.robustmq.placement.Registration;
import io.robustmq.placement.Role;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code robustmq cluster drain} and {@code undrain}: empties a journal server. */
final class ClusterDrain {
    private static final long LOOK_MILLIS = 200;

    private final ClusterConnection cluster;
    private final ClusterCommand.Saying saying;

    ClusterDrain(ClusterConnection cluster, ClusterCommand.Saying saying) {
        this.cluster = cluster;
        this.saying = saying;
    }

    ExitCode run(ClusterOrder.Drain order) throws IOException, InterruptedException {
        PlacementView view = cluster.view();
        Registration registered = view.registration(order.node());
        Document drained = view.document(DocumentKind.CONFIG, JournalNodes.DRAIN + order.node());
        return order.end() ? end(order, drained) : begin(order, view, registered, drained);
    }

    private ExitCode end(ClusterOrder.Drain order, @Nullable Document drained)
            throws IOException, InterruptedException {
        String node = order.node();
        if (drained == null) {
            return saying.failed(ExitCode.FOUND, node + " is not drained");
        }
        saying.say(node + " gets new segments again; what was copied away stays where it is.");
        if (!order.yes()) {
            saying.say(ClusterCommand.Saying.NOTHING);
            return ExitCode.OK;
        }
        return changed(order, DocumentChange.remove(drained), node + " is not drained any more.");
    }

    private ExitCode begin(
            ClusterOrder.Drain order,
            PlacementView view,
            @Nullable Registration registered,
            @Nullable Document drained)
            throws IOException, InterruptedException {
        String node = order.node();
        String refusal = refusal(node, view, registered);
        if (registered == null || refusal != null) {
            return saying.failed(ExitCode.FOUND, String.valueOf(refusal));
        }
        String id = ClusterSegments.journalId(registered);
        ClusterSegments segments = ClusterSegments.of(view);
        saying.say(node + " has " + ClusterCommand.count(segments.of(id), "segment") + ".");
        if (drained != null) {
            saying.say(node + " is being drained already.");
            return order.untilEmpty() ? awaitEmpty(node, id) : ExitCode.OK;
        }
        tell(node, others(view, node), segments, order.yes());
        if (!order.yes()) {
            saying.say(ClusterCommand.Saying.NOTHING);
            return ExitCode.OK;
        }
        DocumentChange change =
                DocumentChange.create(
                        DocumentKind.CONFIG, JournalNodes.DRAIN + node, Content.of(new byte[0]));
        ExitCode code = changed(order, change, node + " is being drained.");
        return code == ExitCode.OK && order.untilEmpty() ? awaitEmpty(node, id) : code;
    }

    /** Why not; null if it may be. */
    private static @Nullable String refusal(
            String node, PlacementView view, @Nullable Registration registered) {
        if (registered == null) {
            return "no node "
                    + node
                    + " is registered; journal servers are: "
                    + String.join(", ", journals(view));
        }
        if (registered.node().roles().contains(Role.JOURNAL_SERVER)) {
            return ClusterSegments.journalId(registered).isEmpty()
                    ? node + " keeps no replicas: there is nothing to copy away"
                    : null;
        }
        return registered.node().roles().contains(Role.MQTT_SERVER)
                ? node
                        + " is a broker and need not be drained: stop it in order (SIGTERM); its home goes to another one"
                : node + " is a placement center: robustmq cluster remove " + node;
    }

    private static List<String> journals(PlacementView view) {
        return view.registrations().stream()
                .filter(each -> !ClusterSegments.journalId(each).isEmpty())
                .map(each -> each.node().nodeId())
                .toList();
    }

    /** That may get what it has. */
    private static int others(PlacementView view, String node) {
        return (int)
                journals(view).stream()
                        .filter(each -> !each.equals(node))
                        .filter(each ->
                                view.document(DocumentKind.CONFIG, JournalNodes.DRAIN + each)
                                        == null)
                        .count();
    }

    private void tell(String node, int others, ClusterSegments segments, boolean yes) {
        saying.say(yes ? "This is done:" : "This would be done:");
        saying.say("  1. " + node + " gets no new segments; brokers begin theirs elsewhere");
        saying.say("  2. journal servers copy what it has, one segment after the other");
        saying.say("  3. when it has none, stop it");
        if (others < segments.widest()) {
            saying.say("What to know:");
            saying.say(
                    "  - "
                            + ClusterCommand.count(others, "journal server")
                            + (others == 1 ? " is" : " are")
                            + " left for segments of "
                            + segments.widest()
                            + " replicas: what finds no place stays on "
                            + node
                            + " until there is another one");
        }
    }

    private ExitCode changed(ClusterOrder.Drain order, DocumentChange change, String done)
            throws IOException, InterruptedException {
        String why = ClusterCommand.why(order.why(), order.end() ? "undrain" : "drain");
        return switch (cluster.change(List.of(change), cluster.author(), why)) {
            case DocumentAnswer.Changed _ -> {
                saying.say(done);
                yield ExitCode.OK;
            }
            case DocumentAnswer.Conflicts _ ->
                    saying.failed(ExitCode.FOUND, "somebody else changed it meanwhile; look again");
            case DocumentAnswer.Full(long maxBytes, long bytes) ->
                    saying.failed(
                            ExitCode.FOUND,
                            "placement holds at most " + maxBytes + " bytes of documents");
        };
    }

    /** As long as it takes: it goes on also if nobody waits. */
    private ExitCode awaitEmpty(String node, String id) throws InterruptedException {
        int told = -1;
        while (true) {
            int left = ClusterSegments.of(cluster.view()).of(id);
            if (left == 0) {
                saying.say(node + " has no segments: it may be stopped.");
                return ExitCode.OK;
            }
            if (left != told) {
                told = left;
                saying.say(node + " still has " + ClusterCommand.count(left, "segment") + " …");
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }
}
