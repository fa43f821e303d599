package io.robustmq.soak;

import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Publishes with QoS 1 all the while, and sees to it that each message comes, in order. */
final class Witness implements AutoCloseable {
    private static final String TOPIC = "witness";
    private static final String LAST = "last";
    private static final long PAUSE_MILLIS = 5;
    private static final long LIMIT_SECONDS = 60;

    private final Line from;
    private final Line to;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean over;

    Witness(int port) throws IOException {
        from = new Line(port);
        to = new Line(port);
    }

    /** Publishes and gets until {@link #close}; the number of messages. */
    Future<Integer> start() throws IOException {
        to.connect("witness-to", 0);
        to.subscribe(TOPIC, 1);
        from.connect("witness-from", 0);
        Future<Integer> published = threads.submit(this::publish);
        return threads.submit(() -> {
            int received = receive();
            int wanted = published.get(LIMIT_SECONDS, TimeUnit.SECONDS);
            if (received != wanted) {
                throw new AssertionError(wanted + " published, " + received + " came");
            }
            return received;
        });
    }

    private int publish() throws Exception {
        int count = 0;
        while (!over) {
            from.published(TOPIC, 1, 1 + count % 60_000, "message " + count);
            count++;
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
        from.published(TOPIC, 1, 1 + count % 60_000, LAST);
        return count;
    }

    private int receive() throws IOException {
        int count = 0;
        while (true) {
            Line.Packet packet = to.expect(Line.PUBLISH);
            to.answer(packet);
            if (packet.payload().equals(LAST)) {
                return count;
            }
            if (!packet.payload().equals("message " + count)) {
                throw new AssertionError(
                        "message " + count + " expected, there came " + packet.payload());
            }
            count++;
        }
    }

    /** How many there were; fails if one did not come. */
    int finish(Future<Integer> counting) throws Exception {
        over = true;
        return counting.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws IOException {
        over = true;
        from.close();
        to.close();
        threads.close();
    }
}
