package io.robustmq.server;

import io.robustmq.placement.DocumentKind;
import io.robustmq.placement.PlacementView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code robustmq cluster backup}: all that is agreed, but who is registered just now. */
final class ClusterBackup {
    private final ClusterConnection cluster;
    private final ClusterCommand.Saying saying;

    ClusterBackup(ClusterConnection cluster, ClusterCommand.Saying saying) {
        this.cluster = cluster;
        this.saying = saying;
    }

    ExitCode run(ClusterOrder.Backup order) {
        Path file = Path.of(order.file());
        PlacementView view = cluster.view();
        try {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                if (!order.force()) {
                    return saying.failed(
                            ExitCode.CANNOT_CREATE,
                            file + " is there already; --force has it overwritten");
                }
                if (!Files.isRegularFile(file)) {
                    return saying.failed(ExitCode.CANNOT_CREATE, file + " is not a file");
                }
                PrivateFile.restrict(file); // it has password hashes then
            }
            PrivateFile.write(file, out -> BackupFile.write(view, Instant.now(), out));
            saying.say(
                    file
                            + " has what was agreed at revision "
                            + view.revision()
                            + ": "
                            + documents(view)
                            + ", "
                            + ClusterCommand.count(view.logOrders().levels().size(), "level")
                            + ", "
                            + ClusterCommand.count(view.logOrders().traces().size(), "trace")
                            + ", "
                            + Files.size(file)
                            + " bytes. Messages are not in it: they are in the journal servers.");
            return ExitCode.OK;
        } catch (IOException failed) {
            return saying.failed(
                    ExitCode.CANNOT_CREATE,
                    "cannot write " + file + ": " + DataDirectory.reason(failed));
        }
    }

    /** How many of each kind. */
    private static String documents(PlacementView view) {
        return Stream.of(DocumentKind.values())
                .filter(kind -> !view.documents(kind, "").isEmpty())
                .map(kind ->
                        ClusterCommand.count(
                                view.documents(kind, "").size(), kind.text() + " document"))
                .collect(
                        Collectors.collectingAndThen(
                                Collectors.joining(", "),
                                all -> all.isEmpty() ? "no documents" : all));
    }
}
