package io.robustmq.broker;

import io.netty.util.concurrent.DefaultThreadFactory;
import io.robustmq.journal.RecordLog;
import io.robustmq.journal.RecordReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads messages back from the log on threads of its own, so that a slow disk holds up no event
 * loop. Any thread.
 *
 * <p>Bound: a session has at most one reading under way, and delayed messages one per loop.
 */
final class LogReader implements AutoCloseable {
    private static final int THREADS = 2;

    /** Instead of a session: the messages as they were published. */
    static final int NOBODY = 0;

    private final RecordLog log;
    private final ThreadPoolExecutor threads =
            new ThreadPoolExecutor(
                    THREADS,
                    THREADS,
                    10,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(),
                    new DefaultThreadFactory("mqtt-log-reader", true));

    LogReader(RecordLog log) {
        this.log = log;
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * What a session gets of the messages at these offsets, to be taken on its loop: the first of
     * them, as many as have {@code maxBytes} together and at least one, but none or fewer if the
     * disk does not let them be read at present; null for what is damaged or was removed.
     */
    void read(
            Loop loop,
            int session,
            long[] offsets,
            int maxBytes,
            Consumer<@Nullable Delivery[]> taken) {
        submit(() -> {
            Reading reading = new Reading(session, offsets, maxBytes);
            try {
                log.readEach(offsets, 0, offsets.length, reading);
            } catch (IOException e) {
                // the journal has reported it; what was not read may be later
            }
            Delivery[] deliveries = Arrays.copyOf(reading.deliveries, reading.count);
            loop.executor().execute(() -> taken.accept(deliveries));
        });
    }

    private void submit(Runnable task) {
        try {
            threads.execute(() -> {
                try {
                    task.run();
                } catch (RejectedExecutionException e) {
                    // the loop has ended, and its sessions with it
                }
            });
        } catch (RejectedExecutionException e) {
            // closed
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }

    private static final class Reading implements RecordReader {
        private final int session;
        private final long[] offsets;
        private final int maxBytes;
        private final @Nullable Delivery[] deliveries;
        private final MessageRecord record = new MessageRecord();
        private int count;
        private long bytes;

        Reading(int session, long[] offsets, int maxBytes) {
            this.session = session;
            this.offsets = offsets;
            this.maxBytes = maxBytes;
            deliveries = new @Nullable Delivery[offsets.length];
        }

        @Override
        public boolean record(long offset, long epochMillis, ByteBuffer payload) {
            skipTo(offset);
            deliveries[count++] = delivery(payload);
            return bytes < maxBytes;
        }

        private @Nullable Delivery delivery(ByteBuffer payload) {
            if (payload.get(payload.position()) != MessageRecord.KIND) {
                return null;
            }
            record.of(payload);
            if (session == NOBODY) {
                return new Delivery(record.message(), record.qos(), false, Route.NO_IDS, false);
            }
            while (record.nextTarget()) {
                if (record.targetSession() == session) {
                    Delivery delivery = record.delivery(record.message());
                    delivery.context = record.context();
                    bytes += delivery.message.bytes();
                    return delivery;
                }
            }
            return null;
        }

        @Override
        public boolean gap(long from, long to, IOException why) {
            while (count < offsets.length && offsets[count] < to) {
                count++;
            }
            return true;
        }

        private void skipTo(long offset) {
            while (offsets[count] < offset) {
                count++;
            }
        }
    }
}
