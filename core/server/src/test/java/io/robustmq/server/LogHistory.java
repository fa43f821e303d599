package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.journal.Append;
import io.robustmq.journal.RecordLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Appends to a log without a pause, and knows what was acknowledged: each acknowledged record must
 * be at its offset with its bytes, and nothing may be there that was not appended, or twice.
 */
final class LogHistory implements AutoCloseable {
    private static final int WINDOW = 256;

    private final SplittableRandom random;
    private final Map<Long, byte[]> acknowledged = new ConcurrentHashMap<>();
    private final Map<Long, byte[]> appended = new ConcurrentHashMap<>();
    private final AtomicLong failed = new AtomicLong();
    private final Semaphore window = new Semaphore(WINDOW);
    private final Thread thread;
    private volatile RecordLog log;
    private volatile boolean closed;
    private volatile long lastAt = System.nanoTime();
    private volatile long longestPauseNanos;
    private long number;

    LogHistory(RecordLog log, long seed) {
        this.log = log;
        this.random = new SplittableRandom(seed);
        this.thread = Thread.ofPlatform().name("appends").start(this::run);
    }

    private void run() {
        while (!closed) {
            try {
                if (!window.tryAcquire(10, TimeUnit.MILLISECONDS)) {
                    continue;
                }
            } catch (InterruptedException e) {
                return;
            }
            byte[] payload = new byte[8 + random.nextInt(400)];
            random.nextBytes(payload);
            ByteBuffer.wrap(payload).putLong(number);
            appended.put(number++, payload);
            log.append(new One(payload));
        }
    }

    private final class One extends Append {
        One(byte[] payload) {
            super(payload);
        }

        @Override
        public void appended(long offset, long epochMillis) {
            byte[] other = acknowledged.putIfAbsent(offset, payload());
            assertThat(other).as("acknowledged twice at " + offset).isNull();
            long now = System.nanoTime();
            longestPauseNanos = Math.max(longestPauseNanos, now - lastAt);
            lastAt = now;
            window.release();
        }

        @Override
        public void failed(IOException why) {
            failed.incrementAndGet();
            window.release();
        }
    }

    long acknowledged() {
        return acknowledged.size();
    }

    long failed() {
        return failed.get();
    }

    /** Since the last call, from one acknowledgement to the next. */
    long longestPauseMillis() {
        long millis = TimeUnit.NANOSECONDS.toMillis(longestPauseNanos);
        longestPauseNanos = 0;
        return millis;
    }

    /** Goes on with another writer of the same log. */
    void with(RecordLog next) {
        log = next;
    }

    void stop() throws InterruptedException {
        closed = true;
        thread.join();
    }

    /** After {@link #stop}: reads everything. */
    void check(RecordLog by) throws IOException {
        Set<Long> seen = new HashSet<>();
        Map<Long, byte[]> missing = new HashMap<>(acknowledged);
        long[] next = {0};
        by.read(
                0,
                (offset, epochMillis, payload) -> {
                    assertThat(offset).isEqualTo(next[0]++);
                    byte[] bytes = new byte[payload.remaining()];
                    payload.get(bytes);
                    long said = ByteBuffer.wrap(bytes).getLong();
                    assertThat(bytes).as("record " + offset).isEqualTo(appended.get(said));
                    assertThat(seen.add(said)).as("number " + said + " is there twice").isTrue();
                    byte[] known = missing.remove(offset);
                    if (known != null) {
                        assertThat(bytes).as("acknowledged record " + offset).isEqualTo(known);
                    }
                    return true;
                });
        assertThat(missing.keySet()).as("acknowledged records that are not there").isEmpty();
    }

    @Override
    public void close() throws InterruptedException {
        stop();
    }
}
