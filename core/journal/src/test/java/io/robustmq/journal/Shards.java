package io.robustmq.journal;

import io.robustmq.telemetry.event.Events;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Short ways to say in a test what a shard holds. */
final class Shards {
    static final Path DIRECTORY = Path.of("/data");
    static final String SHARD = "events";
    static final Path FOLDER = DIRECTORY.resolve(SHARD);
    static final int HEADER_BYTES = SegmentHeader.bytes(SHARD);

    private Shards() {}

    static JournalSettings settings() {
        return new JournalSettings(List.of(DIRECTORY), Duration.ofMinutes(1));
    }

    static ShardSettings settings(long segmentBytes, Durability durability) {
        return new ShardSettings(segmentBytes, Duration.ZERO, durability, Retention.TRIMMED);
    }

    static Path segment(long baseOffset) {
        return file(baseOffset, Names.SEGMENT);
    }

    static Path file(long offset, String suffix) {
        return Names.file(FOLDER, offset, suffix);
    }

    static Journal journal(Disk disk, InstantSource clock, Events events) throws IOException {
        Journal journal = new Journal(settings(), disk, clock, new SplittableRandom(1), events);
        journal.open();
        return journal;
    }

    /** A journal with one shard. */
    static Opened opened(Disk disk, Events events, ShardSettings settings) throws IOException {
        return opened(disk, InstantSource.system(), events, settings);
    }

    static Opened opened(Disk disk, Events events, long segmentBytes) throws IOException {
        return opened(disk, events, settings(segmentBytes, Durability.FSYNC));
    }

    static Opened opened(Disk disk, InstantSource clock, Events events, ShardSettings settings)
            throws IOException {
        Journal journal = journal(disk, clock, events);
        boolean complete = false;
        try {
            Opened opened = new Opened(journal, journal.shard(SHARD, settings));
            complete = true;
            return opened;
        } finally {
            if (!complete) {
                journal.close();
            }
        }
    }

    record Opened(Journal journal, Shard shard) implements AutoCloseable {
        @Override
        public void close() {
            journal.close();
        }
    }

    /** Waits until it is acknowledged. */
    static long append(Shard shard, String text, int... keys)
            throws InterruptedException, ExecutionException, TimeoutException {
        return shard.append(utf8(text), keys).get(10, TimeUnit.SECONDS);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(ByteBuffer payload) {
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static List<String> texts(Shard shard, long fromOffset) throws IOException {
        List<String> texts = new ArrayList<>();
        shard.read(
                fromOffset,
                (offset, epochMillis, payload) -> {
                    if (offset != fromOffset + texts.size()) {
                        throw new AssertionError("offset " + offset + " at " + texts.size());
                    }
                    return texts.add(text(payload));
                });
        return texts;
    }

    static Throwable failure(CompletableFuture<Long> append) throws InterruptedException {
        try {
            Long offset = append.get(10, TimeUnit.SECONDS);
            throw new AssertionError("was acknowledged with offset " + offset);
        } catch (ExecutionException e) {
            return Objects.requireNonNull(e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("neither acknowledged nor failed", e);
        }
    }
}
