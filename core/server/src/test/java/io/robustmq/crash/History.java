package io.robustmq.crash;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Facts in the order in which they became true. A fact that comes before an action of its client
 * (sending) stands before everything that the action leads to.
 */
final class History {
    private final List<Entry> entries = new ArrayList<>();
    private long lastArrival = System.nanoTime();
    private long arrivals;

    record Entry(long nanos, Fact fact) {}

    synchronized void add(Fact fact) {
        long now = System.nanoTime();
        if (fact instanceof Fact.Received) {
            lastArrival = now;
            arrivals++;
        }
        entries.add(new Entry(now, fact));
    }

    synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }

    synchronized long arrivals() {
        return arrivals;
    }

    /** Time since a message last arrived anywhere. */
    synchronized long quietMillis() {
        return (System.nanoTime() - lastArrival) / 1_000_000;
    }

    /** One fact a line, for who looks for the reason. */
    static void write(List<Entry> entries, Path file) throws IOException {
        long began = entries.isEmpty() ? 0 : entries.getFirst().nanos();
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int i = 0; i < entries.size(); i++) {
                Entry entry = entries.get(i);
                out.write(i + " " + (entry.nanos() - began) / 1_000 + "us " + entry.fact());
                out.newLine();
            }
        }
    }
}
