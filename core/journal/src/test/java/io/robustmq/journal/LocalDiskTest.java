package io.robustmq.journal;

import static io.robustmq.journal.Shards.append;
import static io.robustmq.journal.Shards.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.telemetry.event.Events;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LocalDiskTest {
    @TempDir Path directory;

    @Test
    void records_survive_on_a_real_disk_over_many_segments() throws Exception {
        List<String> written = new ArrayList<>();
        Random chance = new Random(1);
        for (int life = 0; life < 3; life++) {
            long size;
            try (Journal journal = journal(directory.resolve("deep/er"))) {
                Shard shard = shard(journal);
                List<CompletableFuture<Long>> appends = new ArrayList<>();
                for (int i = 0; i < 500; i++) {
                    String text = life + ":" + i + "x".repeat(chance.nextInt(3000));
                    written.add(text);
                    appends.add(shard.append(Shards.utf8(text)));
                }
                appends.getLast().get(10, TimeUnit.SECONDS);
                assertThat(texts(shard, 0)).isEqualTo(written);
                size = journal.measures().sizeBytes();
            }
            assertThat(size).isEqualTo(sizes(directory.resolve("deep/er/events")));
        }
    }

    @Test
    void another_process_cannot_open_the_shard() throws Exception {
        Process holder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty(
                                        "surefire.test.class.path",
                                        System.getProperty("java.class.path")),
                                LocalDiskTest.class.getName(),
                                directory.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader said = holder.inputReader()) {
            assertThat(said.readLine()).isEqualTo("open");
            try (Journal journal = journal(directory)) {
                assertThatThrownBy(journal::open)
                        .isInstanceOf(JournalInUseException.class)
                        .hasMessageContaining(directory.toString());
            }
        } finally {
            holder.destroyForcibly().waitFor();
        }
        try (Journal journal = journal(directory)) {
            Shard shard = shard(journal);
            assertThat(texts(shard, 0)).containsExactly("from the other process");
        }
    }

    /** The other process: holds the shard until it is killed. */
    public static void main(String[] args) throws Exception {
        try (Journal journal = journal(Path.of(args[0]))) {
            Shard shard = shard(journal);
            append(shard, "from the other process");
            System.out.println("open");
            System.in.read();
        }
    }

    private static long sizes(Path shard) {
        long bytes = 0;
        for (File file : shard.toFile().listFiles()) {
            bytes += file.getName().endsWith(Names.SEGMENT) ? file.length() : 0;
        }
        return bytes;
    }

    @Test
    void a_file_where_the_directory_should_be_is_an_error() throws Exception {
        Files.writeString(directory.resolve("taken"), "");
        try (Journal journal = journal(directory.resolve("taken"))) {
            assertThatThrownBy(journal::open)
                    .isInstanceOf(java.nio.file.FileSystemException.class)
                    .hasMessageContaining("taken");
        }
    }

    @Test
    void a_region_is_whole_frames_as_they_are_on_disk() throws Exception {
        try (Journal journal = journal(directory)) {
            Shard shard = shard(journal);
            List<Integer> sizes = new ArrayList<>();
            CompletableFuture<Long> last = new CompletableFuture<>();
            for (int i = 0; i < 300; i++) {
                byte[] payload = new byte[i * 37 % 1000];
                sizes.add(Frame.bytes(payload.length, 1));
                last = shard.append(payload, i);
            }
            last.get(10, TimeUnit.SECONDS);
            assertThat(shard.region(300, 1000)).isNull();
            long next = 0;
            while (next < 300) {
                try (Region region = Objects.requireNonNull(shard.region(next, 5000))) {
                    long expected = 0;
                    for (long i = next; i < region.nextOffset(); i++) {
                        expected += sizes.get((int) i);
                    }
                    assertThat(region.bytes()).isEqualTo(expected).isLessThanOrEqualTo(5000);
                    ByteBuffer bytes = ByteBuffer.allocate(region.bytes());
                    region.channel().read(bytes, region.position());
                    assertThat(bytes.getLong(Frame.OFFSET_AT)).isEqualTo(next);
                    assertThat(bytes.getInt(Frame.LENGTH_AT) + Frame.HEADER_BYTES)
                            .isEqualTo(sizes.get((int) next));
                    next = region.nextOffset();
                }
            }
            assertThat(next).isEqualTo(300);
            try (Region one = Objects.requireNonNull(shard.region(1, 1))) {
                assertThat(one.nextOffset()).as("at least one").isEqualTo(2);
            }
        }
    }

    @Test
    void a_reader_that_is_interrupted_disturbs_no_other() throws Exception {
        try (Journal journal = journal(directory)) {
            Shard shard = shard(journal);
            for (int i = 0; i < 50; i++) {
                append(shard, "r" + i);
            }
            Thread interrupted =
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int i = 0; i < 200; i++) {
                                    Thread.currentThread().interrupt();
                                    try {
                                        texts(shard, 0);
                                    } catch (IOException e) {
                                        // its own interruption
                                    }
                                }
                            });
            while (interrupted.isAlive()) {
                assertThat(texts(shard, 0)).hasSize(50);
            }
            interrupted.join();
        }
    }

    private static Journal journal(Path directory) {
        return new Journal(
                new JournalSettings(List.of(directory), Duration.ofMinutes(1)),
                new LocalDisk(),
                InstantSource.system(),
                new SplittableRandom(),
                Events.NONE);
    }

    private static Shard shard(Journal journal) throws IOException {
        journal.open();
        return journal.shard("events", Shards.settings(64 << 10, Durability.FSYNC));
    }
}
