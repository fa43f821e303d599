package io.robustmq.server;

import java.io.IOException;
import java.io.PrintStream;
import java.util.random.RandomGenerator;

/** {@code robustmq cluster …}: connects, and has the order done. */
final class ClusterCommand {
    private final ClusterOrder order;
    private final ClusterAt at;
    private final PasswordPrompt prompt;
    private final RandomGenerator chance;
    private final PrintStream out;
    private final PrintStream err;

    /**
     * @param at with servers
     */
    ClusterCommand(
            ClusterOrder order,
            ClusterAt at,
            PasswordPrompt prompt,
            RandomGenerator chance,
            PrintStream out,
            PrintStream err) {
        this.order = order;
        this.at = at;
        this.prompt = prompt;
        this.chance = chance;
        this.out = out;
        this.err = err;
    }

    ExitCode run() {
        try (ClusterConnection cluster = ClusterConnection.open(at, chance)) {
            return run(cluster);
        } catch (IOException failed) {
            return failed(ExitCode.UNAVAILABLE, DataDirectory.reason(failed));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return ExitCode.UNAVAILABLE;
        }
    }

    private ExitCode run(ClusterConnection cluster) throws IOException, InterruptedException {
        Saying saying = new Saying(out, err);
        return switch (order) {
            case ClusterOrder.Status status -> new ClusterStatus(cluster, out).show(status.json());
            case ClusterOrder.ChangeMember change ->
                    new ClusterMembers(cluster, saying).run(change);
            case ClusterOrder.Drain drain -> new ClusterDrain(cluster, saying).run(drain);
            case ClusterOrder.ManageUsers users ->
                    new ClusterAccess(cluster, saying).run(users, prompt, chance);
            case ClusterOrder.Rules rules -> new ClusterAccess(cluster, saying).run(rules);
            case ClusterOrder.Schemas schemas -> new ClusterSchemas(cluster, saying).run(schemas);
            case ClusterOrder.Backup backup -> new ClusterBackup(cluster, saying).run(backup);
            case ClusterOrder.Restore restore -> new ClusterRestore(cluster, saying).run(restore);
        };
    }

    private ExitCode failed(ExitCode code, String line) {
        return new Saying(out, err).failed(code, line);
    }

    /** To the operator. */
    record Saying(PrintStream out, PrintStream err) {
        static final String NOTHING = "Nothing was changed: add --yes to have it done.";

        void say(String line) {
            out.println(line);
        }

        ExitCode failed(ExitCode code, String line) {
            out.flush();
            err.println("robustmq: " + line);
            return code;
        }
    }

    /** For events: why, and whose command it was, unless that is known. */
    static String why(String said, String otherwise) {
        return said.isEmpty() ? otherwise : said;
    }

    static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
