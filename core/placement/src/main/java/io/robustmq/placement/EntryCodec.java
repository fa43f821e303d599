package io.robustmq.placement;

import com.hazelcast.cp.internal.raft.MembershipChangeMode;
import com.hazelcast.cp.internal.raft.impl.RaftEndpoint;
import com.hazelcast.cp.internal.raft.impl.command.UpdateRaftGroupMembersCmd;
import com.hazelcast.cp.internal.raft.impl.log.LogEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Raft's entries as bytes, on disk and between members. Big-endian.
 *
 * <pre>
 *   entry     | term:4 | index:8 | kind |
 *             nothing        0 |
 *             change         1 | origin:16 | number:8 | command ...
 *             add, remove 2, 3 | member:16 | members n:2 | n × member:16 |
 * </pre>
 *
 * {@link CommandCodec} draws a command.
 */
final class EntryCodec {
    private static final byte NOTHING = 0;
    private static final byte CHANGE = 1;
    private static final byte ADD = 2;
    private static final byte REMOVE = 3;

    private EntryCodec() {}

    static byte[] encoded(LogEntry entry) {
        byte[] command =
                entry.operation() instanceof Operation.Change change
                        ? change.command().encoded()
                        : new byte[0];
        Collection<RaftEndpoint> members =
                entry.operation() instanceof UpdateRaftGroupMembersCmd update
                        ? update.getMembers()
                        : Set.of();
        ByteBuffer out =
                ByteBuffer.allocate(
                        4 + 8 + 1 + 16 + 8 + command.length + members.size() * MemberId.BYTES);
        out.putInt(entry.term()).putLong(entry.index());
        switch (entry.operation()) {
            case Operation.Nothing() -> out.put(NOTHING);
            case Operation.Change(CommandId id, Command _) ->
                    id.origin().put(out.put(CHANGE)).putLong(id.number()).put(command);
            case UpdateRaftGroupMembersCmd update -> {
                boolean isAdding = update.getMode() == MembershipChangeMode.ADD;
                Endpoint.id(update.getMember()).put(out.put(isAdding ? ADD : REMOVE));
                putMembers(out, members);
            }
            default ->
                    throw new IllegalStateException(
                            "an entry of the Raft log that is not known: " + entry.operation());
        }
        byte[] bytes = new byte[out.flip().remaining()];
        out.get(bytes);
        return bytes;
    }

    /**
     * Of all that remains.
     *
     * @throws IOException if it is none; also {@link java.nio.BufferUnderflowException}
     */
    static LogEntry entry(ByteBuffer in) throws IOException {
        int term = in.getInt();
        long index = in.getLong();
        byte kind = in.get();
        Object operation =
                switch (kind) {
                    case NOTHING -> new Operation.Nothing();
                    case CHANGE ->
                            new Operation.Change(
                                    new CommandId(MemberId.read(in), in.getLong()),
                                    Command.decoded(in));
                    case ADD -> update(in, MembershipChangeMode.ADD);
                    case REMOVE -> update(in, MembershipChangeMode.REMOVE);
                    default -> throw new IOException("a Raft entry of unknown kind " + kind);
                };
        if (in.hasRemaining()) {
            throw new IOException(in.remaining() + " bytes after a Raft entry");
        }
        return new LogEntry(term, index, operation);
    }

    private static UpdateRaftGroupMembersCmd update(ByteBuffer in, MembershipChangeMode mode) {
        Endpoint member = new Endpoint(MemberId.read(in));
        return new UpdateRaftGroupMembersCmd(members(in), member, mode);
    }

    private static void putMembers(ByteBuffer out, Collection<RaftEndpoint> members) {
        out.putShort((short) members.size());
        members.forEach(member -> Endpoint.id(member).put(out));
    }

    private static Collection<RaftEndpoint> members(ByteBuffer in) {
        Set<RaftEndpoint> members = new LinkedHashSet<>();
        for (int n = Short.toUnsignedInt(in.getShort()); n > 0; n--) {
            members.add(new Endpoint(MemberId.read(in)));
        }
        return members;
    }
}
