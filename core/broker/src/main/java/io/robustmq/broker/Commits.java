package io.robustmq.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/**
 * Brings what the journal has made durable to the loops, in the order of the log: first what is to
 * be delivered to each loop that has subscribers, then to the loop that it came from that it is in
 * the log. So what a publisher's loop hands to another one after that comes there after it, too. On
 * the journal's thread; one task of each kind for each loop and group.
 */
final class Commits implements Runnable {
    private List<Loop> loops = List.of();

    // of the group, by loop
    private List<List<Publishing>> messages = List.of();
    private List<List<LogEntry>> entries = List.of();

    /** Before the first append. */
    void open(List<Loop> all) {
        loops = all;
        List<List<Publishing>> noMessages = new ArrayList<>();
        List<List<LogEntry>> noEntries = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            noMessages.add(new ArrayList<>());
            noEntries.add(new ArrayList<>());
        }
        messages = noMessages;
        entries = noEntries;
    }

    void add(LogEntry entry) {
        if (loops.size() > 1 && entry instanceof Publishing message) {
            for (Loop loop : loops) {
                if (message.isFor(loop)) {
                    messages.get(loop.index()).add(message);
                }
            }
        }
        entries.get(entry.loop().index()).add(entry);
    }

    /** The group is complete. */
    @Override
    public void run() {
        if (loops.size() == 1) {
            List<LogEntry> all = entries.getFirst();
            entries.set(0, new ArrayList<>(all.size()));
            Loop loop = loops.getFirst();
            hand(loop, () -> loop.deliveredAndCommitted(all));
            return;
        }
        for (Loop loop : loops) {
            List<Publishing> of = messages.get(loop.index());
            if (!of.isEmpty()) {
                messages.set(loop.index(), new ArrayList<>(of.size()));
                hand(loop, () -> loop.delivered(of));
            }
        }
        for (Loop loop : loops) {
            List<LogEntry> of = entries.get(loop.index());
            if (!of.isEmpty()) {
                entries.set(loop.index(), new ArrayList<>(of.size()));
                hand(loop, () -> loop.committed(of));
            }
        }
    }

    private static void hand(Loop loop, Runnable task) {
        try {
            loop.executor().execute(task);
        } catch (RejectedExecutionException e) {
            // the broker is closed; whoever waited for it is gone
        }
    }
}
