package io.robustmq.journal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * A directory of a {@link FakeDisk}: as processes see it, as it is on disk, and what happened to it
 * since it was synced.
 */
final class FakeFolder implements FakeDisk.Entry {
    private sealed interface Change {
        record Put(String name, FakeDisk.Entry entry) implements Change {}

        record Remove(String name) implements Change {}

        /** Atomic, as every journaling file system has it. */
        record Rename(String from, String to) implements Change {}
    }

    private final Map<String, FakeDisk.Entry> visible = new HashMap<>();
    private final Map<String, FakeDisk.Entry> durable = new HashMap<>();
    private final List<Change> unsynced = new ArrayList<>();

    Map<String, FakeDisk.Entry> visible() {
        return visible;
    }

    void putDurably(String name, FakeDisk.Entry entry) {
        visible.put(name, entry);
        durable.put(name, entry);
    }

    void removeDurably(String name) {
        visible.remove(name);
        durable.remove(name);
    }

    void put(String name, FakeDisk.Entry entry) {
        record(new Change.Put(name, entry));
    }

    void remove(String name) {
        record(new Change.Remove(name));
    }

    void rename(String from, String to) {
        record(new Change.Rename(from, to));
    }

    private void record(Change change) {
        unsynced.add(change);
        apply(change, visible);
    }

    void sync() {
        unsynced.forEach(change -> apply(change, durable));
        unsynced.clear();
    }

    /** After a power cut, each change since the last sync is there or not. */
    void settle(RandomGenerator chance) {
        int percent = List.of(0, 30, 70, 100).get(chance.nextInt(4));
        for (Change change : unsynced) {
            if (chance.nextInt(100) < percent) {
                apply(change, durable);
            }
        }
        unsynced.clear();
        visible.clear();
        visible.putAll(durable);
    }

    private static void apply(Change change, Map<String, FakeDisk.Entry> entries) {
        switch (change) {
            case Change.Put(String name, FakeDisk.Entry entry) -> entries.put(name, entry);
            case Change.Remove(String name) -> entries.remove(name);
            case Change.Rename(String from, String to) -> {
                FakeDisk.Entry moved = entries.remove(from);
                if (moved != null) {
                    entries.put(to, moved);
                }
            }
        }
    }
}
