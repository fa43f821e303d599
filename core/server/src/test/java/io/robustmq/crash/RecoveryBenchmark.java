package io.robustmq.crash;

import java.nio.file.Path;

/** How long a start takes with many messages for many sessions, after a kill and after a stop. */
final class RecoveryBenchmark {
    private static final int SESSIONS = Integer.getInteger("sessions", 100_000);
    private static final int EACH = Integer.getInteger("each", 10);
    private static final int PAYLOAD = 256;
    private static final int SAMPLE = 100;
    private static final String OPTIONS = "-Xmx2g";

    private RecoveryBenchmark() {}

    static void run(Path data) throws Exception {
        DurableBenchmark.print(
                "%n## Recovery: %,d messages of %d B for %,d sessions that are away, %s%n",
                (long) SESSIONS * EACH, PAYLOAD, SESSIONS, OPTIONS);
        DurableBenchmark.print("| start | ready s | first CONNACK s | data MiB | RSS MiB |");
        DurableBenchmark.print("|---|---|---|---|---|");
        double subscribed;
        double published;
        try (BenchBroker broker = BenchBroker.launched(data, OPTIONS)) {
            row("on nothing", broker, data);
            subscribed = broker.subscribe(SESSIONS, number -> "s/" + number);
            published = broker.publish((long) SESSIONS * EACH, RecoveryBenchmark::message);
            broker.kill();
        }
        try (BenchBroker broker = BenchBroker.launched(data, OPTIONS)) {
            row("after kill -9", broker, data);
        } // in order
        try (BenchBroker broker = BenchBroker.launched(data, OPTIONS)) {
            row("after a stop in order", broker, data);
            broker.kill();
        }
        double drained;
        try (BenchBroker broker = BenchBroker.launched(data, OPTIONS)) {
            row("after kill -9 again", broker, data);
            drained = broker.drain(SAMPLE, SESSIONS / SAMPLE, EACH);
        }
        DurableBenchmark.print(
                "%nStored with %,.0f sessions/s and %,.0f messages/s; %d sessions drained after the"
                        + " last start got all of theirs, each once, %,.0f messages/s.",
                subscribed, published, SAMPLE, drained);
    }

    private static Peers.Message message(long number) {
        int session = (int) (number % SESSIONS);
        byte[] head = new MessageId("p", number).payload(0);
        return new Peers.Message(
                "s/" + session,
                new MessageId("p", number).payload(Math.max(0, PAYLOAD - head.length - 2)));
    }

    private static void row(String start, BenchBroker broker, Path data) throws Exception {
        BenchBroker.Start times = broker.started();
        DurableBenchmark.print(
                "| %s | %.2f | %.2f | %,d | %,d |",
                start,
                times.ready(),
                times.connack(),
                DurableBenchmark.bytes(data) >> 20,
                broker.residentBytes() >> 20);
    }
}
