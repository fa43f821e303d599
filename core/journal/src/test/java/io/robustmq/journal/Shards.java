package io.robustmq.journal;

import io.robustmq.telemetry.event.Events;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Short ways to say in a test what a shard holds. */
final class Shards {
    static final Path DIRECTORY = Path.of("/data");
    static final int HEADER_BYTES = Segment.headerBytes("events");

    private Shards() {}

    static JournalSettings settings(long segmentBytes, Durability durability) {
        return new JournalSettings(
                DIRECTORY, "events", segmentBytes, durability, Duration.ofMinutes(1));
    }

    static Path segment(long baseOffset) {
        return Segment.path(DIRECTORY.resolve("events"), baseOffset);
    }

    static Journal opened(Disk disk, Events events, long segmentBytes) throws IOException {
        Journal journal =
                new Journal(
                        settings(segmentBytes, Durability.FSYNC),
                        disk,
                        InstantSource.system(),
                        events);
        journal.open();
        return journal;
    }

    /** Waits until it is acknowledged. */
    static long append(Journal journal, String text)
            throws InterruptedException, ExecutionException, TimeoutException {
        return journal.append(utf8(text)).get(10, TimeUnit.SECONDS);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static List<String> texts(Journal journal, long fromOffset) throws IOException {
        List<String> texts = new ArrayList<>();
        journal.read(
                fromOffset,
                (offset, epochMillis, payload) -> {
                    if (offset != fromOffset + texts.size()) {
                        throw new AssertionError("offset " + offset + " at " + texts.size());
                    }
                    return texts.add(new String(payload, StandardCharsets.UTF_8));
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
