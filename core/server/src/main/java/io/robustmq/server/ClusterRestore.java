package io.robustmq.server;

import io.robustmq.placement.Author;
import io.robustmq.placement.Document;
import io.robustmq.placement.DocumentAnswer;
import io.robustmq.placement.DocumentChange;
import io.robustmq.placement.DocumentKind;
import io.robustmq.placement.LevelOrder;
import io.robustmq.placement.Placement;
import io.robustmq.placement.PlacementView;
import io.robustmq.placement.Registration;
import io.robustmq.placement.Role;
import io.robustmq.placement.TraceOrder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code robustmq cluster restore}: has the documents be what a backup says. In batches, each by
 * compare-and-set: if it breaks off it is begun again, and goes on with what is left.
 */
final class ClusterRestore {
    /** Where messages are. */
    private static final Set<DocumentKind> OF_LOGS =
            Set.of(DocumentKind.SHARD, DocumentKind.SEGMENT);

    /** Of each kind of change that names are told of. */
    private static final int NAMED = 20;

    private final ClusterConnection cluster;
    private final ClusterCommand.Saying saying;

    ClusterRestore(ClusterConnection cluster, ClusterCommand.Saying saying) {
        this.cluster = cluster;
        this.saying = saying;
    }

    /** What is to be changed, in this order. */
    private record Plan(
            List<DocumentChange> created,
            List<DocumentChange> changed,
            List<DocumentChange> removed,
            int same,
            List<LevelOrder> levels,
            List<TraceOrder> traces) {
        List<DocumentChange> all() {
            List<DocumentChange> all = new ArrayList<>(created);
            all.addAll(changed);
            all.addAll(removed);
            return all;
        }

        boolean isNothing() {
            return all().isEmpty() && levels.isEmpty() && traces.isEmpty();
        }

        boolean isOfLogs() {
            return all().stream().anyMatch(each -> OF_LOGS.contains(each.kind()));
        }
    }

    ExitCode run(ClusterOrder.Restore order) throws IOException, InterruptedException {
        Path file = Path.of(order.file());
        BackupFile.Backup backup;
        try {
            backup = BackupFile.read(file);
        } catch (NoSuchFileException missing) {
            return saying.failed(ExitCode.NO_INPUT, file + ": no such file");
        } catch (BackupFile.Damaged damaged) {
            return saying.failed(
                    ExitCode.FOUND, file + " " + damaged.getMessage() + "; nothing was changed");
        } catch (IOException unreadable) {
            return saying.failed(ExitCode.NO_INPUT, DataDirectory.reason(unreadable));
        }
        PlacementView view = cluster.view();
        Plan plan = plan(backup, view, order.kinds());
        tell(file, backup, plan);
        String refusal = refusal(view, plan, order);
        if (refusal != null) {
            return saying.failed(ExitCode.FOUND, refusal);
        }
        if (plan.isNothing()) {
            saying.say("All is as in the backup: there is nothing to change.");
            return ExitCode.OK;
        }
        if (!order.yes()) {
            saying.say(ClusterCommand.Saying.NOTHING);
            return ExitCode.OK;
        }
        String why = "restore of a backup of " + backup.made();
        return write(plan, order.why().isEmpty() ? why : order.why() + " (" + why + ")");
    }

    private static Plan plan(
            BackupFile.Backup backup, PlacementView view, Set<DocumentKind> kinds) {
        List<DocumentChange> created = new ArrayList<>();
        List<DocumentChange> changed = new ArrayList<>();
        List<DocumentChange> removed = new ArrayList<>();
        Map<DocumentKind, Map<String, Document>> known = new HashMap<>();
        for (DocumentKind kind : kinds) {
            Map<String, Document> byName = new HashMap<>();
            view.documents(kind, "").forEach(each -> byName.put(each.name(), each));
            known.put(kind, byName);
        }
        int same = 0;
        for (Document each : backup.documents()) {
            Map<String, Document> byName = known.get(each.kind());
            if (byName == null) {
                continue;
            }
            Document now = byName.remove(each.name());
            if (now == null) {
                created.add(DocumentChange.create(each.kind(), each.name(), each.content()));
            } else if (now.content().equals(each.content())) {
                same++;
            } else {
                changed.add(DocumentChange.replace(now, each.content()));
            }
        }
        known.values()
                .forEach(left ->
                        left.values().forEach(each -> removed.add(DocumentChange.remove(each))));
        Instant now = Instant.now();
        return new Plan(
                created,
                changed,
                removed,
                same,
                backup.levels().stream()
                        .filter(each -> isYetToCome(each.until(), now))
                        .filter(each ->
                                view.logOrders().levels().stream()
                                        .noneMatch(there -> isSame(there, each)))
                        .toList(),
                backup.traces().stream()
                        .filter(each -> isYetToCome(each.until(), now))
                        .filter(each ->
                                view.logOrders().traces().stream()
                                        .noneMatch(there -> there.id().equals(each.id())))
                        .toList());
    }

    /** Whoever wanted it. */
    private static boolean isSame(LevelOrder one, LevelOrder other) {
        return one.category().equals(other.category())
                && one.level() == other.level()
                && Objects.equals(one.until(), other.until());
    }

