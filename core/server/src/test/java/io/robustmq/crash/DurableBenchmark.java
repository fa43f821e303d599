package io.robustmq.crash;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What it costs to keep messages, end to end against the real process. bin/bench-durable runs it:
 * {@code recovery}, {@code memory}, {@code fanout}, or all of them.
 */
final class DurableBenchmark {
    private DurableBenchmark() {}

    private interface Part {
        void run(Path data) throws Exception;
    }

    public static void main(String[] args) throws Exception {
        for (String name :
                args.length > 0 ? List.of(args) : List.of("fanout", "recovery", "memory")) {
            Part part =
                    switch (name) {
                        case "recovery" -> RecoveryBenchmark::run;
                        case "memory" -> MemoryBenchmark::run;
                        case "fanout" -> FanOutBenchmark::run;
                        default ->
                                throw new IllegalArgumentException(
                                        "recovery, memory or fanout, was " + name);
                    };
            Path data = Files.createTempDirectory("bench-durable");
            try {
                part.run(data);
            } finally {
                delete(data);
            }
        }
    }

    static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }

    static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    /** Bytes of the files below, as they are on disk. */
    static long bytes(Path folder) throws Exception {
        long bytes = 0;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    private static void delete(Path folder) throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
