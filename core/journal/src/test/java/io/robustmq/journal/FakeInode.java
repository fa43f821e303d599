package io.robustmq.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A file of a {@link FakeDisk}: as processes see it, as it is on disk, and what was written since
 * it was synced.
 */
final class FakeInode implements FakeDisk.Entry {
    /** Parts of a file that reach the disk or not on their own. */
    private static final List<Integer> SECTORS = List.of(16, 64, 512);

    private sealed interface Change {
        record Write(int position, byte[] bytes) implements Change {}

        record Truncate(int size) implements Change {}
    }

    /** Bytes that grow without a copy for each write. */
    private static final class Content {
        private byte[] array = {};
        private int size;

        void write(int position, byte[] bytes, int from, int to) {
            int end = position + to - from;
            if (end > array.length) {
                array = Arrays.copyOf(array, Math.max(end, 2 * array.length));
            }
            System.arraycopy(bytes, from, array, position, to - from);
            size = Math.max(size, end);
        }

        void truncate(int to) {
            if (to < size) {
                Arrays.fill(array, to, size, (byte) 0);
                size = to;
            }
        }

        void set(Content other) {
            array = Arrays.copyOf(other.array, other.size);
            size = other.size;
        }
    }

    private final Content cached = new Content();
    private final Content onDisk = new Content();
    private final List<Change> unsynced = new ArrayList<>();
    private int spoiltFrom;
    private int spoiltTo;

    FakeInode(byte[] bytes) {
        cached.write(0, bytes, 0, bytes.length);
        onDisk.write(0, bytes, 0, bytes.length);
    }

    byte[] bytes() {
        return Arrays.copyOf(cached.array, cached.size);
    }

    void spoil(int from, int to) {
        spoiltFrom = from;
        spoiltTo = to;
    }

    /** How many bytes at {@code position} can be read, of {@code wanted} that are there or not. */
    int readable(int position, int wanted) throws IOException {
        if (position >= spoiltFrom && position < spoiltTo) {
            throw new IOException("Input/output error");
        }
        int end = position < spoiltFrom && spoiltFrom < spoiltTo ? spoiltFrom : cached.size;
        return Math.min(wanted, Math.min(end, cached.size) - position);
    }

    int size() {
        return cached.size;
    }

    /** The array behind the file; what is past {@link #size} is nothing. */
    byte[] array() {
        return cached.array;
    }

    void write(int position, byte[] bytes) {
        writeWithoutCache(position, bytes);
        cached.write(position, bytes, 0, bytes.length);
    }

    /** The power goes while it is written: it may be on disk, but no process sees it. */
    void writeWithoutCache(int position, byte[] bytes) {
        unsynced.add(new Change.Write(position, bytes));
    }

    void truncate(int size) {
        unsynced.add(new Change.Truncate(size));
        cached.truncate(size);
    }

    void sync() {
        for (Change change : unsynced) {
            switch (change) {
                case Change.Write(int position, byte[] bytes) ->
                        onDisk.write(position, bytes, 0, bytes.length);
                case Change.Truncate(int size) -> onDisk.truncate(size);
            }
        }
        unsynced.clear();
    }

    /** A sync that failed: a part is on disk, and the system forgets the rest. */
    void failSync(RandomGenerator chance) {
        reachDisk(chance);
        unsynced.clear();
    }

    /** After a power cut. */
    void settle(RandomGenerator chance) {
        reachDisk(chance);
        unsynced.clear();
        cached.set(onDisk);
    }

    private void reachDisk(RandomGenerator chance) {
        int percent = List.of(0, 20, 80, 100).get(chance.nextInt(4));
        int sector = SECTORS.get(chance.nextInt(SECTORS.size()));
        for (Change change : unsynced) {
            switch (change) {
                case Change.Write(int position, byte[] bytes) -> {
                    int at = 0;
                    while (at < bytes.length) {
                        int end = Math.min(bytes.length, at + sector - (position + at) % sector);
                        if (chance.nextInt(100) < percent) {
                            onDisk.write(position + at, bytes, at, end);
                        }
                        at = end;
                    }
                }
                case Change.Truncate(int size) -> {
                    if (chance.nextInt(100) < percent) {
                        onDisk.truncate(size);
                    }
                }
            }
        }
    }
}
