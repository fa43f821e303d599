package io.robustmq.testkit;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Prometheus's own checker, and Alertmanager's. */
public final class Promtool {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Promtool() {}

    /** What it said; with nothing to complain about the exit code is 0. */
    public record Verdict(int exitCode, String output) {}

    /** {@code promtool check metrics} of a scrape in the text format; silent if all is well. */
    public static Verdict checkMetrics(String scrape) throws IOException, InterruptedException {
        return run(scrape, "check", "metrics");
    }

    public static Verdict checkRules(Path rules) throws IOException, InterruptedException {
        return run("", "check", "rules", rules.toString());
    }

    public static Verdict testRules(Path unitTests) throws IOException, InterruptedException {
        return run("", "test", "rules", unitTests.toString());
    }

    public static Verdict checkConfig(Path configuration) throws IOException, InterruptedException {
        return run("", "check", "config", configuration.toString());
    }

    /** {@code amtool check-config}. */
    public static Verdict checkAlertmanager(Path configuration)
            throws IOException, InterruptedException {
        return run(Part.AMTOOL.program("amtool"), "", "check-config", configuration.toString());
    }

    private static Verdict run(String stdin, String... arguments)
            throws IOException, InterruptedException {
        return run(Part.PROMTOOL.program("promtool"), stdin, arguments);
    }

    private static Verdict run(Path program, String stdin, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(program.toString());
        command.addAll(List.of(arguments));
        try (ChildProcess promtool =
                ChildProcess.start("promtool", Repository.root(), Map.of(), command, stdin)) {
            int exitCode = promtool.awaitExit(LIMIT);
            return new Verdict(
                    exitCode,
                    String.join("\n", promtool.stdout()) + String.join("\n", promtool.stderr()));
        }
    }
}
