package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.placement.Author;
import io.robustmq.placement.Content;
import io.robustmq.placement.DocumentChange;
import io.robustmq.placement.DocumentKind;
import io.robustmq.placement.Node;
import io.robustmq.placement.Role;
import io.robustmq.replication.Metadata;
import io.robustmq.replication.Metadata.Change;
import io.robustmq.replication.Metadata.Outcome;
import io.robustmq.replication.Nodes;
import io.robustmq.replication.Segment;
import io.robustmq.replication.SegmentId;
import io.robustmq.replication.SegmentState;
import io.robustmq.replication.ShardHead;
import io.robustmq.replication.ShardView;
import io.robustmq.replication.Versioned;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.ReplicationEvent;
import io.robustmq.testkit.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What replication's state machines see of placement. */
@Timeout(60)
class ShardDocumentsTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir Path folder;
    private ReplicatedCluster cluster;
    private ShardDocuments documents;
    private Metadata metadata;

    @BeforeEach
    void open() throws IOException {
        cluster = ReplicatedCluster.in(folder);
        documents = new ShardDocuments(cluster.placement, "m1", cluster.events);
        documents.open();
        metadata = documents.on(Runnable::run);
    }

    @AfterEach
    void close() {
        documents.close();
        cluster.close();
    }

    private Outcome change(Change... changes) throws Exception {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        metadata.change(List.of(changes), "a test", outcome::complete);
        return outcome.get(20, TimeUnit.SECONDS);
    }

    private static Segment segment(int number) {
        SegmentId id = new SegmentId("home", number, 100L * number);
        return new Segment(id, 1, List.of("a", "b", "c"), 2, new SegmentState.Open());
    }

    private static final ShardHead HEAD = new ShardHead("home", 1, "me", 0);

    @Test
    void a_change_that_is_told_is_seen_by_the_next_reading() throws Exception {
        assertThat(documents.view("home")).isEqualTo(new ShardView("home", null, List.of()));
        assertThat(change(new Change.PutHead(HEAD, 0), new Change.PutSegment(segment(0), 0)))
                .isEqualTo(new Outcome.Done());
        ShardView view = documents.view("home");
        assertThat(view.head()).extracting(Versioned::value).isEqualTo(HEAD);
        assertThat(view.segments()).extracting(Versioned::value).containsExactly(segment(0));
        assertThat(cluster.placement.view().documents(DocumentKind.SEGMENT, "home/"))
                .extracting(io.robustmq.placement.Document::name)
                .containsExactly("home/0000000000");
        long version = view.segments().getFirst().version();
        assertThat(change(new Change.RemoveSegment(segment(0).id(), version)))
                .isEqualTo(new Outcome.Done());
        assertThat(documents.view("home").segments()).isEmpty();
    }

    @Test
    void of_changes_with_an_old_version_none_is_made() throws Exception {
        change(new Change.PutHead(HEAD, 0));
        assertThat(change(new Change.PutSegment(segment(0), 0), new Change.PutHead(HEAD, 0)))
                .isEqualTo(new Outcome.Conflict());
        assertThat(documents.view("home").segments()).isEmpty();
    }

    @Test
    void a_watcher_is_told_what_there_is_and_each_change_of_its_shard() throws Exception {
        change(new Change.PutHead(HEAD, 0));
        BlockingQueue<ShardView> told = new LinkedBlockingQueue<>();
        Runnable end = documents.watch("home", Runnable::run, told::add);
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo(documents.view("home"));
        change(new Change.PutHead(new ShardHead("other", 1, "me", 0), 0));
        change(new Change.PutSegment(segment(0), 0));
        ShardView view = told.poll(10, TimeUnit.SECONDS);
        assertThat(view).isEqualTo(documents.view("home"));
        end.run();
        change(new Change.PutSegment(segment(1), 0));
        assertThat(told).isEmpty();
    }

    @Test
    void what_was_there_before_is_there_for_one_that_opens_later() throws Exception {
        change(new Change.PutHead(HEAD, 0), new Change.PutSegment(segment(0), 0));
        change(new Change.PutSegment(segment(1), 0));
        try (ShardDocuments later = new ShardDocuments(cluster.placement, "m2", cluster.events)) {
            later.open();
            assertThat(later.view("home")).isEqualTo(documents.view("home"));
        }
    }

    @Test
    void what_somebody_else_wrote_in_a_document_is_told_and_is_no_segment() throws Exception {
        Author operator = new Author("m1", Admin.NODE);
        cluster.placement
                .change(
                        List.of(
                                DocumentChange.create(
                                        DocumentKind.SEGMENT,
                                        "home/0000000007",
                                        Content.of(new byte[] {9, 9}))),
                        operator,
                        "by hand")
                .join();
        assertThat(cluster.events.await(ReplicationEvent.DocumentUnreadable.class).document())
                .isEqualTo("home/0000000007");
        assertThat(documents.view("home").segments()).isEmpty();
    }

    @Test
    void registered_journal_servers_are_nodes_and_one_with_a_document_is_draining()
            throws Exception {
        try (JournalNodes nodes = new JournalNodes(cluster.placement)) {
            nodes.open();
            cluster.placement
                    .register(
                            new Node(
                                    "js-2",
                                    EnumSet.of(Role.JOURNAL_SERVER),
                                    Map.of("journal-id", "x", "tcp", "h:1", "rack", "r")))
                    .join();
            cluster.placement
                    .register(
                            new Node(
                                    "js-1",
                                    EnumSet.of(Role.JOURNAL_SERVER),
                                    Map.of(
                                            "journal-id",
                                            "y",
                                            "tcp",
                                            "h:2",
                                            "journal-free-bytes",
                                            "77")))
                    .join();
            cluster.placement
                    .register(new Node("m", EnumSet.of(Role.MQTT_SERVER), Map.of()))
                    .join();
            Await.untilTrue("both are known", LIMIT, () -> nodes.journals().size() == 2);
            assertThat(nodes.journals())
                    .containsExactly(
                            new Nodes.Candidate("y", "js-1", 77, false),
                            new Nodes.Candidate("x", "r", 0, false));
            assertThat(nodes.address("x")).isEqualTo("h:1");
            assertThat(nodes.first()).isEqualTo("y");
            cluster.placement
                    .change(
                            List.of(
                                    DocumentChange.create(
                                            DocumentKind.CONFIG,
                                            JournalNodes.DRAIN + "js-2",
                                            Content.of(new byte[0]))),
                            new Author("m", Admin.NODE),
                            "to be replaced")
                    .join();
            Await.untilTrue("it is draining", LIMIT, () -> nodes.journals().getLast().draining());
            cluster.placement.deregister("js-1").join();
            Await.untilTrue("it is gone", LIMIT, () -> nodes.first().equals("x"));
            assertThat(nodes.address("y")).isNull();
        }
    }
}
