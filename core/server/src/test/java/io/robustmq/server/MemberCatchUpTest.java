package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.placement.Author;
import io.robustmq.placement.ClusterPlacement;
import io.robustmq.placement.Content;
import io.robustmq.placement.DocumentChange;
import io.robustmq.placement.DocumentKind;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.PlacementEvent;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A placement center that was away for long, over real gRPC. */
@Timeout(180)
class MemberCatchUpTest {
    private static final Author BY = new Author("test", Admin.NODE);
    private static final int DOCUMENTS = 300;
    private static final int DOCUMENT_BYTES = 250 << 10;

    /** More than the log keeps. */
    private static final int CHANGES = 21_000;

    @TempDir Path folder;

    @Test
    void a_state_of_more_than_64_mib_reaches_a_member_that_was_away() throws Exception {
        try (TestPlacementGroup group = TestPlacementGroup.started(folder, "a", "b", "c")) {
            String away = group.leader().equals("a") ? "b" : "a";
            group.stop(away);
            ClusterPlacement leading = group.placement(group.leader());
            ArrayDeque<CompletableFuture<?>> waiting = new ArrayDeque<>();
            for (int i = 0; i < DOCUMENTS; i++) {
                DocumentChange create =
                        DocumentChange.create(
                                DocumentKind.CONFIG,
                                "large-" + i,
                                Content.of(new byte[DOCUMENT_BYTES]));
                waiting.add(leading.change(List.of(create), BY, "to be missed"));
                await(waiting, 4);
            }
            for (int i = 0; i < CHANGES; i++) {
                waiting.add(leading.deregister("nobody"));
                await(waiting, 512);
            }
            await(waiting, 0);
            long revision = leading.revision();

            long begun = System.nanoTime();
            group.start(folder, away);
            group.placement(away).ready().get(60, TimeUnit.SECONDS);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
            assertThat(group.placement(away).revision()).isGreaterThanOrEqualTo(revision);
            PlacementEvent.SnapshotInstalled installed =
                    group.events.await(PlacementEvent.SnapshotInstalled.class);
            assertThat(installed.receivedBytes()).isGreaterThan(64 << 20);
            System.out.println("caught up in " + millis + " ms: " + installed);
        }
    }

    private static void await(ArrayDeque<CompletableFuture<?>> waiting, int most) throws Exception {
        while (waiting.size() > most) {
            waiting.removeFirst().get(60, TimeUnit.SECONDS);
        }
    }
}
