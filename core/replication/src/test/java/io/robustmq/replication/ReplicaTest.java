package io.robustmq.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.ReplicationEvent;
import io.robustmq.testkit.RecordingEvents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReplicaTest {
    private static final SegmentId ID = new SegmentId("s", 3, 100);
    private static final Segment OPEN = Segment.open(ID, 5, List.of("me", "you", "she"), 2);
    private static final Versioned<ShardHead> HEAD =
            new Versioned<>(new ShardHead("s", 5, "w", 4), 7);

    private final SimWorld world = new SimWorld(1);
    private final SimDisk disk = new SimDisk(world, Set.of());
    private final RecordingEvents events = new RecordingEvents();
    private final List<Message> sent = new ArrayList<>();
    private SimProcess process = new SimProcess("me", world);
    private Replica replica = replica();

    private Replica replica() {
        return new Replica(
                "me",
                ReplicaSettings.STANDARD,
                disk.of(process),
                new Replica.ReplicaPorts((to, message) -> sent.add(message), events),
                process::nanoTime);
    }

    @BeforeEach
    void open() throws Exception {
        replica.open();
    }

    private void restart() throws Exception {
        process.kill();
        disk.crash();
        process = new SimProcess("me", world);
        replica = replica();
        replica.open();
    }

    private List<Message> answers(Message... messages) {
        sent.clear();
        for (Message message : messages) {
            replica.receive("w", message);
        }
        world.run(100 * SimWorld.MILLI);
        return List.copyOf(sent);
    }

    private static Message append(long epoch, long committed, long first, String... records) {
        return new Message.Append(ID, epoch, committed, first, entries(records));
    }

    private static List<Entry> entries(String... records) {
        return Stream.of(records).map(History::entry).toList();
    }

    private static Message refused(long epoch, Message.Refusal why, long known, long end) {
        return new Message.Refused(ID, epoch, why, known, end);
    }

    private Message read(long from) {
        return new Message.Read(ID, 0, -1, from, 1000, 1);
    }

    @Test
    void an_append_is_answered_when_it_is_on_disk() {
        replica.receive("w", append(5, 99, 100, "a", "b"));
        assertThat(sent).isEmpty();
        world.run(100 * SimWorld.MILLI);
        assertThat(sent).containsExactly(new Message.Appended(ID, 5, 102));
        assertThat(disk.end(ID)).isEqualTo(102);
    }

    @Test
    void what_comes_twice_is_kept_once_and_a_gap_is_refused() {
        answers(append(5, 99, 100, "a", "b"));
        assertThat(answers(append(5, 99, 100, "a", "b", "c")))
                .containsExactly(new Message.Appended(ID, 5, 103));
        assertThat(answers(append(5, 99, 104, "e")))
                .containsExactly(refused(5, Message.Refusal.GAP, 5, 103));
        assertThat(disk.end(ID)).isEqualTo(103);
    }

    @Test
    void a_fence_counts_what_is_on_its_way_to_the_disk_and_refuses_what_comes_after() {
        answers(append(5, 99, 100, "a"));
        assertThat(
                        answers(
                                append(5, 100, 101, "b"),
                                new Message.Fence(ID, 6),
                                append(5, 100, 102, "c")))
                .containsExactlyInAnyOrder(
                        new Message.Appended(ID, 5, 102),
                        new Message.Fenced(ID, 6, 102, 100),
                        refused(5, Message.Refusal.FENCED, 6, 102));
    }

    @Test
    void a_fence_outlives_a_crash_also_of_a_segment_without_records() throws Exception {
        answers(new Message.Fence(ID, 6));
        restart();
        assertThat(answers(append(5, 99, 100, "a"), new Message.Fence(ID, 4)))
                .containsExactly(
                        refused(5, Message.Refusal.FENCED, 6, 100),
                        refused(4, Message.Refusal.FENCED, 6, 100));
        assertThat(answers(append(6, 99, 100, "a")))
                .containsExactly(new Message.Appended(ID, 6, 101));
    }

    @Test
    void a_fence_is_not_answered_before_the_disk_knows_it() {
        answers(append(5, 99, 100, "a"));
        disk.full(true);
        assertThat(answers(new Message.Fence(ID, 6)))
                .containsExactly(refused(6, Message.Refusal.DISK, 6, 101));
        disk.full(false);
        assertThat(answers(append(5, 99, 101, "b")))
                .as("what was refused once is not taken though the fence failed")
                .containsExactly(refused(5, Message.Refusal.FENCED, 6, 101));
        assertThat(answers(new Message.Fence(ID, 6)))
                .containsExactly(new Message.Fenced(ID, 6, 101, 99));
    }

    @Test
    void a_reader_gets_what_is_committed_and_a_recovery_all() {
        answers(append(5, 100, 100, "a", "b", "c"));
        assertThat(answers(read(100)))
                .containsExactly(new Message.Records(ID, 1, 100, 100, entries("a")));
        assertThat(answers(read(101)))
                .containsExactly(new Message.Records(ID, 1, 100, 101, List.of()));
        assertThat(
                        answers(
                                new Message.Fence(ID, 6),
                                new Message.Read(ID, 6, -1, 101, 1000, 2),
                                new Message.Read(ID, 5, -1, 101, 1000, 3)))
                .contains(refused(5, Message.Refusal.FENCED, 6, 103));
        assertThat(answers(new Message.Read(ID, 6, -1, 101, 1000, 2)))
                .containsExactly(new Message.Records(ID, 2, 100, 101, entries("b", "c")));
    }

    @Test
    void beyond_the_seal_nothing_is_served_and_nothing_taken() {
        answers(append(5, 99, 100, "a", "b", "c"));
        replica.told(new ShardView("s", HEAD, List.of(new Versioned<>(OPEN.sealed(101), 8))));
        assertThat(answers(read(100)))
                .containsExactly(new Message.Records(ID, 1, 101, 100, entries("a", "b")));
        assertThat(answers(append(9, 103, 103, "d"), new Message.Fence(ID, 9)))
                .containsExactly(
                        refused(9, Message.Refusal.SEALED, 5, 103),
                        refused(9, Message.Refusal.SEALED, 5, 103));
    }

    @Test
    void a_full_disk_refuses_and_takes_records_again_when_it_has_room() {
        answers(append(5, 99, 100, "a"));
        disk.full(true);
        assertThat(answers(append(5, 99, 101, "b"), append(5, 99, 102, "c")))
                .hasSize(2)
                .containsOnly(
                        refused(5, Message.Refusal.DISK, 5, 103),
                        refused(5, Message.Refusal.DISK, 5, 101));
        disk.full(false);
        assertThat(answers(append(5, 99, 101, "b", "c")))
                .containsExactly(new Message.Appended(ID, 5, 103));
        assertThat(events.of(ReplicationEvent.ReplicaDiskFailed.class)).hasSize(2);
    }

    @Test
    void what_retention_removed_is_deleted_and_does_not_come_back() {
        answers(append(5, 99, 100, "a"));
        SegmentId next = new SegmentId("s", 4, 101);
        Versioned<ShardHead> head = new Versioned<>(new ShardHead("s", 5, "w", 5), 9);
        replica.told(
                new ShardView(
                        "s",
                        head,
                        List.of(new Versioned<>(Segment.open(next, 5, List.of("you"), 1), 9))));
        assertThat(answers(append(5, 99, 100, "a")))
                .containsExactly(refused(5, Message.Refusal.SEALED, 5, 101));
        assertThat(answers(read(100))).containsExactly(refused(0, Message.Refusal.ABSENT, 0, 100));
        assertThat(answers(append(5, 99, 100, "a")))
                .containsExactly(refused(5, Message.Refusal.SEALED, 0, 100));
        assertThat(events.of(ReplicationEvent.SegmentDeleted.class)).hasSize(1);
    }

    @Test
    void documents_from_before_the_segment_was_begun_delete_nothing() {
        answers(append(5, 99, 100, "a"));
        Versioned<ShardHead> old = new Versioned<>(new ShardHead("s", 4, "w", 3), 2);
        replica.told(new ShardView("s", old, List.of()));
        assertThat(answers(append(5, 99, 101, "b")))
                .containsExactly(new Message.Appended(ID, 5, 102));
    }

    @Test
    void what_it_lacks_of_a_sealed_segment_is_fetched_from_the_others() {
        answers(append(5, 99, 100, "a"));
        replica.told(new ShardView("s", HEAD, List.of(new Versioned<>(OPEN.sealed(102), 8))));
        sent.clear();
        replica.tick();
        Message.Read asked = new Message.Read(ID, 0, 102, 101, 1 << 20, 1);
        assertThat(sent).containsExactly(asked);
        replica.receive("you", new Message.Records(ID, 1, 102, 101, entries("b", "c", "beyond")));
        world.run(100 * SimWorld.MILLI);
        assertThat(disk.end(ID)).isEqualTo(103);
        assertThat(events.of(ReplicationEvent.SegmentCopied.class))
                .containsExactly(new ReplicationEvent.SegmentCopied("s", 3, 2));
    }

    @Test
    void what_was_fetched_to_be_in_an_ensemble_stays_until_a_later_document_leaves_it_out() {
        Segment sealed = Segment.open(ID, 5, List.of("you", "she"), 2).sealed(100);
        replica.receive("repair", new Message.Copy(sealed, 8));
        world.run(100 * SimWorld.MILLI);
        replica.tick();
        replica.receive("you", new Message.Records(ID, 1, 100, 100, entries("a")));
        world.run(100 * SimWorld.MILLI);
        assertThat(sent).contains(new Message.Copied(ID, 8));

        replica.told(new ShardView("s", HEAD, List.of(new Versioned<>(sealed, 8))));
        world.run(100 * SimWorld.MILLI);
        assertThat(events.of(ReplicationEvent.SegmentDeleted.class)).isEmpty();
        replica.told(new ShardView("s", HEAD, List.of(new Versioned<>(sealed, 9))));
        world.run(100 * SimWorld.MILLI);
        assertThat(events.of(ReplicationEvent.SegmentDeleted.class)).hasSize(1);
    }

    @Test
    void a_copy_is_asked_for_no_faster_than_it_may_come() throws Exception {
        ReplicaSettings slow = new ReplicaSettings(100, 500, 1, Duration.ofHours(1));
        replica =
                new Replica(
                        "me",
                        slow,
                        disk.of(process),
                        new Replica.ReplicaPorts((to, message) -> sent.add(message), events),
                        process::nanoTime);
        replica.open();
        replica.told(new ShardView("s", HEAD, List.of(new Versioned<>(OPEN.sealed(9_999), 8))));
        int bytes = History.entry("0123456789").bytes();
        long fetched = 0;
        for (int tick = 0; tick < 1000; tick++) {
            sent.clear();
            world.run(10 * SimWorld.MILLI);
            replica.tick();
            for (Message message : List.copyOf(sent)) {
                if (message instanceof Message.Read read) {
                    fetched += 3;
                    List<Entry> three = entries("0123456789", "0123456789", "0123456789");
                    replica.receive(
                            "you",
                            new Message.Records(ID, read.request(), 9_999, read.from(), three));
                }
            }
        }
        double seconds = 10 * 1.2;
        assertThat((double) fetched * bytes).isBetween(2000.0, 500 * seconds + 6.0 * bytes);
    }

    @Test
    void a_segment_whose_other_replicas_are_silent_does_not_keep_others_from_being_fetched() {
        List<Versioned<Segment>> described = new ArrayList<>();
        for (int number = 0; number < 6; number++) {
            SegmentId id = new SegmentId("s", number, 10L * number);
            Segment open = Segment.open(id, 5, List.of("me", "dead" + number), 1);
            described.add(new Versioned<>(open.sealed(10L * number + 9), 8));
        }
        replica.told(
                new ShardView("s", new Versioned<>(new ShardHead("s", 5, "w", 6), 8), described));
        for (int i = 0; i < 400; i++) {
            world.run(20 * SimWorld.MILLI);
            replica.tick();
        }
        assertThat(sent.stream().map(Message::segment).distinct()).hasSize(6);
    }
}
