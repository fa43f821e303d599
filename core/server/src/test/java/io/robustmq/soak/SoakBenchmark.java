package io.robustmq.soak;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/** Prints what {@code docs/benchmarks.md} has of it. */
final class SoakBenchmark {
    private static final int CONNECTIONS = Integer.getInteger("connections", 10_000);
    private static final int ROUNDS = Integer.getInteger("rounds", 5);
    private static final int SECONDS = Integer.getInteger("seconds", 30);

    private SoakBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Path data = Files.createTempDirectory("soak");
        idle(data.resolve("idle"));
        rounds(data.resolve("rounds"));
    }

    private static void idle(Path data) throws Exception {
        Soak.Idle idle = Soak.idle(data, CONNECTIONS, SECONDS);
        print("## %,d idle connections%n", CONNECTIONS);
        print("| | live heap MiB | RSS MiB | open files | threads |");
        print("|---|---|---|---|---|");
        row("with 100", idle.before());
        row("with all", idle.with());
        print(
                "%nLive heap for each: %,.0f bytes. CPU for %d s: %.2f %% of a core. Errors: %s%n",
                idle.heapBytesEach(CONNECTIONS), SECONDS, 100 * idle.cpu(), idle.faults());
        print("| class | bytes for each |");
        print("|---|---|");
        for (Map.Entry<String, Long> each : idle.growth()) {
            print("| `%s` | %.0f |", each.getKey(), each.getValue() / (double) CONNECTIONS);
        }
    }

    private static void rounds(Path data) throws Exception {
        long seed = Long.getLong("seed", new Random().nextLong());
        print("%n## %d rounds of %,d connections, seed %d%n", ROUNDS, CONNECTIONS, seed);
        Soak.Rounds rounds = Soak.rounds(data, CONNECTIONS, ROUNDS, seed);
        print("| | live heap MiB | RSS MiB | open files | threads |");
        print("|---|---|---|---|---|");
        row("after a round that does not count", rounds.before());
        for (int i = 0; i < rounds.after().size(); i++) {
            row("round " + (i + 1), rounds.after().get(i));
        }
        print(
                "%nThe witness lost none of %,d messages of QoS 1. Errors and leaks: %s",
                rounds.witnessed(), rounds.faults());
    }

    private static void row(String what, Node.Use use) {
        print(
                "| %s | %.1f | %,d | %,d | %d |",
                what,
                use.liveHeapBytes() / 1048576.0,
                use.residentBytes() >> 20,
                use.openFiles(),
                use.threads());
    }

    @SuppressWarnings("AnnotateFormatMethod")
    private static void print(String format, Object... values) {
        System.out.println(format.formatted(values));
    }
}
