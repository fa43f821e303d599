package io.robustmq.journal;

import io.robustmq.telemetry.event.Events;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** Where a shard lives, and what it shares with the others. */
record Home(
        Node node, String shard, Path directory, ShardSettings settings, ShardMeasures measures) {

    /** What all shards of a journal share. */
    record Node(
            Disk disk,
            InstantSource clock,
            RandomGenerator random,
            Events events,
            Duration slowSync,
            ReadHandles handles,
            Indexes indexes,
            JournalMeasures measures) {

        int salt() {
            synchronized (random) {
                return random.nextInt();
            }
        }
    }

    Disk disk() {
        return node.disk;
    }

    InstantSource clock() {
        return node.clock;
    }

    Events events() {
        return node.events;
    }

    Path segment(long baseOffset) {
        return Names.file(directory, baseOffset, Names.SEGMENT);
    }
}
