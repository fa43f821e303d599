package io.robustmq.server;

import io.robustmq.eventlog.OfflineEvents;
import java.io.IOException;
import java.io.PrintStream;

/**
 * {@code robustmq levels}, {@code trace} and the like: asks a running node, and shows its answer.
 */
final class AdminCommand extends NodeCommand {
    private static final String NEEDS_NODE = "needs a running node";

    private final AdminArguments arguments;

    AdminCommand(AdminArguments arguments, NodeTarget target, PrintStream out, PrintStream err) {
        super(target, out, err);
        this.arguments = arguments;
    }

    @Override
    ExitCode online(NodeClient node) throws IOException {
        out.print(
                node.ask(
                        arguments.method(),
                        arguments.path(),
                        arguments.asked(),
                        arguments.json() ? "application/json" : "text/plain"));
        out.flush();
        return ExitCode.OK;
    }

    @Override
    String needsNode() {
        return NEEDS_NODE;
    }

    @Override
    ExitCode offline(OfflineEvents events) {
        throw new IllegalStateException(NEEDS_NODE);
    }

    /** There is no such trace or category, either. */
    @Override
    ExitCode refused(int status) {
        return switch (status) {
            case 404 -> ExitCode.USAGE;
            case 422 -> ExitCode.CONFIGURATION;
            default -> super.refused(status);
        };
    }
}
