package io.robustmq.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** What a client received, in order. Its library's threads put in, the test's takes out. */
final class ClientInbox {
    static final Duration LIMIT = Duration.ofSeconds(20);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final List<ClientMessage> messages = new ArrayList<>();

    void add(ClientMessage message) {
        lock.lock();
        try {
            messages.add(message);
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** All so far. */
    List<ClientMessage> all() {
        lock.lock();
        try {
            return List.copyOf(messages);
        } finally {
            lock.unlock();
        }
    }

    /** Waits for {@code count} messages and gives all that there are. */
    List<ClientMessage> await(int count) throws InterruptedException {
        await(count + " messages", all -> all.size() >= count);
        return all();
    }

    /** Waits for a message of this text, and gives all up to it. */
    List<ClientMessage> awaitUpTo(String text) throws InterruptedException {
        await("'" + text + "'", all -> all.stream().anyMatch(m -> m.text().equals(text)));
        List<ClientMessage> all = all();
        int last = 0;
        while (!all.get(last).text().equals(text)) {
            last++;
        }
        return all.subList(0, last + 1);
    }

    private void await(String what, Predicate<List<ClientMessage>> enough)
            throws InterruptedException {
        long left = LIMIT.toNanos();
        lock.lock();
        try {
            while (!enough.test(messages)) {
                if (left <= 0) {
                    throw new AssertionError(
                            "waited for "
                                    + what
                                    + ", received "
                                    + messages.size()
                                    + ": "
                                    + messages.subList(0, Math.min(10, messages.size())));
                }
                left = arrived.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** For what is given by a future. */
    static <T> T get(java.util.concurrent.Future<T> future) throws Exception {
        return future.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }
}
