package io.robustmq.server;

import io.robustmq.eventlog.EventShard;
import io.robustmq.eventlog.OfflineEvents;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.OfflineJournal;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A command that asks a running node, or reads the events in the files of one that does not run.
 */
abstract class NodeCommand {
    private final NodeTarget target;
    final PrintStream out;
    final PrintStream err;

    NodeCommand(NodeTarget target, PrintStream out, PrintStream err) {
        this.target = target;
        this.out = out;
        this.err = err;
    }

    abstract ExitCode online(NodeClient node) throws IOException;

    abstract ExitCode offline(OfflineEvents events) throws IOException;

    /** Why files do not do; null if they do. */
    abstract @Nullable String needsNode();

    /** What a status of the node's answer means to who asked. */
    ExitCode refused(int status) {
        return switch (status) {
            case 400 -> ExitCode.USAGE;
            case 401, 403 -> ExitCode.NO_PERMISSION;
            default -> ExitCode.UNAVAILABLE;
        };
    }

    final ExitCode run() {
        String url = target.url();
        Path data = target.data();
        if (url == null) {
            return data == null ? ExitCode.USAGE : files(data);
        }
        try (NodeClient node = new NodeClient(url, target.token())) {
            return online(node);
        } catch (NodeClient.RefusedException refused) {
            return wrong(refused(refused.status()), String.valueOf(refused.getMessage()));
        } catch (ConnectException | HttpConnectTimeoutException nobody) {
            if (data != null && needsNode() == null && Files.isDirectory(events(data))) {
                err.println(
                        "robustmq: no node answers at " + url + ", reading its files in " + data);
                return files(data);
            }
            return wrong(
                    ExitCode.UNAVAILABLE,
                    "no node answers at " + url + ": start it, or name another with --url");
        } catch (IOException failed) {
            return wrong(ExitCode.UNAVAILABLE, url + ": " + DataDirectory.reason(failed));
        }
    }

    private ExitCode files(Path data) {
        String why = needsNode();
        if (why != null) {
            return wrong(ExitCode.USAGE, why);
        }
        try (OfflineJournal journal = new OfflineJournal(events(data), new LocalDisk())) {
            journal.open();
            return offline(new OfflineEvents(journal, EventShard.NAME));
        } catch (IOException unreadable) {
            return JournalTool.failed(unreadable, err);
        }
    }

    private static Path events(Path data) {
        Path inside = data.resolve("events");
        return Files.exists(inside.resolve("LOCK")) ? inside : data;
    }

    private ExitCode wrong(ExitCode code, String line) {
        out.flush();
        err.println("robustmq: " + line);
        return code;
    }
}
