package io.robustmq.eventlog;

import io.robustmq.journal.RecordReader;
import io.robustmq.journal.Shard;
import io.robustmq.telemetry.pipeline.Counted;
import io.robustmq.telemetry.pipeline.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where each sink is: each record of their shard has all of them, so that the last one that can be
 * read is enough. A line each, {@code <sink> <seq> <count of each Counted>}; that of the traced
 * ones is missing in what earlier nodes have written. Any thread.
 */
final class Cursors {
    private static final int COUNTS = Counted.values().length;

    private final Shard shard;
    private Map<String, Place> places = new HashMap<>();

    Cursors(Shard shard) {
        this.shard = shard;
    }

    synchronized void open() throws IOException {
        shard.read(
                0,
                new RecordReader() {
                    @Override
                    public boolean record(long offset, long epochMillis, ByteBuffer payload) {
                        Map<String, Place> read = decoded(payload);
                        places = read == null ? places : read;
                        return true;
                    }

                    @Override
                    public boolean gap(long from, long to, IOException why) {
                        return true; // an earlier place: some events are shipped twice
                    }
                });
    }

    synchronized @Nullable Place get(String sink) {
        return places.get(sink);
    }

    /** If the disk fails now, the next one tells as much. */
    synchronized void put(String sink, Place place) {
        places.put(sink, place);
        var unused = shard.append(encoded());
    }

    private byte[] encoded() {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(places)
                .forEach((sink, place) -> {
                    text.append(sink).append(' ').append(place.seq());
                    for (long count : place.counts()) {
                        text.append(' ').append(count);
                    }
                    text.append('\n');
                });
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static @Nullable Map<String, Place> decoded(ByteBuffer record) {
        Map<String, Place> places = new HashMap<>();
        String text = StandardCharsets.UTF_8.decode(record.duplicate()).toString();
        for (String line : text.lines().toList()) {
            String[] words = line.split(" ");
            int said = words.length - 2;
            if (said != COUNTS && said != COUNTS - 1) {
                return null; // of a newer node
            }
            long[] counts = new long[COUNTS];
            Arrays.setAll(counts, i -> i < said ? Long.parseLong(words[2 + i]) : 0);
            places.put(words[0], new Place(Long.parseLong(words[1]), counts));
        }
        return places;
    }
}
