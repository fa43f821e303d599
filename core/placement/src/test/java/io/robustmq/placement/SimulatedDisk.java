package io.robustmq.placement;

import io.robustmq.journal.RecordReader;
import io.robustmq.journal.SnapshotReader;
import io.robustmq.journal.SnapshotWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a member has on disk, and what may go wrong with it. */
final class SimulatedDisk implements Records {
    /** The process dies here. */
    static final class PowerCut extends Error {
        PowerCut() {
            super("power cut", null, false, false);
        }
    }

    private record Snapshot(long offset, byte[] bytes) {}

    private final RandomGenerator chance;
    private final List<byte[]> records = new ArrayList<>();
    private final List<Snapshot> snapshots = new ArrayList<>();
    private long trimmed;
    private boolean full;
    private boolean cut;
    private int untilPowerCut = Integer.MAX_VALUE;

    private final PlacementSimulation.Mutation mutation;

    private int honest;

    /** The second shard. */
    private final List<byte[]> received = new ArrayList<>();

    private int honestlyReceived;
    private static final byte[] GONE = {};

    SimulatedDisk(RandomGenerator chance, PlacementSimulation.Mutation mutation) {
        this.chance = chance;
        this.mutation = mutation;
    }

    void full(boolean from) {
        full = from;
    }

    /** The power goes during the {@code writes}th write from now. */
    void cutPowerAfter(int writes) {
        untilPowerCut = writes;
    }

    /** The power went: what the process still does is not seen by anybody. */
    boolean isCut() {
        return cut;
    }

    void restart() {
        cut = false;
        untilPowerCut = Integer.MAX_VALUE;
        if (mutation == PlacementSimulation.Mutation.LYING_DISKS) {
            while (records.size() > honest) {
                records.removeLast();
            }
            snapshots.removeIf(each -> each.offset > honest);
        }
        if (mutation == PlacementSimulation.Mutation.LYING_RECEIVED) {
            while (received.size() > honestlyReceived) {
                received.removeLast();
            }
        }
    }

    /** Beside the log, on the same disk. */
    Received received() {
        return new Received() {
            @Override
            public long begin() throws IOException {
                if (full) {
                    throw new IOException("No space left on device");
                }
                Collections.fill(received, GONE);
                return received.size();
            }

            @Override
            public void append(List<byte[]> chunks) throws IOException {
                if (cut) {
                    throw new PowerCut();
                }
                if (full) {
                    throw new IOException("No space left on device");
                }
                if (--untilPowerCut <= 0) {
                    received.addAll(chunks.subList(0, chance.nextInt(chunks.size() + 1)));
                    cut = true;
                    throw new PowerCut();
                }
                received.addAll(chunks);
                if (chance.nextInt(4) > 0) {
                    honestlyReceived = received.size();
                }
            }

            @Override
            public void read(long from, RecordReader reader) throws IOException {
                for (int i = (int) from; i < received.size(); i++) {
                    if (!reader.record(i, 0, ByteBuffer.wrap(received.get(i)))) {
                        return;
                    }
                }
            }
        };
    }

    @Override
    public long next() {
        return records.size();
    }

    @Override
    public void append(List<byte[]> more) throws IOException {
        if (cut) {
            throw new PowerCut();
        }
        if (full) {
            records.addAll(more.subList(0, chance.nextInt(more.size())));
            throw new IOException("No space left on device");
        }
        if (--untilPowerCut <= 0) {
            records.addAll(more.subList(0, chance.nextInt(more.size() + 1)));
            cut = true;
            throw new PowerCut();
        }
        if (mutation == PlacementSimulation.Mutation.LYING_DISKS && chance.nextInt(4) > 0) {
            honest = records.size();
        }
        records.addAll(more);
        if (mutation == PlacementSimulation.Mutation.FORGOTTEN_VOTES) {
            records.removeIf(SimulatedDisk::isTerm);
        }
    }

    private static boolean isTerm(byte[] record) {
        return record[2] == 3;
    }

    @Override
    public void read(long from, RecordReader reader) throws IOException {
        if (from < trimmed) {
            throw new IOException("record " + from + " is needed, and trimmed to " + trimmed);
        }
        for (int i = (int) from; i < records.size(); i++) {
            if (!reader.record(i, 0, ByteBuffer.wrap(records.get(i)))) {
                return;
            }
        }
    }

    @Override
    public void saveSnapshot(long offset, SnapshotWriter writer) throws IOException {
        if (full) {
            throw new IOException("No space left on device");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        writer.write(new DataOutputStream(bytes));
        if (--untilPowerCut <= 0) {
            if (chance.nextBoolean()) {
                snapshots.add(new Snapshot(offset, bytes.toByteArray()));
            }
            cut = true;
            throw new PowerCut();
        }
        snapshots.add(new Snapshot(offset, bytes.toByteArray()));
        while (snapshots.size() > 2) {
            snapshots.removeFirst();
        }
    }

    @Override
    public <T> @Nullable T restore(SnapshotReader<T> reader) throws IOException {
        if (snapshots.isEmpty()) {
            return null;
        }
        Snapshot last = snapshots.getLast();
        return reader.read(last.offset, new DataInputStream(new ByteArrayInputStream(last.bytes)));
    }

    @Override
    public void trim(long offset) {
        trimmed = Math.max(trimmed, offset);
    }

    @Override
    public @Nullable IOException failure() {
        return full ? new IOException("No space left on device") : null;
    }
}
