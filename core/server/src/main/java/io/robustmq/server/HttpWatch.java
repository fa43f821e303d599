package io.robustmq.server;

/**
 * Interrupts a thread that writes for too long to a client that does not read, which closes the
 * connection. The JDK's own limit is on the whole answer, and would cut one that is followed. The
 * watched thread, and the one that checks now and then.
 */
final class HttpWatch {
    private static final long NEVER = Long.MAX_VALUE;

    private final Thread watched;

    // guarded by this
    private long beganNanos;
    private long allowedNanos = NEVER;
    private boolean overdue;

    HttpWatch(Thread watched) {
        this.watched = watched;
    }

    /** From now on it has so long, whatever it had before. */
    synchronized void allow(long nanos) {
        beganNanos = System.nanoTime();
        allowedNanos = nanos;
    }

    synchronized void stop() {
        allowedNanos = NEVER;
    }

    synchronized void check(long nowNanos) {
        if (allowedNanos != NEVER && nowNanos - beganNanos > allowedNanos) {
            allowedNanos = NEVER;
            overdue = true;
            watched.interrupt();
        }
    }

    /** Whether it took too long. */
    synchronized boolean isOverdue() {
        return overdue;
    }
}
