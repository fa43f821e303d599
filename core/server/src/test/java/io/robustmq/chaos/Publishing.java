package io.robustmq.chaos;

import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Publishes numbered messages, QoS 1 and 2, on several topics, a few of them at a time. */
final class Publishing implements AutoCloseable {
    static final int TOPICS = 3;
    private static final int WINDOW = 16;

    private final Line line;
    private final History history;
    private final SplittableRandom chance;
    private final int pauseMillis;
    private final Semaphore window = new Semaphore(WINDOW);
    private final Thread thread;
    private volatile boolean closing;
    private int number;

    Publishing(Line line, History history, SplittableRandom chance, int pauseMillis) {
        this.line = line;
        this.history = history;
        this.chance = chance;
        this.pauseMillis = pauseMillis;
        this.thread = new Thread(this::run, line.id());
    }

    void open() {
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (!closing) {
                if (!line.takesPublishes()) {
                    TimeUnit.MILLISECONDS.sleep(pauseMillis);
                } else if (window.tryAcquire(pauseMillis, TimeUnit.MILLISECONDS)) {
                    publish();
                    TimeUnit.MILLISECONDS.sleep(pauseMillis);
                }
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void publish() {
        number++;
        Message message =
                new Message(
                        line.id(),
                        number,
                        line.life(),
                        1 + chance.nextInt(2),
                        "t/" + line.id() + "/" + chance.nextInt(TOPICS));
        history.add(new Happening.Offered(System.nanoTime(), message));
        var unused =
                line.publish(message.topic(), message.payload(), message.qos(), false)
                        .thenAccept(why -> {
                            long now = System.nanoTime();
                            history.add(
                                    why == null
                                            ? new Happening.Acknowledged(now, message)
                                            : new Happening.Unknown(
                                                    now, message, String.valueOf(why)));
                            window.release();
                        });
    }

    /** Nothing new from now on; true once what was sent has an outcome. */
    boolean isDone() {
        closing = true;
        return !thread.isAlive() && window.availablePermits() == WINDOW;
    }

    @Override
    public void close() {
        closing = true;
        line.close();
    }
}
