package io.robustmq.crash;

import java.nio.file.Path;

/** What one message for many sessions takes on disk: it should be stored once. */
final class FanOutBenchmark {
    private static final int SESSIONS = Integer.getInteger("fanout", 1_000);
    private static final int PAYLOAD = 64 * 1024;
    private static final int MORE = 100;

    private FanOutBenchmark() {}

    static void run(Path data) throws Exception {
        DurableBenchmark.print(
                "%n## Fan-out: messages of %d KiB for %,d sessions that are away%n",
                PAYLOAD >> 10, SESSIONS);
        DurableBenchmark.print("| | bytes appended to the journal | bytes of the data directory |");
        DurableBenchmark.print("|---|---|---|");
        double rate;
        try (BenchBroker broker = BenchBroker.launched(data, "-Xmx2g")) {
            broker.started();
            broker.subscribe(SESSIONS, number -> "all");
            long before = broker.appendedBytes();
            broker.publish(1, FanOutBenchmark::message);
            row("one message", broker.appendedBytes() - before, data);
            broker.publish(MORE - 1, number -> message(number + 1));
            row(MORE + " messages", broker.appendedBytes() - before, data);
            broker.kill();
        }
        try (BenchBroker broker = BenchBroker.launched(data, "-Xmx2g")) {
            broker.started();
            rate = broker.drain(SESSIONS, 1, MORE);
        }
        DurableBenchmark.print(
                "%nAfter a kill each of the %,d sessions got all %d, %,.0f messages/s.",
                SESSIONS, MORE, rate);
    }

    private static void row(String what, long appended, Path data) throws Exception {
        DurableBenchmark.print("| %s | %,d | %,d |", what, appended, DurableBenchmark.bytes(data));
    }

    private static Peers.Message message(long number) {
        return new Peers.Message("all", new MessageId("p", number).payload(PAYLOAD));
    }
}
