package io.robustmq.placement;

import com.hazelcast.cp.internal.raft.impl.log.LogEntry;
import com.hazelcast.cp.internal.raft.impl.log.SnapshotEntry;
import io.robustmq.journal.SnapshotWriter;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a member's log says up to an offset, to be kept beside it. Nothing of it changes, so any
 * thread may write it, and the state is never there as bytes as a whole.
 *
 * <pre>
 *   | n × (bytes:4 | record) | 0:4 |       RaftRecord draws a record
 * </pre>
 *
 * @param facts who it is, and what it must not forget
 * @param entries those after the snapshot
 */
record SnapshotFile(
        long offset,
        List<RaftRecord> facts,
        @Nullable SnapshotEntry snapshot,
        List<LogEntry> entries)
        implements SnapshotWriter {
    /** Takes what was written. */
    interface Reader {
        void record(RaftRecord record) throws IOException;
    }

    long index() {
        return snapshot == null ? 0 : snapshot.index();
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        for (RaftRecord fact : facts) {
            put(out, fact);
        }
        if (snapshot != null) {
            put(out, new RaftRecord.Kept(SnapshotHead.of(snapshot)));
            Iterator<byte[]> chunks = ((PlacementState) snapshot.operation()).encoded();
            while (chunks.hasNext()) {
                put(out, new RaftRecord.Chunk(chunks.next()));
            }
        }
        for (LogEntry entry : entries) {
            put(out, new RaftRecord.Appended(entry));
        }
        out.writeInt(0);
    }

    private static void put(DataOutputStream out, RaftRecord record) throws IOException {
        byte[] bytes = record.encoded();
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static void read(DataInputStream in, Reader reader) throws IOException {
        for (int bytes = in.readInt(); bytes != 0; bytes = in.readInt()) {
            reader.record(RaftRecord.decoded(ByteBuffer.wrap(in.readNBytes(bytes))));
        }
    }
}
