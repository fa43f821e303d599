package io.robustmq.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The same code as in the simulation, on threads and real files. */
@Timeout(60)
class RealClusterTest {
    private static final int RECORDS = 20_000;

    @TempDir Path directory;

    @Test
    void what_is_acknowledged_can_be_read_from_each_replica() throws Exception {
        try (RealCluster cluster = new RealCluster(directory, "w-1")) {
            CountDownLatch left = new CountDownLatch(RECORDS);
            List<Long> offsets = new ArrayList<>();
            cluster.writing.execute(() -> {
                for (int i = 0; i < RECORDS; i++) {
                    byte[] record = ByteBuffer.allocate(100).putInt(i).array();
                    cluster.writer.append(Entry.of(0, record), counting(offsets, left));
                }
                cluster.writer.flush();
            });
            assertThat(left.await(40, TimeUnit.SECONDS)).isTrue();
            assertThat(offsets).hasSize(RECORDS).first().isEqualTo(0L);
            assertThat(offsets).last().isEqualTo(RECORDS - 1L);

            BlockingQueue<Message.Records> answers = new LinkedBlockingQueue<>();
            Transport reader =
                    cluster.join(
                            "reader", (from, message) -> answers.add((Message.Records) message));
            Segment segment = cluster.view().segments().getFirst().value();
            for (String node : segment.ensemble()) {
                checkReading(reader, node, segment, answers);
            }
        }
    }

    private static AppendOutcome counting(List<Long> offsets, CountDownLatch left) {
        return new AppendOutcome() {
            @Override
            public void appended(long offset) {
                offsets.add(offset);
                left.countDown();
            }

            @Override
            public void failed(AppendFailure why) {
                throw new AssertionError(why);
            }
        };
    }

    /** A replica may be behind the two that acknowledged: it is asked until it has all. */
    private static void checkReading(
            Transport reader, String node, Segment segment, BlockingQueue<Message.Records> answers)
            throws InterruptedException {
        int next = 0;
        while (next < RECORDS) {
            reader.send(node, new Message.Read(segment.id(), 0, -1, next, 1 << 20, next));
            Message.Records records = answers.poll(10, TimeUnit.SECONDS);
            assertThat(records).isNotNull();
            for (Entry entry : records.entries()) {
                assertThat(ByteBuffer.wrap(entry.payload()).getInt()).isEqualTo(next++);
            }
        }
    }
}
