package io.robustmq.broker;

import io.robustmq.journal.Durability;
import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalSettings;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.Retention;
import io.robustmq.journal.Shard;
import io.robustmq.journal.ShardSettings;
import io.robustmq.telemetry.event.Events;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** A real journal in a temporary folder, for one broker after the other. */
final class TestLog implements AutoCloseable {
    private static final String SHARD = "mqtt";

    private final Path directory;
    private final InstantSource clock;
    private final Events events;
    private Journal journal;
    private boolean closed;
    private Shard shard;

    private TestLog(Path directory, InstantSource clock, Events events) throws IOException {
        this.directory = directory;
        this.clock = clock;
        this.events = events;
        reopen();
    }

    static TestLog open(InstantSource clock, Events events) throws IOException {
        return new TestLog(Files.createTempDirectory("broker-log"), clock, events);
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
                        new LocalDisk(),
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
                                Durability.OS,
                                new Retention(0, Duration.ZERO, true)));
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        journal.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
