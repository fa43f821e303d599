package io.robustmq.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.crash.Out.Hello;
import io.robustmq.testkit.RobustMq;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that were damaged while the process was stopped: only what was in the damage is lost. */
final class DamageIT {
    private static final int MESSAGES = 6_000;
    private static final int FILLING = 1_000;

    /** Records of about {@link #FILLING} bytes in the blocks of 4 KiB that a damage touches. */
    private static final int AROUND_A_BIT = 10;

    @TempDir static Path original;
    @TempDir Path data;

    /** A subscriber that was away while six segments were filled. */
    @BeforeAll
    static void store() throws Exception {
        try (RobustMq node = setup(original).start()) {
            Kept.subscribe(node.mqttPort(), "k/#");
            try (Wire wire = Wire.connected(node.mqttPort(), true, "p", Hello.CLEAN)) {
                for (int sent = 0; sent < MESSAGES; ) {
                    int batch = Math.min(500, MESSAGES - sent);
                    Out out = wire.out();
                    for (int i = 0; i < batch; i++) {
                        byte[] payload = new MessageId("p", ++sent).payload(FILLING);
                        out.publish("k/1", payload, 1, false, false, i + 1);
                    }
                    wire.send(out);
                    for (int i = 0; i < batch; i++) {
                        Packet puback = wire.await(Packet.PUBACK, Duration.ofSeconds(20));
                        assertThat(puback.reason()).isLessThan(Packet.FAILURE);
                    }
                }
            }
        }
    }

    @Test
    void undamaged_everything_is_delivered() throws Exception {
        copy();
        try (RobustMq node = setup(data).start()) {
            assertThat(missing(node).size()).as("missing messages").isZero();
        }
    }

    @Test
    void a_flipped_bit_costs_the_records_around_it() throws Exception {
        copy();
        Path file = sealed();
        flip(file, Files.size(file) / 2);
        try (RobustMq node = setup(data).start()) {
            SortedSet<Long> missing = missing(node);
            node.awaitRecord(
                    "journal.corrupt", record -> names(record.path("file").asText(), file));
            assertThat(missing.size()).isBetween(1, AROUND_A_BIT);
            assertThat(missing.last() - missing.first()).isLessThan(AROUND_A_BIT);
        }
    }

    @Test
    void a_truncated_segment_costs_what_was_cut_off() throws Exception {
        copy();
        Path file = sealed();
        long cut = Files.size(file) / 4;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(Files.size(file) - cut);
        }
        try (RobustMq node = setup(data).start()) {
            SortedSet<Long> missing = missing(node);
            node.awaitRecord(
                    "journal.corrupt", record -> names(record.path("file").asText(), file));
            long most = cut / FILLING + AROUND_A_BIT;
            assertThat((long) missing.size()).isBetween(1L, most);
            assertThat(missing.last() - missing.first()).isLessThan(most);
        }
    }

    @Test
    void a_deleted_index_costs_nothing() throws Exception {
        copy();
        Path index = sibling(sealed(), ".idx");
        Files.delete(index);
        try (RobustMq node = setup(data).start()) {
            assertThat(missing(node).size()).as("missing messages").isZero();
            node.awaitRecord(
                    "journal.index_rebuilt", record -> names(record.path("file").asText(), index));
        }
    }

    @Test
    void a_damaged_index_costs_nothing() throws Exception {
        copy();
        Path index = sibling(sealed(), ".idx");
        flip(index, Files.size(index) / 2);
        try (RobustMq node = setup(data).start()) {
            assertThat(missing(node).size()).as("missing messages").isZero();
            node.awaitRecord(
                    "journal.index_rebuilt", record -> names(record.path("file").asText(), index));
        }
    }

    @Test
    void a_deleted_snapshot_costs_nothing() throws Exception {
        copy();
        for (Path snapshot : newestSnapshots()) {
            Files.delete(snapshot);
        }
        try (RobustMq node = setup(data).start()) {
            assertThat(missing(node).size()).as("missing messages").isZero();
        }
    }

    @Test
    void a_damaged_snapshot_costs_nothing_and_is_told() throws Exception {
        copy();
        List<Path> snapshots = newestSnapshots();
        for (Path snapshot : snapshots) {
            flip(snapshot, Files.size(snapshot) / 2);
        }
        try (RobustMq node = setup(data).start()) {
            assertThat(missing(node).size()).as("missing messages").isZero();
            for (Path snapshot : snapshots) {
                node.awaitRecord(
                        "journal.snapshot_damaged",
                        record -> names(record.path("file").asText(), snapshot));
            }
        }
    }

    // the broker

    private static RobustMq.Setup setup(Path folder) {
        return RobustMq.in(folder).set("journal.segment-size", "1MiB");
    }

    /** Numbers of the messages that the subscriber does not get; the others come in order. */
    private static SortedSet<Long> missing(RobustMq node) throws IOException {
        List<Long> came = Kept.drain(node.mqttPort()).stream().map(MessageId::number).toList();
        assertThat(came).isSorted();
        SortedSet<Long> missing = new TreeSet<>();
        for (long number = 1; number <= MESSAGES; number++) {
            missing.add(number);
        }
        missing.removeAll(came);
        return missing;
    }

    // its files

    private void copy() throws IOException {
        try (Stream<Path> files = Files.walk(original)) {
            for (Path file : files.toList()) {
                Path to = data.resolve(original.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else if (!file.startsWith(original.resolve("logs"))) {
                    Files.copy(file, to);
                }
            }
        }
    }

    /** In the middle of the shard that has most segments. */
    private Path sealed() throws IOException {
        List<Path> most = List.of();
        for (Path shard : shards()) {
            List<Path> segments = files(shard, ".seg");
            most = segments.size() > most.size() ? segments : most;
        }
        assertThat(most).as("segments of the largest shard").hasSizeGreaterThan(4);
        return most.get(most.size() / 2);
    }

    /** Of each shard that has one. */
    private List<Path> newestSnapshots() throws IOException {
        List<Path> newest = new ArrayList<>();
        for (Path shard : shards()) {
            List<Path> snapshots = files(shard, ".snap");
            if (!snapshots.isEmpty()) {
                newest.add(snapshots.getLast());
            }
        }
        assertThat(newest).as("snapshots").isNotEmpty();
        return newest;
    }

    private List<Path> shards() throws IOException {
        try (Stream<Path> shards = Files.list(data.resolve("journal"))) {
            return shards.filter(Files::isDirectory).toList();
        }
    }

    private static List<Path> files(Path shard, String ending) throws IOException {
        try (Stream<Path> files = Files.list(shard)) {
            return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        }
    }

    private static Path sibling(Path segment, String ending) {
        String name = segment.getFileName().toString();
        return segment.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ending);
    }

    private static boolean names(String told, Path file) {
        return told.endsWith(file.subpath(file.getNameCount() - 2, file.getNameCount()).toString());
    }

    private static void flip(Path file, long position) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, position);
            channel.write(ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 0x10)}), position);
        }
    }
}
