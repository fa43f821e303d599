package io.robustmq.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** What one shard must hold, whatever its disk does, by what was told. */
final class ShardModel {
    /** An append of this life that was not acknowledged, or not yet. */
    private record Unknown(String text, int order) {}

    private final String name;

    /** Acknowledged, by offset; also what was read after a crash, which stays. */
    private final TreeMap<Long, String> acknowledged = new TreeMap<>();

    /** Keys of all texts ever appended. */
    private final Map<String, Integer> keys = new HashMap<>();

    private final Map<String, Unknown> unknown = new HashMap<>();
    private final TreeMap<Long, Integer> snapshots = new TreeMap<>();
    private final Map<Long, List<Integer>> triedSnapshots = new HashMap<>();

    /** Ends of gaps: a snapshot was on disk before the records that it holds. */
    private final Set<Long> lost = new HashSet<>();

    private long next;
    private long trimmed;
    private int appended;

    ShardModel(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    long next() {
        return next;
    }

    long trimmed() {
        return trimmed;
    }

    /** What is to be appended: unlike all before. */
    Append append(String text, int key) {
        keys.put(text, key);
        unknown.put(text, new Unknown(text, appended++));
        return new Append(Shards.utf8(text), key) {
            @Override
            public void appended(long offset, long epochMillis) {
                if (unknown.remove(text) == null || offset != next) {
                    throw new AssertionError("told " + offset + ", expected " + next);
                }
                acknowledged.put(offset, text);
                next = offset + 1;
            }

            @Override
            public void failed(IOException why) {
                if (!unknown.containsKey(text)) {
                    throw new AssertionError("told twice");
                }
            }
        };
    }

    /** The shard takes appends again: what it told as failed may not come back. */
    void mended() {
        unknown.clear();
    }

    void trim(long offset) {
        trimmed = Math.max(trimmed, offset);
    }

    void trySnapshot(long offset, int value) {
        triedSnapshots.computeIfAbsent(offset, any -> new ArrayList<>()).add(value);
    }

    void snapshotSaved(long offset, int value) {
        snapshots.put(offset, value);
    }

    /**
     * After a crash.
     *
     * @param lossy whether the end of what was acknowledged may be lost
     */
    void check(Shard shard, boolean lossy) throws IOException {
        TreeMap<Long, String> found = read(shard, shard.firstOffset(), lossy);
        assertThat(shard.firstOffset()).as("beginning").isLessThanOrEqualTo(trimmed);
        if (lossy) {
            acknowledged.tailMap(found.isEmpty() ? -1 : found.lastKey(), false).clear();
        } else {
            assertThat(shard.nextOffset()).as("end").isGreaterThanOrEqualTo(next);
        }
        next = shard.nextOffset();
        int order = -1;
        for (Map.Entry<Long, String> record : found.entrySet()) {
            String expected = acknowledged.get(record.getKey());
            if (expected == null) {
                Unknown was = unknown.remove(record.getValue());
                if (was == null || was.order <= order) {
                    throw new AssertionError("invented or out of order: " + record);
                }
                order = was.order;
                acknowledged.put(record.getKey(), record.getValue());
            } else {
                assertThat(record.getValue()).isEqualTo(expected);
            }
        }
        acknowledged.headMap(shard.firstOffset()).clear();
        assertThat(found).isEqualTo(acknowledged);
        unknown.clear();
        checkSnapshot(shard);
    }

    private void checkSnapshot(Shard shard) throws IOException {
        long[] at = {-1};
        Integer restored =
                shard.restore((offset, in) -> {
                    at[0] = offset;
                    int value = in.readInt();
                    in.skipNBytes(value % 5000);
                    assertThat(in.read()).as("the end of the state").isEqualTo(-1);
                    return value;
                });
        if (!snapshots.isEmpty()) {
            assertThat(at[0]).as("snapshot").isGreaterThanOrEqualTo(snapshots.lastKey());
        }
        if (restored != null) {
            assertThat(triedSnapshots.get(at[0])).contains(restored);
            snapshots.put(at[0], restored);
        }
    }

    /** While it lives. */
    void checkReading(Shard shard, long from) throws IOException {
        long begin = Math.max(from, shard.firstOffset());
        assertThat(read(shard, begin, false)).isEqualTo(acknowledged.tailMap(begin, true));
    }

    void checkKey(Shard shard, int key) throws IOException {
        TreeMap<Long, String> expected =
                new TreeMap<>(acknowledged.tailMap(shard.firstOffset(), true));
        expected.values().removeIf(text -> !Objects.equals(keys.get(text), key));
        TreeMap<Long, String> found = new TreeMap<>();
        shard.readKey(
                0,
                key,
                new RecordReader() {
                    @Override
                    public boolean record(long offset, long millis, ByteBuffer payload) {
                        return keep(found, offset, payload);
                    }

                    @Override
                    public boolean gap(long begin, long end, IOException why) throws IOException {
                        if (!lost.contains(end)) {
                            throw why;
                        }
                        return true;
                    }
                });
        assertThat(found).isEqualTo(expected);
    }

    void checkEach(Shard shard, long[] offsets) throws IOException {
        TreeMap<Long, String> expected = new TreeMap<>();
        for (long offset : offsets) {
            String text = offset < shard.firstOffset() ? null : acknowledged.get(offset);
            expected.put(offset, text == null ? "gap" : text);
        }
        TreeMap<Long, String> found = new TreeMap<>();
        shard.readEach(
                offsets,
                0,
                offsets.length,
                new RecordReader() {
                    @Override
                    public boolean record(long offset, long millis, ByteBuffer payload) {
                        return keep(found, offset, payload);
                    }

                    @Override
                    public boolean gap(long from, long to, IOException why) {
                        assertThat(to).isEqualTo(from + 1);
                        found.put(from, "gap");
                        return true;
                    }
                });
        assertThat(found).isEqualTo(expected);
    }

    private TreeMap<Long, String> read(Shard shard, long from, boolean lossy) throws IOException {
        TreeMap<Long, String> found = new TreeMap<>();
        long[] expected = {from};
        shard.read(
                from,
                new RecordReader() {
                    @Override
                    public boolean record(long offset, long millis, ByteBuffer payload) {
                        if (offset != expected[0]++) {
                            throw new AssertionError(offset + " after " + found.lastEntry());
                        }
                        return keep(found, offset, payload);
                    }

                    @Override
                    public boolean gap(long begin, long end, IOException why) throws IOException {
                        boolean inSnapshot = lossy && triedSnapshots.containsKey(end);
                        if (!inSnapshot && !lost.contains(end)) {
                            throw why;
                        }
                        lost.add(end);
                        expected[0] = end;
                        return true;
                    }
                });
        return found;
    }

    private static boolean keep(TreeMap<Long, String> found, long offset, ByteBuffer payload) {
        found.put(offset, Shards.text(payload));
        return true;
    }
}
