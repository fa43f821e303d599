package io.robustmq.journal;

import static io.robustmq.journal.Shards.append;
import static io.robustmq.journal.Shards.failure;
import static io.robustmq.journal.Shards.opened;
import static io.robustmq.journal.Shards.segment;
import static io.robustmq.journal.Shards.texts;
import static io.robustmq.journal.Shards.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.journal.Shards.Opened;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.testkit.RecordingEvents;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DiskFaultTest {
    private final FakeDisk disk = new FakeDisk();
    private final RecordingEvents events = new RecordingEvents();

    @Test
    void a_full_disk_fails_the_append_and_all_after_it() throws Exception {
        try (Opened opened = opened(disk, events, 1 << 20)) {
            Shard shard = opened.shard();
            append(shard, "kept");
            disk.fullAfter(10);
            Throwable first = failure(shard.append(utf8("lost")));
            assertThat(first)
                    .isInstanceOf(JournalFailedException.class)
                    .hasMessageContaining(segment(0).toString())
                    .hasMessageContaining("No space left on device");
            disk.fullAfter(Long.MAX_VALUE);
            assertThat(failure(shard.append(utf8("refused"))))
                    .as("nothing is written behind a hole")
                    .isInstanceOf(JournalFailedException.class);
            assertThat(texts(shard, 0)).as("what is there is readable").containsExactly("kept");
        }
        assertThat(events.of(JournalEvent.AppendFailed.class))
                .containsExactly(
                        new JournalEvent.AppendFailed(
                                "events",
                                segment(0).toString(),
                                new Failure("java.io.IOException", "No space left on device")));
        try (Opened opened = opened(disk, events, 1 << 20)) {
            Shard shard = opened.shard();
            assertThat(append(shard, "after")).isEqualTo(1);
            assertThat(texts(shard, 0)).containsExactly("kept", "after");
        }
    }

    @Test
    void a_failed_sync_is_not_tried_again() throws Exception {
        CountDownLatch syncing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (Opened opened = opened(disk, events, 1 << 20)) {
            Shard shard = opened.shard();
            append(shard, "kept");
            int before = disk.syncs();
            disk.duringSync(() -> {
                syncing.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                disk.failNextSync("Input/output error");
            });
            List<CompletableFuture<Long>> appends = new ArrayList<>();
            appends.add(shard.append(utf8("unknown")));
            assertThat(syncing.await(10, TimeUnit.SECONDS)).isTrue();
            appends.add(shard.append(utf8("waits 1")));
            appends.add(shard.append(utf8("waits 2")));
            go.countDown();
            for (CompletableFuture<Long> append : appends) {
                assertThat(failure(append))
                        .isInstanceOf(JournalFailedException.class)
                        .hasRootCauseMessage("Input/output error");
            }
            disk.duringSync(() -> {});
            opened.close();
            assertThat(disk.syncs()).as("no sync after the failed one").isEqualTo(before);
        }
        assertThat(events.of(JournalEvent.AppendFailed.class)).hasSize(1);
    }

    @Test
    void a_disk_that_is_full_at_the_next_segment_fails_the_append() throws Exception {
        try (Opened opened = opened(disk, events, 1024)) {
            Shard shard = opened.shard();
            append(shard, "x".repeat(900));
            disk.fullAfter(5);
            assertThat(failure(shard.append(utf8("x".repeat(200)))))
                    .isInstanceOf(JournalFailedException.class);
            disk.fullAfter(Long.MAX_VALUE);
        }
        try (Opened opened = opened(disk, events, 1024)) {
            Shard shard = opened.shard();
            assertThat(append(shard, "room again")).isEqualTo(1);
        }
        assertThat(events.of(JournalEvent.SegmentSealed.class)).isEmpty();
    }

    @Test
    void a_disk_that_fails_during_open_leaves_the_shard_free() throws Exception {
        disk.fullAfter(5);
        assertThatThrownBy(() -> opened(disk, events, 1024))
                .isInstanceOf(IOException.class)
                .hasMessage("No space left on device");
        disk.fullAfter(Long.MAX_VALUE);
        try (Opened opened = opened(disk, events, 1024)) {
            Shard shard = opened.shard();
            assertThat(append(shard, "first")).isZero();
        }
    }
}
