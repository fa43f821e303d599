package io.robustmq.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/**
 * Brings what the journal has made durable to the loops: one task for each loop and group, in the
 * order of the log. On the journal's thread.
 */
final class Commits implements Runnable {
    private List<Loop> loops = List.of();
    private List<List<LogEntry>> byLoop = List.of();

    /** Before the first append. */
    void open(List<Loop> all) {
        loops = all;
        List<List<LogEntry>> lists = new ArrayList<>();
        all.forEach(loop -> lists.add(new ArrayList<>()));
        byLoop = lists;
    }

    void add(LogEntry entry) {
        if (entry instanceof Publishing publishing) {
            for (int i = 0; i < byLoop.size(); i++) {
                if (i == entry.loop().index() || publishing.isFor(i)) {
                    byLoop.get(i).add(entry);
                }
            }
        } else {
            byLoop.get(entry.loop().index()).add(entry);
        }
    }

    /** The group is complete. */
    @Override
    public void run() {
        for (int i = 0; i < byLoop.size(); i++) {
            List<LogEntry> entries = byLoop.get(i);
            if (!entries.isEmpty()) {
                byLoop.set(i, new ArrayList<>(entries.size()));
                hand(entries, loops.get(i));
            }
        }
    }

    private static void hand(List<LogEntry> entries, Loop loop) {
        try {
            loop.executor().execute(() -> loop.committed(entries));
        } catch (RejectedExecutionException e) {
            // the broker is closed; whoever waited for it is gone
        }
    }
}
