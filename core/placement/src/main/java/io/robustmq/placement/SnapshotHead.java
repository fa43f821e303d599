package io.robustmq.placement;

import com.hazelcast.cp.internal.raft.impl.RaftEndpoint;
import com.hazelcast.cp.internal.raft.impl.log.SnapshotEntry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What Raft says of a snapshot beside the state.
 *
 * <pre>
 *   | term:4 | index:8 | index of members:8 | members n:2 | n × member:16 |
 * </pre>
 */
record SnapshotHead(int term, long index, long membersIndex, List<MemberId> members) {
    static SnapshotHead of(SnapshotEntry entry) {
        return new SnapshotHead(
                entry.term(),
                entry.index(),
                entry.groupMembersLogIndex(),
                entry.groupMembers().stream().map(Endpoint::id).toList());
    }

    SnapshotEntry with(PlacementState state) {
        Set<RaftEndpoint> endpoints = new LinkedHashSet<>();
        members.forEach(each -> endpoints.add(new Endpoint(each)));
        return new SnapshotEntry(term, index, state, membersIndex, endpoints);
    }

    byte[] encoded() {
        ByteBuffer out = ByteBuffer.allocate(4 + 8 + 8 + 2 + members.size() * MemberId.BYTES);
        out.putInt(term).putLong(index).putLong(membersIndex).putShort((short) members.size());
        members.forEach(each -> each.put(out));
        return out.array();
    }

    /** Too few bytes are a {@link java.nio.BufferUnderflowException}. */
    static SnapshotHead read(ByteBuffer in) {
        int term = in.getInt();
        long index = in.getLong();
        long membersIndex = in.getLong();
        List<MemberId> members = new ArrayList<>();
        for (int n = Short.toUnsignedInt(in.getShort()); n > 0; n--) {
            members.add(MemberId.read(in));
        }
        return new SnapshotHead(term, index, membersIndex, List.copyOf(members));
    }
}