    private static boolean isYetToCome(@Nullable Instant until, Instant now) {
        return until == null || until.isAfter(now);
    }

    private void tell(Path file, BackupFile.Backup backup, Plan plan) {
        saying.say(
                file
                        + " was made "
                        + backup.made()
                        + " at revision "
                        + backup.revision()
                        + " and has "
                        + ClusterCommand.count(backup.documents().size(), "document")
                        + ".");
        tell("created", plan.created);
        tell("changed", plan.changed);
        tell("removed, as the backup has none", plan.removed);
        saying.say("  " + plan.same + " are the same");
        plan.levels.forEach(each -> saying.say("  level of " + each.category() + " is set"));
        plan.traces.forEach(each -> saying.say("  trace " + each.id() + " is begun again"));
        saying.say("Messages are not in a backup: they are in the journal servers.");
        if (plan.isOfLogs()) {
            saying.say(
                    "What to know: documents of shards and segments say where messages are. They are right only if no broker wrote"
                            + " since the backup was made: what was written into segments that were begun later is not found any more.");
        }
    }

    private void tell(String what, List<DocumentChange> changes) {
        saying.say("  " + ClusterCommand.count(changes.size(), "document") + " " + what);
        changes.stream()
                .limit(NAMED)
                .forEach(each -> saying.say("    " + each.kind().text() + " " + each.name()));
        if (changes.size() > NAMED) {
            saying.say("    and " + (changes.size() - NAMED) + " more");
        }
    }

    /** Why not; null if it may be. */
    private static @Nullable String refusal(
            PlacementView view, Plan plan, ClusterOrder.Restore order) {
        List<String> brokers =
                view.registrations().stream()
                        .map(Registration::node)
                        .filter(each -> each.roles().contains(Role.MQTT_SERVER))
                        .map(each -> each.nodeId())
                        .toList();
        if (plan.isOfLogs() && !brokers.isEmpty()) {
            return "brokers write to the shards that would be changed: stop "
                    + String.join(", ", brokers)
                    + " first, or leave those out: --only=user,acl,schema,config";
        }
        long there =
                order.kinds().stream().mapToLong(kind -> view.documents(kind, "").size()).sum();
        boolean isDone = plan.all().isEmpty();
        return there > 0 && !isDone && !order.force()
                ? "the cluster has "
                        + ClusterCommand.count(there, "document")
                        + " already; --force has them changed and removed as told above"
                : null;
    }

    private ExitCode write(Plan plan, String why) throws IOException, InterruptedException {
        Author by = cluster.author();
        List<DocumentChange> all = plan.all();
        int written = 0;
        while (written < all.size()) {
            List<DocumentChange> batch = batch(all, written);
            switch (cluster.change(batch, by, why)) {
                case DocumentAnswer.Changed _ -> written += batch.size();
                case DocumentAnswer.Conflicts(List<DocumentAnswer.Conflict> conflicts) -> {
                    DocumentChange first = batch.get(conflicts.getFirst().place());
                    return brokenOff(
                            written,
                            all.size(),
                            "somebody else changed "
                                    + first.kind().text()
                                    + " "
                                    + first.name()
                                    + " meanwhile");
                }
                case DocumentAnswer.Full(long maxBytes, long bytes) -> {
                    return brokenOff(
                            written,
                            all.size(),
                            "placement holds at most " + maxBytes + " bytes of documents");
                }
            }
        }
        Placement placement = cluster.placement();
        for (LevelOrder each : plan.levels) {
            LevelOrder mine =
                    new LevelOrder(each.category(), each.level(), each.at(), each.until(), by);
            var unused = cluster.answered(placement.setLevel(mine));
        }
        for (TraceOrder each : plan.traces) {
            TraceOrder mine =
                    new TraceOrder(
                            each.id(),
                            each.kind(),
                            each.target(),
                            each.begun(),
                            each.until(),
                            each.perSecond(),
                            by);
            var unused = cluster.answered(placement.beginTrace(mine));
        }
        saying.say(
                "Done: "
                        + ClusterCommand.count(written, "document")
                        + ", "
                        + ClusterCommand.count(plan.levels.size(), "level")
                        + ", "
                        + ClusterCommand.count(plan.traces.size(), "trace")
                        + ".");
        return ExitCode.OK;
    }

    private ExitCode brokenOff(int written, int all, String why) {
        return saying.failed(
                ExitCode.FOUND,
                why
                        + "; "
                        + written
                        + " of "
                        + ClusterCommand.count(all, "document")
                        + " were written. Look again: restore goes on with the rest (--force)");
    }

    /** As many as may be changed together. */
    private static List<DocumentChange> batch(List<DocumentChange> all, int from) {
        int to = from;
        long bytes = 0;
        while (to < all.size() && to - from < DocumentChange.MAX) {
            bytes += bytes(all.get(to));
            if (to > from && bytes > DocumentChange.MAX_BYTES) {
                break;
            }
            to++;
        }
        return all.subList(from, to);
    }

    private static long bytes(DocumentChange change) {
        var content = change.content();
        return (long) change.name().getBytes(StandardCharsets.UTF_8).length
                + (content == null ? 0 : content.size());
    }
}
