package io.robustmq.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.journal.Durability;
import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalSettings;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.Retention;
import io.robustmq.journal.ShardSettings;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.PlacementEvent;
import io.robustmq.testkit.RecordingEvents;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Documents and claims, as placement offers them. */
@Timeout(60)
class AgreedThingsTest {
    private static final Admin ADMIN = Admin.withToken("127.0.0.1:4000");
    private static final Author BY = new Author("node-1", ADMIN);
    private static final Node NODE = new Node("node-1", Set.of(Role.MQTT_SERVER), Map.of());
    private static final Content CONTENT = Content.of(new byte[] {1, 2, 3});

    private final RecordingEvents events = new RecordingEvents();

    @TempDir Path directory;

    @Test
    void what_was_agreed_is_watched_told_and_there_after_a_restart() throws Exception {
        BlockingQueue<PlacementChange> seen = new LinkedBlockingQueue<>();
        DocumentChange create = DocumentChange.create(DocumentKind.USER, "ann", CONTENT);
        NodeEpoch node = new NodeEpoch("node-1", 1);
        try (Journal journal = journal();
                ClusterPlacement placement = placement(journal)) {
            placement.open();
            assertThat(get(placement.register(NODE, 7))).isEqualTo(new NodeAnswer.Registered(node));
            AutoCloseable watch =
                    placement.watch(
                            0, Set.of(new Interest.Documents(DocumentKind.USER, "a")), seen::add);
            assertThat(get(placement.claim(node, List.of("c"))))
                    .isEqualTo(
                            new ClaimAnswer.Done(
                                    List.of(new ClaimAnswer.Result.Taken(8192, null))));
            assertThat(get(placement.change(List.of(create), BY, "new here")))
                    .isEqualTo(new DocumentAnswer.Changed(3));
            assertThat(get(placement.change(List.of(create), BY, "")))
                    .isEqualTo(
                            new DocumentAnswer.Conflicts(
                                    List.of(new DocumentAnswer.Conflict(0, 3))));
            Document ann = placement.view().documents(DocumentKind.USER, "").getFirst();
            assertThat(get(placement.change(List.of(DocumentChange.remove(ann)), BY, "left")))
                    .isEqualTo(new DocumentAnswer.Changed(5));
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo(changed(3, ann, "new here"));
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo(changed(5, null, "left"));
            assertThat(get(placement.change(List.of(create), BY, "back")))
                    .isEqualTo(new DocumentAnswer.Changed(6));
            watch.close();
        }
        assertThat(events.of(PlacementEvent.DocumentChanged.class))
                .first()
                .isEqualTo(
                        new PlacementEvent.DocumentChanged(
                                "user", "ann", 3, true, 3, "node-1", "new here", ADMIN));
        assertThat(events.of(PlacementEvent.DocumentRemoved.class))
                .containsExactly(
                        new PlacementEvent.DocumentRemoved(
                                "user", "ann", 5, "node-1", "left", ADMIN));
        try (Journal journal = journal();
                ClusterPlacement placement = placement(journal)) {
            placement.open();
            assertThat(placement.view().document(DocumentKind.USER, "ann"))
                    .isEqualTo(new Document(DocumentKind.USER, "ann", CONTENT, 6, 6, BY, "back"));
            assertThat(placement.view().claim("c")).isEqualTo(new Claim(node, 8192));
            assertThat(placement.view().clients(node)).containsExactly("c");
            assertThat(get(placement.heartbeat(node))).isTrue();
            assertThat(get(placement.release(node, Map.of("c", 8192L))))
                    .isEqualTo(
                            new ClaimAnswer.Done(List.of(new ClaimAnswer.Result.Released(true))));
            assertThat(placement.view().claim("c")).isNull();
            assertThat(get(placement.deregister(node)).changed()).isTrue();
            assertThat(get(placement.heartbeat(node))).isFalse();
        }
    }

    @Test
    void who_hears_that_it_is_ready_finds_a_leader() throws Exception {
        try (Journal journal = journal();
                ClusterPlacement placement = placement(journal)) {
            CompletableFuture<Boolean> led =
                    placement.ready().thenApply(ready -> placement.leader() != null);
            placement.open();
            assertThat(get(led)).isTrue();
        }
    }

    private static PlacementChange changed(long revision, @Nullable Document document, String why) {
        return new PlacementChange.DocumentsChanged(
                revision,
                List.of(
                        new PlacementChange.DocumentsChanged.One(
                                DocumentKind.USER, "ann", document)),
                BY,
                why);
    }

    private static <T> T get(CompletableFuture<T> agreed) throws Exception {
        return agreed.get(10, TimeUnit.SECONDS);
    }

    private Journal journal() throws IOException {
        Journal journal =
                new Journal(
                        new JournalSettings(List.of(directory), Duration.ofSeconds(1)),
                        new LocalDisk(),
                        InstantSource.system(),
                        new SplittableRandom(),
                        events);
        journal.open();
        return journal;
    }

    private ClusterPlacement placement(Journal journal) throws IOException {
        ShardSettings settings =
                new ShardSettings(1 << 20, Duration.ZERO, Durability.FSYNC, Retention.FOREVER);
        return new ClusterPlacement(
                PlacementSettings.alone("node-1"),
                journal,
                journal.shard("placement", settings),
                PlacementNetwork.NONE,
                InstantSource.system(),
                new SplittableRandom(),
                events);
    }
}
