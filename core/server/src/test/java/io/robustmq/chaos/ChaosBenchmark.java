package io.robustmq.chaos;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** {@code bin/chaos}: for so many minutes. */
final class ChaosBenchmark {
    private ChaosBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        PrintStream out = System.out;
        long minutes = Long.getLong("minutes", 60);
        long seed = Long.getLong("seed", new Random().nextLong());
        int most = Integer.getInteger("faults", Integer.MAX_VALUE);
        Set<Faults.Kind> wanted = EnumSet.allOf(Faults.Kind.class);
        String kinds = System.getProperty("kinds");
        if (kinds != null) {
            wanted.clear();
            for (String each : kinds.split(",")) {
                wanted.add(Faults.Kind.valueOf(each));
            }
        }
        Path folder = Files.createTempDirectory("chaos");
        List<Violation> violations = List.of();
        try (Chaos chaos = new Chaos(folder, seed, wanted, out::println)) {
            Runtime.getRuntime()
                    .addShutdownHook(
                            new Thread(() -> {
                                try {
                                    chaos.close();
                                } catch (InterruptedException stopping) {
                                    Thread.currentThread().interrupt();
                                }
                            }));
            chaos.open();
            chaos.breakThings(most, Duration.ofMinutes(minutes));
            violations = chaos.judge();
            out.println(chaos.report());
            chaos.figures()
                    .gaps(Figures.GAP_BOUND_MILLIS)
                    .forEach(gap -> out.println("too long: " + gap));
            violations.stream().limit(5).map(chaos::explain).forEach(out::println);
            violations.stream().skip(5).limit(60).forEach(out::println);
        } catch (Exception | AssertionError broken) {
            broken.printStackTrace(out);
            System.exit(2);
        }
        out.println(violations.size() + " violations; the nodes' events are in " + folder);
        System.exit(violations.isEmpty() ? 0 : 1);
    }
}
