package io.robustmq.chaos;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Counts up in a retained topic, one at a time; if one is refused, with the next. */
final class Retaining implements AutoCloseable {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Line line;
    private final History history;
    private final Thread thread;
    private volatile boolean closing;
    private int number;

    Retaining(Line line, History history) {
        this.line = line;
        this.history = history;
        this.thread = new Thread(this::run, line.id());
    }

    String topic() {
        return "r/" + line.id();
    }

    void open() {
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        while (!closing) {
            number++;
            Message message = new Message(line.id(), number, line.life(), 1 + number % 2, topic());
            history.add(new Happening.Offered(System.nanoTime(), message));
            Throwable why = line.publish(topic(), message.payload(), message.qos(), true).join();
            long now = System.nanoTime();
            history.add(
                    why == null
                            ? new Happening.Acknowledged(now, message)
                            : new Happening.Unknown(now, message, String.valueOf(why)));
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    boolean isDone() {
        closing = true;
        return !thread.isAlive();
    }

    @Override
    public void close() {
        closing = true;
        line.close();
    }
}
