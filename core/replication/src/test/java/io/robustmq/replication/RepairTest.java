package io.robustmq.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.ReplicationEvent;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepairTest {
    private final SimCluster cluster = new SimCluster(5);
    private final SimWriter writer = cluster.writer("w");

    private void write() {
        writer.start(SimWriter.SETTINGS);
        for (int i = 0; i < 30; i++) {
            writer.append(4);
            cluster.millis(40);
        }
        cluster.repair("r").start();
        cluster.millis(300);
    }

    private List<Segment> on(String node) {
        return cluster.segments().stream()
                .filter(segment -> segment.ensemble().contains(node))
                .toList();
    }

    private void checkAllHaveAll() {
        for (Segment segment : cluster.segments()) {
            if (!segment.isOpen()) {
                assertThat(segment.ensemble())
                        .hasSize(3)
                        .allMatch(node ->
                                cluster.replica(node).disk.end(segment.id()) >= segment.end());
            }
        }
    }

    @Test
    void what_a_dead_node_had_is_copied_to_others() {
        write();
        SimReplica dead = cluster.replica("j1");
        assertThat(on("j1")).isNotEmpty();
        dead.lose();
        cluster.unlisted.add("j1");
        cluster.millis(6000);
        assertThat(on("j1")).isEmpty();
        checkAllHaveAll();
        assertThat(cluster.events.of(ReplicationEvent.SegmentRepaired.class))
                .isNotEmpty()
                .allMatch(repaired -> repaired.fromNode().equals("j1"));
    }

    @Test
    void a_node_that_is_drained_has_nothing_in_the_end_and_then_deletes_it() {
        write();
        List<Segment> before = on("j2");
        cluster.draining.add("j2");
        cluster.millis(6000);
        assertThat(on("j2")).isEmpty();
        checkAllHaveAll();
        assertThat(before)
                .isNotEmpty()
                .allMatch(segment ->
                        cluster.replica("j2").disk.end(segment.id()) == segment.id().firstOffset());
    }

    @Test
    void a_node_that_is_away_for_a_moment_keeps_what_it_has() {
        write();
        List<Segment> before = cluster.segments();
        SimReplica away = cluster.replica("j1");
        away.crash();
        cluster.unlisted.add("j1");
        cluster.millis(150);
        away.start();
        cluster.unlisted.clear();
        cluster.millis(2000);
        assertThat(cluster.events.of(ReplicationEvent.SegmentRepaired.class)).isEmpty();
        assertThat(cluster.segments()).containsAll(before.subList(0, before.size() - 1));
    }

    @Test
    void a_segment_with_too_few_replicas_gets_more_when_there_are_nodes() {
        cluster.unlisted.addAll(List.of("j2", "j3", "j4"));
        write();
        assertThat(cluster.segments()).allMatch(segment -> segment.ensemble().size() == 2);
        cluster.unlisted.clear();
        cluster.millis(6000);
        checkAllHaveAll();
    }
}
