package io.robustmq.crash;

import java.nio.file.Path;

/** Stores ten times the heap in messages. */
final class MemoryBenchmark {
    private static final long MEBIBYTES = Long.getLong("mebibytes", 5 * 1024);
    private static final int PAYLOAD = 4 * 1024;
    private static final int SESSIONS = 5;
    private static final int STEPS = 5;
    private static final String OPTIONS = "-Xmx512m";

    private MemoryBenchmark() {}

    static void run(Path data) throws Exception {
        long messages = (MEBIBYTES << 20) / PAYLOAD / (SESSIONS * STEPS) * (SESSIONS * STEPS);
        DurableBenchmark.print(
                "%n## Memory: %,d MiB in messages of %d KiB for %d sessions that are away, %s%n",
                MEBIBYTES, PAYLOAD >> 10, SESSIONS, OPTIONS);
        DurableBenchmark.print(
                "| | messages/s | data MiB | RSS MiB | heap used of committed, MiB |");
        DurableBenchmark.print("|---|---|---|---|---|");
        try (BenchBroker broker = BenchBroker.launched(data, OPTIONS)) {
            broker.started();
            broker.subscribe(SESSIONS, number -> "s/" + number);
            row("empty", 0, broker, data);
            long step = messages / STEPS;
            for (int i = 0; i < STEPS; i++) {
                long from = i * step;
                double rate = broker.publish(step, number -> message(from + number));
                row("%,d MiB stored".formatted((i + 1) * MEBIBYTES / STEPS), rate, broker, data);
            }
            broker.collectGarbage();
            row("after a collection", 0, broker, data);
            double rate = broker.drain(1, 1, messages / SESSIONS);
            row("one session drained", rate, broker, data);
        }
        DurableBenchmark.print(
                "%nThe drained session got all its %,d messages, each once.", messages / SESSIONS);
    }

    private static Peers.Message message(long number) {
        byte[] head = new MessageId("p", number).payload(0);
        return new Peers.Message(
                "s/" + number % SESSIONS,
                new MessageId("p", number).payload(PAYLOAD - head.length - 3));
    }

    private static void row(String what, double rate, BenchBroker broker, Path data)
            throws Exception {
        DurableBenchmark.print(
                "| %s | %s | %,d | %,d | %s |",
                what,
                rate == 0 ? "" : "%,.0f".formatted(rate),
                DurableBenchmark.bytes(data) >> 20,
                broker.residentBytes() >> 20,
                broker.heap());
    }
}
