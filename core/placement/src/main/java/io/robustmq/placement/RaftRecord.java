package io.robustmq.placement;

import com.hazelcast.cp.internal.raft.impl.log.LogEntry;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record of a member's log. Big-endian; a text is its UTF-8 bytes after their number in two
 * bytes.
 *
 * <pre>
 *   0     1         2
 *   | 'R' | version | kind |
 *   self       1 | member |                     the first of a log: whose it is
 *   founders   2 | members n:2 | n × member |   who formed the group
 *   term       3 | term:4 | voted: 0, or 1 and the id:16 |
 *   entry      4 | entry ... |                  the next of Raft's log
 *   cut        5 | index:8 |                    Raft's entries from it on do not hold
 *   installed  6 | from:8 | chunks:8 | head |   a snapshot that the leader sent takes the place of
 *                                               what was before; so many records of what was
 *                                               received are its state
 *   snapshot   7 | head |                       in a shard's snapshot only, before its chunks
 *   left       8 |                              the group removed this member
 *   chunk      9 | chunk of the state ... |     in a shard's snapshot only
 *
 *   member     | id:16 | name | address |
 * </pre>
 *
 * {@link EntryCodec} draws entries, {@link SnapshotHead} heads, {@link StateWriter} chunks.
 */
sealed interface RaftRecord {
    byte MARK = 'R';
    byte VERSION = 1;

    record Self(Member member) implements RaftRecord {}

    record Founders(List<Member> members) implements RaftRecord {}

    record Term(int term, @Nullable MemberId votedFor) implements RaftRecord {}

    record Appended(LogEntry entry) implements RaftRecord {}

    record Cut(long index) implements RaftRecord {}

    record Installed(SnapshotHead head, long from, long chunks) implements RaftRecord {}

    record Kept(SnapshotHead head) implements RaftRecord {}

    record Left() implements RaftRecord {}

    /**
     * @param bytes not to be changed any more
     */
    record Chunk(byte[] bytes) implements RaftRecord {}

    default byte[] encoded() {
        return switch (this) {
            case Self(Member member) -> members(1, List.of(member), false);
            case Founders(List<Member> members) -> members(2, members, true);
            case Term(int term, MemberId votedFor) -> {
                ByteBuffer out = begun(3, 4 + 1 + MemberId.BYTES).putInt(term);
                yield end(votedFor == null ? out.put((byte) 0) : votedFor.put(out.put((byte) 1)));
            }
            case Appended(LogEntry entry) -> {
                byte[] bytes = EntryCodec.encoded(entry);
                yield end(begun(4, bytes.length).put(bytes));
            }
            case Cut(long index) -> end(begun(5, 8).putLong(index));
            case Installed(SnapshotHead head, long from, long chunks) -> {
                byte[] bytes = head.encoded();
                yield end(begun(6, 16 + bytes.length).putLong(from).putLong(chunks).put(bytes));
            }
            case Kept(SnapshotHead head) -> {
                byte[] bytes = head.encoded();
                yield end(begun(7, bytes.length).put(bytes));
            }
            case Left() -> end(begun(8, 0));
            case Chunk(byte[] bytes) -> end(begun(9, bytes.length).put(bytes));
        };
    }

    private static ByteBuffer begun(int kind, int bytes) {
        return ByteBuffer.allocate(3 + bytes).put(MARK).put(VERSION).put((byte) kind);
    }

    private static byte[] end(ByteBuffer out) {
        byte[] bytes = new byte[out.flip().remaining()];
        out.get(bytes);
        return bytes;
    }

    private static byte[] members(int kind, List<Member> members, boolean counted) {
        int bytes = 2;
        for (Member member : members) {
            bytes +=
                    MemberId.BYTES + 4 + utf8(member.name()).length + utf8(member.address()).length;
        }
        ByteBuffer out = begun(kind, bytes);
        if (counted) {
            out.putShort((short) members.size());
        }
        members.forEach(member -> put(out, member));
        return end(out);
    }

    static void put(ByteBuffer out, Member member) {
        member.id().put(out);
        putText(out, member.name());
        putText(out, member.address());
    }

    static Member member(ByteBuffer in) {
        return new Member(MemberId.read(in), text(in), text(in));
    }

    static void putText(ByteBuffer out, String text) {
        byte[] bytes = utf8(text);
        out.putShort((short) bytes.length).put(bytes);
    }

    static String text(ByteBuffer in) {
        byte[] bytes = new byte[Math.min(Short.toUnsignedInt(in.getShort()), in.remaining() + 1)];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * @throws IOException if it is none, or of another version
     */
    static RaftRecord decoded(ByteBuffer in) throws IOException {
        int bytes = in.remaining();
        try {
            byte mark = in.get();
            byte version = in.get();
            if (mark != MARK) {
                throw new IOException(
                        "this is not a log of placement's Raft members; one of an earlier build"
                                + " cannot be read, start with an empty folder");
            }
            if (version != VERSION) {
                throw new IOException(
                        "a placement record of version " + version + ", known is " + VERSION);
            }
            byte kind = in.get();
            RaftRecord record =
                    switch (kind) {
                        case 1 -> new Self(member(in));
                        case 2 -> new Founders(counted(in));
                        case 3 -> new Term(in.getInt(), in.get() == 0 ? null : MemberId.read(in));
                        case 4 -> new Appended(EntryCodec.entry(in));
                        case 5 -> new Cut(in.getLong());
                        case 6 -> {
                            long from = in.getLong();
                            long chunks = in.getLong();
                            yield new Installed(SnapshotHead.read(in), from, chunks);
                        }
                        case 7 -> new Kept(SnapshotHead.read(in));
                        case 8 -> new Left();
                        case 9 -> {
                            byte[] chunk = new byte[in.remaining()];
                            in.get(chunk);
                            yield new Chunk(chunk);
                        }
                        default ->
                                throw new IOException("a placement record of unknown kind " + kind);
                    };
            if (in.hasRemaining()) {
                throw new IOException(in.remaining() + " bytes after a placement record");
            }
            return record;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new IOException("not a placement record, " + bytes + " bytes", e);
        }
    }

    private static List<Member> counted(ByteBuffer in) {
        List<Member> members = new ArrayList<>();
        for (int n = Short.toUnsignedInt(in.getShort()); n > 0; n--) {
            members.add(member(in));
        }
        return List.copyOf(members);
    }
}
