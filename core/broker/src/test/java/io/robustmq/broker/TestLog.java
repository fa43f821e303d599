package io.robustmq.broker;

import io.robustmq.journal.Disk;
import io.robustmq.journal.Durability;
import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalSettings;
import io.robustmq.journal.Retention;
import io.robustmq.journal.Shard;
import io.robustmq.journal.ShardSettings;
import io.robustmq.telemetry.event.Events;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** A real journal in a temporary folder, for one broker after the other. */
final class TestLog implements AutoCloseable {
    private static final String SHARD = "mqtt";

    private final Disk disk;
    private final InstantSource clock;
    private final Events events;
    private Path directory;
    private Journal journal;
    private boolean closed;
    private Shard shard;

    private TestLog(Path directory, Disk disk, InstantSource clock, Events events)
            throws IOException {
        this.directory = directory;
        this.disk = disk;
        this.clock = clock;
        this.events = events;
        reopen();
    }

    static TestLog open(Disk disk, InstantSource clock, Events events) throws IOException {
        return new TestLog(Files.createTempDirectory("broker-log"), disk, clock, events);
    }

    Shard shard() {
        return shard;
    }

    /** As the next process finds it. */
    void reopen() throws IOException {
        if (journal != null) {
            journal.close();
        }
        journal =
                new Journal(
                        new JournalSettings(List.of(directory), Duration.ofSeconds(10)),
                        disk,
                        clock,
                        new Random(1),
                        events);
        journal.open();
        shard =
                journal.shard(
                        SHARD,
                        new ShardSettings(
                                1 << 20,
                                Duration.ZERO,
                                Durability.FSYNC,
                                new Retention(0, Duration.ZERO, true)));
    }

    /** What would be there if the process was killed now; nobody publishes meanwhile. */
    Path copy() throws IOException {
        while (true) {
            Path copy = Files.createTempDirectory("broker-log");
            try {
                copyTo(copy);
                return copy;
            } catch (NoSuchFileException e) {
                delete(copy); // a segment was trimmed meanwhile
            }
        }
    }

    private void copyTo(Path copy) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(directory)) {
            all = new ArrayList<>(files.filter(each -> !each.equals(directory)).toList());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        // folders, then snapshots: a segment has at least what a snapshot before it stands for
        all.sort(
                Comparator.comparing((Path each) -> !Files.isDirectory(each))
                        .thenComparing(each -> !each.toString().endsWith(".snap")));
        for (Path each : all) {
            Files.copy(each, copy.resolve(directory.relativize(each)));
        }
    }

    /** Changes a byte where {@code text} is. */
    static void damage(Path directory, String text) throws IOException {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".seg")).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                for (int at = 0; at <= bytes.length - wanted.length; at++) {
                    if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
                        bytes[at] ^= 1;
                        Files.write(file, bytes);
                        return;
                    }
                }
            }
        }
        throw new AssertionError(text + " is in no segment");
    }

    /** As the next process finds it that is started on a {@link #copy}. */
    void reopen(Path copy) throws IOException {
        journal.close();
        delete(directory);
        directory = copy;
        reopen();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        journal.close();
        delete(directory);
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
