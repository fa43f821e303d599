package io.robustmq.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.ReplicationEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class WriterTest {
    private static final WriterSettings SETTINGS = SimWriter.SETTINGS;
    private static final WriterSettings LONG_SEGMENTS =
            new WriterSettings(
                    SETTINGS.copies(),
                    new WriterSettings.Rolling(
                            1 << 20,
                            Duration.ofHours(1),
                            Duration.ofMillis(250),
                            1 << 20,
                            Duration.ofMillis(400)),
                    SETTINGS.sending(),
                    SETTINGS.waiting());

    private final SimCluster cluster = new SimCluster(4);
    private final SimWriter writer = cluster.writer("w1");

    private SimReplica member(int index) {
        return cluster.replica(cluster.segments().getLast().ensemble().get(index));
    }

    private void open() {
        writer.start(LONG_SEGMENTS);
        cluster.millis(200);
        assertThat(writer.isOpen()).isTrue();
    }

    @Test
    void records_that_come_before_the_opening_is_done_are_numbered_from_the_first() {
        writer.start(LONG_SEGMENTS);
        writer.append(5);
        cluster.millis(300);
        assertThat(writer.committedEnd()).isEqualTo(5);
        assertThat(cluster.history.acknowledgements()).isEqualTo(5);
    }

    @Test
    void a_full_segment_is_sealed_with_all_that_was_acknowledged() {
        writer.start(SETTINGS);
        for (int i = 0; i < 20; i++) {
            writer.append(5);
            cluster.millis(40);
        }
        cluster.millis(200);
        assertThat(writer.committedEnd()).isEqualTo(100);
        List<Segment> segments = cluster.segments();
        assertThat(segments).hasSizeGreaterThan(3);
        for (int i = 1; i < segments.size(); i++) {
            assertThat(segments.get(i).id().firstOffset()).isEqualTo(segments.get(i - 1).end());
        }
    }

    @Test
    void a_replica_that_dies_costs_a_segment_and_no_append() {
        open();
        writer.append(5);
        cluster.millis(50);
        SimReplica dead = member(0);
        dead.crash();
        cluster.unlisted.add(dead.node);
        writer.append(5);
        cluster.millis(600);
        writer.append(5);
        cluster.millis(100);
        assertThat(writer.committedEnd()).isEqualTo(15);
        assertThat(cluster.segments()).hasSize(2);
        assertThat(cluster.segments().getLast().ensemble()).hasSize(3).doesNotContain(dead.node);
        assertThat(cluster.events.of(ReplicationEvent.ReplicaFailed.class))
                .extracting(ReplicationEvent.ReplicaFailed::replica)
                .containsExactly(dead.node);
    }

    @Test
    void a_replica_that_failed_lately_is_taken_rather_than_no_quorum() {
        WriterSettings.Rolling rolling = LONG_SEGMENTS.rolling();
        cluster.unlisted.add("j3");
        writer.start(
                new WriterSettings(
                        LONG_SEGMENTS.copies(),
                        new WriterSettings.Rolling(
                                rolling.bytes(),
                                rolling.age(),
                                rolling.silence(),
                                rolling.lagBytes(),
                                Duration.ofHours(1)),
                        LONG_SEGMENTS.sending(),
                        LONG_SEGMENTS.waiting()));
        cluster.millis(200);
        SimReplica first = member(0);
        first.crash();
        writer.append(5);
        cluster.millis(600);
        assertThat(cluster.segments().getLast().ensemble()).hasSize(2).doesNotContain(first.node);
        first.start();
        SimReplica second = member(0);
        second.crash();
        writer.append(5);
        cluster.millis(600);
        assertThat(writer.committedEnd()).isEqualTo(10);
        assertThat(cluster.segments().getLast().ensemble())
                .hasSize(2)
                .contains(first.node)
                .doesNotContain(second.node);
    }

    @Test
    void what_was_sent_without_answer_keeps_its_offsets_in_the_next_segment() {
        open();
        SimReplica slow = member(0);
        SimReplica dead = member(1);
        slow.disk.syncMillis(2000);
        dead.crash();
        cluster.unlisted.add(dead.node);
        writer.append(7);
        cluster.millis(1500);
        assertThat(writer.committedEnd()).isEqualTo(7);
        assertThat(cluster.segments().getFirst().end()).isZero();
        assertThat(cluster.segments().get(1).id().firstOffset()).isZero();
    }

    @Test
    void a_disk_that_refuses_is_left_at_once() {
        open();
        SimReplica full = member(2);
        full.disk.full(true);
        writer.append(3);
        cluster.millis(100);
        assertThat(writer.committedEnd()).isEqualTo(3);
        assertThat(cluster.segments().getLast().ensemble()).doesNotContain(full.node);
    }

    @Test
    void a_node_that_is_drained_gets_no_further_segment() {
        open();
        String drained = member(0).node;
        cluster.draining.add(drained);
        cluster.millis(200);
        assertThat(cluster.segments()).hasSize(2);
        assertThat(cluster.segments().getLast().ensemble()).hasSize(3).doesNotContain(drained);
        assertThat(cluster.events.of(ReplicationEvent.SegmentRolled.class))
                .extracting(ReplicationEvent.SegmentRolled::reason)
                .containsExactly("drain");
    }

    @Test
    void with_too_few_nodes_appends_wait_then_are_refused_and_work_again() {
        open();
        cluster.replicas.forEach(SimReplica::crash);
        cluster.replicas.forEach(replica -> cluster.unlisted.add(replica.node));
        writer.append(10);
        cluster.millis(1000);
        assertThat(writer.committedEnd()).isZero();
        assertThat(cluster.events.of(ReplicationEvent.EnsembleWanted.class)).hasSize(1);
        writer.append(200);
        assertThat(cluster.events.of(ReplicationEvent.AppendsRefused.class)).hasSize(1);
        cluster.replicas.forEach(SimReplica::start);
        cluster.unlisted.clear();
        cluster.millis(1500);
        int kept = cluster.history.acknowledgements();
        assertThat(kept).isBetween(10, 209);
        writer.append(1);
        cluster.millis(200);
        assertThat(cluster.history.acknowledgements()).isEqualTo(kept + 1);
    }

    @Test
    void a_smaller_ensemble_is_left_when_there_are_more_nodes() {
        cluster.unlisted.add("j2");
        cluster.unlisted.add("j3");
        open();
        assertThat(cluster.segments().getLast().ensemble()).containsExactlyInAnyOrder("j0", "j1");
        cluster.unlisted.clear();
        cluster.millis(800);
        assertThat(cluster.segments().getLast().ensemble()).hasSize(3);
    }

    @Test
    void a_second_writer_goes_on_behind_the_first_whose_records_fail() {
        open();
        writer.append(20);
        cluster.millis(100);
        cluster.network.cut("w1", "j0");
        cluster.network.cut("w1", "j1");
        cluster.network.cut("w1", "j2");
        cluster.network.cut("w1", "j3");
        writer.append(5);
        SimWriter second = cluster.writer("w2");
        second.start(LONG_SEGMENTS);
        cluster.millis(300);
        second.append(3);
        cluster.millis(100);
        assertThat(second.committedEnd()).isEqualTo(23);
        assertThat(writer.isOver()).isTrue();
        assertThat(cluster.events.of(ReplicationEvent.WriterFenced.class))
                .containsExactly(new ReplicationEvent.WriterFenced("shard", 1, 2));
    }

    @Test
    void a_recovery_copies_what_only_one_of_the_fenced_replicas_has() {
        open();
        SimReplica away = member(0);
        SimReplica behind = member(1);
        SimReplica ahead = member(2);
        cluster.network.cut("w1", behind.node);
        cluster.millis(1);
        writer.append(10);
        cluster.millis(100);
        assertThat(writer.committedEnd()).isEqualTo(10);
        writer.kill();
        away.crash();
        SimWriter second = cluster.writer("w2");
        second.start(LONG_SEGMENTS);
        cluster.millis(600);
        SegmentId first = cluster.segments().getFirst().id();
        assertThat(cluster.segments().getFirst().end()).isEqualTo(10);
        assertThat(behind.disk.end(first)).isEqualTo(ahead.disk.end(first)).isEqualTo(10);
        assertThat(cluster.events.of(ReplicationEvent.SegmentRecovered.class))
                .containsExactly(new ReplicationEvent.SegmentRecovered("shard", 0, 2, 9, 10));
    }

    @Test
    void a_recovery_waits_for_as_many_replicas_as_may_have_what_was_acknowledged() {
        open();
        writer.append(4);
        cluster.millis(100);
        writer.kill();
        SimReplica first = member(0);
        SimReplica second = member(1);
        first.crash();
        second.crash();
        SimWriter next = cluster.writer("w2");
        next.start(LONG_SEGMENTS);
        cluster.millis(1000);
        assertThat(next.isOpen()).isFalse();
        second.start();
        cluster.millis(500);
        assertThat(next.isOpen()).isTrue();
        assertThat(cluster.segments().getFirst().end()).isEqualTo(4);
    }

    @Test
    void trimmed_segments_go_from_the_metadata_and_from_disks() {
        writer.start(SETTINGS);
        for (int i = 0; i < 20; i++) {
            writer.append(5);
            cluster.millis(40);
        }
        cluster.millis(200);
        SegmentId first = cluster.segments().getFirst().id();
        writer.trim(100);
        cluster.millis(300);
        assertThat(cluster.segments().getFirst().id().firstOffset()).isGreaterThan(80);
        assertThat(cluster.replicas).allMatch(replica -> replica.disk.end(first) == 0);
    }

    @Test
    void a_segment_that_is_trimmed_before_its_seal_is_read_back_was_rolled_all_the_same() {
        Segment old = Segment.open(new SegmentId("shard", 0, 0), 1, List.of("j0"), 1);
        Segment next = Segment.open(new SegmentId("shard", 1, 10), 1, List.of("j1"), 1);
        ShardView trimmed =
                new ShardView(
                        "shard",
                        new Versioned<>(new ShardHead("shard", 1, "w", 2), 5),
                        List.of(new Versioned<>(next, 4)));
        List<Segment> rolled = new ArrayList<>();
        Metadata metadata =
                new Metadata() {
                    @Override
                    public void read(String shard, Consumer<Answer> told) {
                        told.accept(new Answer.Found(trimmed));
                    }

                    @Override
                    public void change(List<Change> changes, String why, Consumer<Outcome> told) {
                        throw new AssertionError("there is nothing to change: " + changes);
                    }
                };
        Ports ports =
                new Ports(
                        metadata,
                        (to, message) -> {},
                        List::of,
                        cluster.world::now,
                        cluster.world.chance,
                        cluster.events);
        new Rolling(
                        new Rolling.Plan(old, 9, List.of("j1"), RollReason.SIZE),
                        ports,
                        new Rolling.Told() {
                            @Override
                            public void rolled(Segment segment) {
                                rolled.add(segment);
                            }

                            @Override
                            public void fenced(long epoch) {
                                throw new AssertionError("fenced by " + epoch);
                            }
                        })
                .start();
        assertThat(rolled).containsExactly(next);
    }
}
