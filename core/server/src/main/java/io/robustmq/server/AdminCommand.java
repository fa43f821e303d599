package io.robustmq.server;

import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;

/**
 * {@code robustmq levels} and {@code robustmq trace}: asks a running node, and shows its answer.
 */
final class AdminCommand {
    private final AdminArguments arguments;
    private final NodeTarget target;
    private final PrintStream out;
    private final PrintStream err;

    AdminCommand(AdminArguments arguments, NodeTarget target, PrintStream out, PrintStream err) {
        this.arguments = arguments;
        this.target = target;
        this.out = out;
        this.err = err;
    }

    ExitCode run() {
        String url = target.url();
        if (url == null) {
            return wrong(ExitCode.USAGE, "needs a running node");
        }
        try (NodeClient node = new NodeClient(url, target.token())) {
            out.print(
                    node.ask(
                            arguments.method(),
                            arguments.path(),
                            arguments.asked(),
                            arguments.json() ? "application/json" : "text/plain"));
            out.flush();
            return ExitCode.OK;
        } catch (NodeClient.RefusedException refused) {
            ExitCode code =
                    switch (refused.status()) {
                        case 400, 404 -> ExitCode.USAGE;
                        case 401, 403 -> ExitCode.NO_PERMISSION;
                        default -> ExitCode.UNAVAILABLE;
                    };
            return wrong(code, String.valueOf(refused.getMessage()));
        } catch (ConnectException | HttpConnectTimeoutException nobody) {
            return wrong(
                    ExitCode.UNAVAILABLE,
                    "no node answers at " + url + ": start it, or name another with --url");
        } catch (IOException failed) {
            return wrong(ExitCode.UNAVAILABLE, url + ": " + DataDirectory.reason(failed));
        }
    }

    private ExitCode wrong(ExitCode code, String line) {
        err.println("robustmq: " + line);
        return code;
    }
}
