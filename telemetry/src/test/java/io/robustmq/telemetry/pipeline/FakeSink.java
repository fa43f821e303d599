package io.robustmq.telemetry.pipeline;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A sink that works, fails or hangs as the test says, and keeps what it was given. */
final class FakeSink<T> implements Sink<T> {
    private final List<T> taken = new ArrayList<>();
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile boolean failing;
    private volatile boolean refusing;
    private volatile boolean hanging;
    private volatile boolean entered;
    private volatile boolean closed;
    private final List<Long> callNanos = new CopyOnWriteArrayList<>();

    FakeSink<T> failing(boolean now) {
        failing = now;
        return this;
    }

    FakeSink<T> refusing(boolean now) {
        refusing = now;
        return this;
    }

    FakeSink<T> hanging() {
        hanging = true;
        return this;
    }

    void release() {
        hanging = false;
        released.countDown();
    }

    boolean entered() {
        return entered;
    }

    boolean closed() {
        return closed;
    }

    /** When it was called, {@link System#nanoTime}. */
    List<Long> callNanos() {
        return callNanos;
    }

    synchronized List<T> taken() {
        return List.copyOf(taken);
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public String endpoint() {
        return "nowhere";
    }

    @Override
    public void ship(List<T> batch) throws IOException, InterruptedException {
        entered = true;
        callNanos.add(System.nanoTime());
        if (hanging) {
            released.await();
        }
        if (refusing) {
            throw new RefusedException("never");
        }
        if (failing) {
            throw new IOException("not now");
        }
        synchronized (this) {
            taken.addAll(batch);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
